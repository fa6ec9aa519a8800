"""Migrations: bring a database to the tables of this release, and tell whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection, Engine

from unyo.services.ports import StorageFailed
from unyo.storage.errors import storage_errors


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; its scripts lie beside this file, and it uses the given connection."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def newest() -> str:
    """The revision of this release's tables."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return head


def revision_of(engine: Engine) -> str | None:
    """The revision that a database is at; None for an empty one.

    Raises:
        StorageFailed: the database did not answer.
    """
    with storage_errors("reading the schema's revision"), engine.begin() as connection:
        return MigrationContext.configure(connection).get_current_revision()


class UnknownRevision(Exception):
    """A revision of the tables that this release does not know."""


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring a database to a revision, in the caller's transaction; by default to this release's.

    Raises:
        UnknownRevision: there is none of that name.
    """
    try:
        command.upgrade(config(connection), revision)
    except CommandError as error:
        raise UnknownRevision(str(error)) from error


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Bring a database to this release's tables, all or nothing; the revisions before and after.

    Raises:
        StorageFailed: the database did not do it, and is as it was.
    """
    before = revision_of(engine)
    try:
        with storage_errors("migrating"), engine.begin() as connection:
            upgrade(connection)
    except UnknownRevision as error:
        raise StorageFailed(f"migrating: {error}: the database was made by a newer release") from error
    return before, newest()
