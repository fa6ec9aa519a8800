"""How what is kept of people is read and written: in short transactions, of which one at a time writes."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from unyo.services.ports import StorageFailed
from unyo.storage.engine import PATIENCE
from unyo.storage.errors import storage_errors
from unyo.storage.tables import accounts

_INSERTS: Final[Mapping[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
ENABLED: Final = sa.select(accounts.c.master_id).where(~accounts.c.is_disabled)
"""The accounts that are not disabled."""


class Keeping:
    """Reads and writes what a database keeps of people.

    However many of them sign in at once, they share one writing connection, so the writer of tickets always has one.
    """

    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading = reading
        self._writing = writing
        self._turn = threading.Lock()

    @contextmanager
    def reading(self, doing: str) -> Iterator[Connection]:
        """A snapshot.

        Raises:
            StorageFailed: the database did not answer.
        """
        with storage_errors(doing), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, doing: str) -> Iterator[Connection]:
        """A transaction.

        Raises:
            StorageFailed: the database did not do it, or others wrote all the time.
        """
        if not self._turn.acquire(timeout=PATIENCE.pool):
            raise StorageFailed(f"{doing}: others were writing all the time")
        try:
            with storage_errors(doing), self._writing.begin() as connection:
                yield connection
        finally:
            self._turn.release()


def digest(token: SecretStr) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.get_secret_value().encode("utf-8", "surrogatepass")).digest()


def put(connection: Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert a row, or give the one of that key these values."""
    inserted = _INSERTS[connection.dialect.name](table).on_conflict_do_update(index_elements=[*key], set_=dict(values))
    connection.execute(inserted, {**key, **values})


def put_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that are not there yet, in their order."""
    connection.execute(_INSERTS[connection.dialect.name](table).on_conflict_do_nothing(), rows)


def sweep(connection: Connection, table: sa.Table, is_old: sa.ColumnElement[bool]) -> None:
    """Delete rows that are of no use any more, but for those that somebody else is at."""
    key = [*table.primary_key]
    old = sa.select(*key).where(is_old).with_for_update(skip_locked=True)
    connection.execute(sa.delete(table).where(sa.tuple_(*key).in_(old)))
