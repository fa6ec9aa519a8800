"""Statements compiled once a database; those that write run with whole lists of rows, so a group pays, not a call."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, UpdateBase
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]
Writer = Callable[[Row], tuple[Any, ...]]
Reader = Callable[[Any], Any]


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


class Selection:
    """A query, which ``make`` builds for a dialect by its name; its parameters, texts and numbers, come by name."""

    def __init__(self, make: Callable[[str], Select[Any]]) -> None:
        self._make = make
        self._compiled: dict[str, _CompiledQuery] = {}

    def rows(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> list[Sequence[Any]]:
        """All rows it finds."""
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._compile(dialect)
        query = self._compiled[dialect.name]
        given = {**query.constants, **(parameters or {})}
        found = connection.exec_driver_sql(query.text, tuple([given[name] for name in query.names])).all()
        return [_read(row, query.readers) for row in found]

    def _compile(self, dialect: Dialect) -> "_CompiledQuery":
        statement = self._make(dialect.name)
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        types = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        readers = [(place, kind.result_processor(dialect, None)) for place, kind in enumerate(types)]
        return _CompiledQuery(
            str(compiled),
            tuple(compiled.positiontup or ()),
            compiled.params,
            [(place, read) for place, read in readers if read],
        )


class _CompiledQuery(NamedTuple):
    """A query's text, its parameters in order, those that are always the same, and what columns pass through."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    readers: list[tuple[int, Reader]]


def _read(row: Sequence[Any], readers: list[tuple[int, Reader]]) -> Sequence[Any]:
    if not readers:
        return row
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return values
