"""Connections to both databases: durable where it writes, read-only and consistent where it reads."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

READERS: Final = 8
_MORE_WRITERS: Final = 2
# How many connections one process opens at the most.
CONNECTIONS: Final = READERS + 1 + _MORE_WRITERS + 1  # the last one listens
# By which PostgreSQL tells our connections from others'.
APPLICATION: Final = "unyo"
# A host that vanished is noticed within some fifteen seconds, not at the kernel's quarter of an hour.
_KEEPALIVE: dict[str, int] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 5,
    "tcp_user_timeout": 15_000,  # milliseconds
}

# A connection inside a transaction, by the name under which rooms that know no SQLAlchemy pass it on.
Transaction: TypeAlias = Connection


class UnusableDatabase(Exception):
    """The database URL cannot be used; the message says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a database may take, in seconds, before it counts as in trouble and the caller is told so.

    ``lock`` is the wait for what another transaction holds, ``statement`` the run of one (PostgreSQL only), ``connect``
    the making of a connection (PostgreSQL only, whole seconds, two at least), ``pool`` the wait for one to come free.
    """

    lock: float = 5
    statement: float = 30
    connect: int = 5
    pool: float = 5


PATIENCE: Final = Patience()


@dataclass(frozen=True, slots=True)
class Engines:
    """One database: an engine that writes, one that reads beside it, and one for a connection that listens for long."""

    url: URL
    writing: Engine
    reading: Engine
    listening: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database, where one process writes."""
        return is_sqlite(self.url)

    def dispose(self) -> None:
        """Close every connection."""
        self.listening.dispose()
        self.reading.dispose()
        self.writing.dispose()


def is_sqlite(url: URL) -> bool:
    """Whether it names the embedded database."""
    return url.get_backend_name() == "sqlite"


def parse_url(text: str) -> URL:
    """Read a SQLAlchemy URL; ``postgresql://`` means psycopg.

    Raises:
        UnusableDatabase: no URL, another database, or SQLite without a file.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise UnusableDatabase(
            "the database must be a URL, such as sqlite:////var/lib/unyo/unyo.db or postgresql://user@host/unyo"
        ) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if not is_sqlite(url):
        raise UnusableDatabase(f"{url.get_backend_name()} is not supported: use sqlite:///… or postgresql://…")
    if url.database in {None, "", ":memory:"} or url.query:
        raise UnusableDatabase("SQLite needs a file: sqlite:////absolute/path or sqlite:///relative/path")
    return url.set(drivername="sqlite")


def open_engines(url: URL, *, create: bool = True, patience: Patience = PATIENCE, durable: bool = True) -> Engines:
    """Make both engines; nothing is connected yet. ``create`` lets a SQLite file be made that is not there.

    ``durable=False`` lets SQLite lose in a crash of the machine what it has committed, for data of a test.

    Raises:
        UnusableDatabase: the SQLite file cannot be made or written, or is not there.
    """
    if is_sqlite(url):
        _check_file(Path(url.database or ""), create=create)
        return _sqlite(url, patience, "FULL" if durable else "OFF")
    return _postgresql(url, patience)


def _sqlite(url: URL, patience: Patience, synchronous: str) -> Engines:
    # Hidden parameters: an error's text would otherwise hold what users wrote.
    common: dict[str, Any] = {
        "hide_parameters": True,
        "connect_args": {"timeout": patience.lock, "check_same_thread": False},
    }
    pooled: dict[str, Any] = {**common, "poolclass": QueuePool, "pool_timeout": patience.pool}
    writing = sa.create_engine(url, pool_size=1, max_overflow=_MORE_WRITERS, **pooled)
    reading = sa.create_engine(url, pool_size=READERS, max_overflow=0, **pooled)
    listening = sa.create_engine(url, poolclass=NullPool, **common)

    @sa.event.listens_for(writing, "connect")
    def _durable(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(writing, "begin")
    def _begin_immediate(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @sa.event.listens_for(listening, "connect")
    @sa.event.listens_for(reading, "connect")
    def _read_only(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA query_only=ON")

    @sa.event.listens_for(reading, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")  # one snapshot for all statements of a read

    return Engines(url, writing, reading, listening)


def _check_file(path: Path, *, create: bool) -> None:
    """The file is made readable by its owner only: it holds tickets and encrypted secrets."""
    try:
        os.close(os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600))
    except OSError as error:
        hint = "" if create else " (`unyo init` makes a new one)"
        raise UnusableDatabase(f"cannot open the database file {path}: {error.strerror}{hint}") from error


def _postgresql(url: URL, patience: Patience) -> Engines:
    from psycopg import RawCursor  # noqa: PLC0415 - on SQLite everything starts sooner without

    common: dict[str, Any] = {
        "hide_parameters": True,
        # By position, as `prepared` hands rows over, and as the server takes it: the driver need not look through
        # every statement for what is to be replaced.
        "paramstyle": "numeric_dollar",
        "connect_args": {
            "connect_timeout": patience.connect,
            "application_name": APPLICATION,
            "cursor_factory": RawCursor,
            **_KEEPALIVE,
        },
    }
    pooled: dict[str, Any] = {**common, "pool_timeout": patience.pool}
    writing = sa.create_engine(url, pool_size=1, max_overflow=_MORE_WRITERS, **pooled)
    reading = sa.create_engine(
        url,
        pool_size=READERS,
        max_overflow=0,
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        **pooled,
    )
    listening = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", **common)

    def _session(connection: Any, _record: object) -> None:
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute(f"SET lock_timeout = {round(patience.lock * 1000)}")
        connection.execute(f"SET statement_timeout = {round(patience.statement * 1000)}")
        connection.commit()

    for engine in (writing, reading, listening):
        sa.event.listen(engine, "connect", _session)
        sa.event.listen(engine, "handle_error", _drop_details)
    return Engines(url, writing, reading, listening)


def _drop_details(context: ExceptionContext) -> None:
    """Keep the first line of an error: below it PostgreSQL quotes the row at fault, which users wrote."""
    if context.connection is None:
        return  # nobody was connected: what is said is about the server only
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(str(arg).partition("\n")[0] for arg in error.args)
