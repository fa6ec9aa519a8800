"""What a database says of itself: whether it keeps what it acknowledges, its clock, its text, its damage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from .engine import CONNECTIONS, Engines
from .errors import storage_errors

# The wanted values of settings by which a database keeps what it acknowledges through a crash of the machine.
DURABLE: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "sqlite": {"journal_mode": frozenset({"wal"}), "synchronous": frozenset({"2", "3"})},
    "postgresql": {
        "fsync": frozenset({"on"}),
        "full_page_writes": frozenset({"on"}),
        "synchronous_commit": frozenset({"on", "remote_write", "remote_apply"}),
    },
}


@dataclass(frozen=True, slots=True)
class Durability:
    """A setting that keeps what was acknowledged: what it is, and what it may be."""

    name: str
    value: str
    wanted: frozenset[str]

    @property
    def holds(self) -> bool:
        """Whether it is as it must be."""
        return self.value in self.wanted


def durability(engines: Engines) -> list[Durability]:
    """The settings that decide it, as a connection that writes has them.

    Raises:
        StorageFailed: the database did not answer.
    """
    asks = "PRAGMA" if engines.is_sqlite else "SHOW"
    wanted = DURABLE[engines.writing.dialect.name]
    with storage_errors("asking for the database's settings"), engines.writing.connect() as connection:
        return [Durability(name, _one(connection, f"{asks} {name}"), values) for name, values in wanted.items()]


def version(engines: Engines) -> str:
    """The database's name and version, in words.

    Raises:
        StorageFailed: the database did not answer.
    """
    asks = "SELECT sqlite_version()" if engines.is_sqlite else "SHOW server_version"
    with storage_errors("asking for the database's version"), engines.reading.connect() as connection:
        return f"{'SQLite' if engines.is_sqlite else 'PostgreSQL'} {_one(connection, asks)}"


def damage(engines: Engines) -> str:
    """What SQLite finds wrong in its file, ``""`` for nothing; PostgreSQL has tools of its own (pg_amcheck).

    Raises:
        StorageFailed: the database did not answer.
    """
    if not engines.is_sqlite:
        return ""
    with storage_errors("checking the database file"), engines.reading.connect() as connection:
        found = _one(connection, "PRAGMA quick_check(1)")
    return "" if found == "ok" else found


def encoding(engines: Engines) -> str:
    """How the database stores text; UTF8 is the only one that holds every ticket.

    Raises:
        StorageFailed: the database did not answer.
    """
    asks = "PRAGMA encoding" if engines.is_sqlite else "SHOW server_encoding"
    with storage_errors("asking for the database's encoding"), engines.reading.connect() as connection:
        return _one(connection, asks).replace("-", "")


def clock(engines: Engines) -> datetime | None:
    """What time it is where PostgreSQL runs, in UTC; None for SQLite, which has this machine's.

    Raises:
        StorageFailed: the database did not answer.
    """
    if engines.is_sqlite:
        return None
    with storage_errors("asking for the database's time"), engines.reading.connect() as connection:
        found = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    assert isinstance(found, datetime)
    return found.astimezone(UTC)


def room_for_connections(engines: Engines, workers: int) -> tuple[int, int] | None:
    """How many connections the server processes may open, and how many PostgreSQL takes; None for SQLite.

    Raises:
        StorageFailed: the database did not answer.
    """
    if engines.is_sqlite:
        return None
    with storage_errors("asking for the database's connections"), engines.reading.connect() as connection:
        return workers * CONNECTIONS, int(_one(connection, "SHOW max_connections"))


def database_file(engines: Engines) -> Path | None:
    """SQLite's file; None for PostgreSQL."""
    return Path(engines.url.database or "") if engines.is_sqlite else None


def _one(connection: Connection, statement: str) -> str:
    return str(connection.exec_driver_sql(statement).scalar_one())
