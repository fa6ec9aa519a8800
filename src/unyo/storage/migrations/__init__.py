"""Migrations: bring a database to the tables of this release, and tell whether it is there."""

import sqlite3
import time
from typing import Final

from alembic import command
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from unyo.services.ports import StorageFailed
from unyo.storage.administration import NotPossible
from unyo.storage.errors import storage_errors

from .standing import Standing, State, standing, standing_of, tell_who_can_serve
from .steps import Phase, Step, config, newest, steps

__all__ = [
    "Phase",
    "Standing",
    "State",
    "Step",
    "UnknownRevision",
    "config",
    "migrate",
    "newest",
    "revision_of",
    "standing_of",
    "steps",
    "upgrade",
]

WAIT_SECONDS: Final = 60.0
"""How long a migration tries to get at tables that others hold, another migration among them."""
HELD: Final = (
    "the database was held by others all the time (another `unyo migrate`, an export, a backup?) and is as it was: "
    "run `unyo migrate` again when they are done"
)
HEAD: Final = "head"
_PAUSE_SECONDS: Final = 0.2
# PostgreSQL: a wait for a table makes every call that comes later wait behind it, so it is short, and shorter than the
# second after which the database would break a deadlock by failing a call.
_LOCK_WAIT: Final = "SET LOCAL lock_timeout = 500"
_NO_LIMIT: Final = "SET LOCAL statement_timeout = 0"
# Any number will do that nothing else of ours locks by; it is "unyo" in ASCII.
_ONE_AT_A_TIME: Final = f"SELECT pg_advisory_xact_lock({int.from_bytes(b'unyo')})"
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY_CODE: Final = 0xFF
_HELD: Final = {"55P03", "40P01"}  # lock_not_available, deadlock_detected


def revision_of(engine: Engine) -> str | None:
    """The revision that a database is at; None for an empty one.

    Raises:
        StorageFailed: the database did not answer.
    """
    return standing_of(engine).revision


class UnknownRevision(Exception):
    """A revision of the tables that this release does not know."""


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Bring a database to a revision, in the caller's transaction; by default to this release's.

    Who can serve it then is written beside the revision.

    Raises:
        UnknownRevision: there is none of that name.
    """
    try:
        command.upgrade(config(connection), revision)
    except CommandError as error:
        raise UnknownRevision(str(error)) from error
    if revision == HEAD:
        tell_who_can_serve(connection)


def migrate(engine: Engine, *, wait_seconds: float = WAIT_SECONDS) -> tuple[str | None, str | None]:
    """Bring a database to this release's tables, all or nothing; the revisions before and after.

    Tables that a newer release has expanded, so that this one can serve them, are left as they are.

    Raises:
        NotPossible: a newer release made the tables, and this one cannot serve them; or others hold them.
        StorageFailed: the database did not do it, and is as it was.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            with storage_errors("migrating"), engine.begin() as connection:
                return _migrate(connection)
        except StorageFailed as error:
            if not _is_held(error.__cause__):
                raise
            if time.monotonic() > deadline:
                raise NotPossible(HELD) from error
        time.sleep(_PAUSE_SECONDS)


def _migrate(connection: Connection) -> tuple[str | None, str | None]:
    # SQLite's transaction has begun as the only one that writes.
    if connection.dialect.name == "postgresql":
        for statement in (_LOCK_WAIT, _NO_LIMIT, _ONE_AT_A_TIME):
            connection.exec_driver_sql(statement)
    before = standing(connection)
    if before.state is State.UNKNOWN:
        raise NotPossible(before.trouble)
    if before.state is State.AHEAD:
        return before.revision, before.revision
    upgrade(connection)
    return before.revision, newest()


def _is_held(error: BaseException | None) -> bool:
    """Whether somebody else had what the migration needed, so that it can be tried again."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.OperationalError):
        return origin.sqlite_errorcode & _PRIMARY_CODE in _BUSY
    return getattr(origin, "sqlstate", None) in _HELD
