"""Where a process hears of changes: a connection that listens on PostgreSQL, one that looks often on SQLite."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.services.feed import Missed, Moved, Told
from unyo.services.ports import StorageFailed
from unyo.storage.engine import Engines
from unyo.storage.errors import describe, storage_errors
from unyo.storage.tables import history, listeners, presence

from . import notices

# Seconds that a source waits for a change before its thread checks whether it is still wanted; SQLite is looked at
# once in as many.
TICK: Final = 0.25
# If more changed between two looks, only that is told.
_MOST: Final = 500

Wait = Callable[[float], object]
Next = Callable[[], Sequence[Told]]
Source = Callable[[Wait], AbstractContextManager[Next]]

# Seconds for which a process that went without a word is still told of changes.
_KEPT_SECONDS: Final = 90
_RENEW_SECONDS: Final = 30.0
# Writers that come meanwhile wait behind whoever waits for the table, so it is not for long, and then tried again.
_LOCK_WAIT: Final = "SET LOCAL lock_timeout = 500"
_SWEEP: Final = "DELETE FROM listeners WHERE until <= now()"
_KEEP: Final = (
    f"INSERT INTO listeners (process, until) VALUES ($1, now() + interval '{_KEPT_SECONDS} seconds') "  # noqa: S608 - a number of ours
    "ON CONFLICT (process) DO UPDATE SET until = excluded.until"
)

_ROW: Final = sa.literal_column("history.rowid", sa.Integer)
_NEWEST: Final = sa.select(sa.func.coalesce(sa.func.max(_ROW), 0)).select_from(history)
_SINCE: Final = (
    sa.select(history.c.service_code, history.c.ticket_number, history.c.master_id, _ROW)
    .where(sa.bindparam("last", type_=sa.Integer) < _ROW)
    .order_by(_ROW)
    .limit(_MOST + 1)
)
_THERE: Final = sa.select(
    presence.c.service_code, presence.c.ticket_number, presence.c.master_id, presence.c.is_editing
)


def source_of(engines: Engines) -> Source:
    """The source of a database; entered, it hears all that is committed from then on.

    It, and what it gives, raise StorageFailed.
    """

    @contextmanager
    def _opened(wait: Wait) -> Iterator[Next]:
        with ExitStack() as opened:
            opened.enter_context(storage_errors("listening for changes"))
            connection = opened.enter_context(engines.listening.connect())
            source = _looking(connection, wait) if engines.is_sqlite else _listening(connection)
            yield opened.enter_context(source)

    return _opened


@contextmanager
def _listening(connection: Connection) -> Iterator[Next]:
    import psycopg  # noqa: PLC0415 - on SQLite everything starts sooner without

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    process = secrets.token_hex(8)
    _register(connection, process)
    renew_at = time.monotonic() + _RENEW_SECONDS
    connection.exec_driver_sql(f"LISTEN {notices.CHANNEL}")

    def _next() -> Sequence[Told]:
        nonlocal renew_at
        if time.monotonic() > renew_at:
            connection.exec_driver_sql(_KEEP, (process,))
            renew_at = time.monotonic() + _RENEW_SECONDS
        try:
            return [told for each in driver.notifies(timeout=TICK, stop_after=1) for told in notices.read(each.payload)]
        except psycopg.Error as error:
            connection.invalidate()
            raise StorageFailed(f"listening for changes: {describe(error)}") from error

    yield _next
    connection.execute(sa.delete(listeners).where(listeners.c.process == process))


def _register(connection: Connection, process: str) -> None:
    """Have the writers tell of changes.

    Whoever asked before whether anybody listens holds the table until it has committed: the lock waits for all of them.
    What is committed after it, is told.
    """
    for statement in ("BEGIN", _LOCK_WAIT, "LOCK TABLE listeners IN ACCESS EXCLUSIVE MODE", _SWEEP):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(_KEEP, (process,))
    connection.exec_driver_sql("COMMIT")


@contextmanager
def _looking(connection: Connection, wait: Wait) -> Iterator[Next]:
    looker = _Looker(connection)

    def _next() -> Sequence[Told]:
        wait(TICK)
        return looker.look()

    yield _next


class _Looker:
    """Compares with what was there at the last look. SQLite tells cheaply whether anybody has committed anything."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._version = self._data_version()
        self._last: int = connection.execute(_NEWEST).scalar_one()
        self._there = self._present()

    def look(self) -> Sequence[Told]:
        """What was committed since."""
        version = self._data_version()
        if version == self._version:
            return []
        self._version = version  # before the look: what is committed meanwhile is looked for once more
        return [*self._changes(), *self._comings()]

    def _changes(self) -> Iterator[Told]:
        rows = self._connection.execute(_SINCE, {"last": self._last}).all()
        if len(rows) > _MOST:
            self._last = self._connection.execute(_NEWEST).scalar_one()
            yield Missed()
        elif rows:
            self._last = rows[-1][3]
            yield from dict.fromkeys(Moved(*row[:3]) for row in rows)

    def _comings(self) -> Iterator[Told]:
        there = self._present()
        for code, number, master_id in dict.fromkeys(row[:3] for row in there ^ self._there):
            yield Moved(code, number, master_id, is_presence=True)
        self._there = there

    def _present(self) -> set[tuple[Any, ...]]:
        return {tuple(row) for row in self._connection.execute(_THERE)}

    def _data_version(self) -> int:
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())
