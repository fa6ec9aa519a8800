"""Statements compiled once a database and run with whole lists of rows, so that a group pays for them, not a call."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import UpdateBase
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]
Writer = Callable[[Row], tuple[Any, ...]]


class Prepared:
    """A statement whose rows come as mappings by the names of its parameters."""

    def __init__(self, statement: UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, Writer]] = {}

    def run(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Run it once for each row, in one go; nothing is sent for no rows."""
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._compile(dialect)
        text, write = self._compiled[dialect.name]
        written = [write(row) for row in rows]
        if written:
            connection.exec_driver_sql(text, written)

    def _compile(self, dialect: Dialect) -> tuple[str, Writer]:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup is not None
        columns = [(name, _writer_of(compiled, name, dialect)) for name in compiled.positiontup]

        def _write(row: Row) -> tuple[Any, ...]:
            return tuple([row[name] if write is None else write(row[name]) for name, write in columns])

        return str(compiled), _write


def _writer_of(compiled: SQLCompiler, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What a value of the parameter's type must pass through on its way to the driver; None for as it is."""
    return compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
