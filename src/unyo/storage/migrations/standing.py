"""How a database stands to this release: who can serve it, and what to do where this release cannot."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import sqlalchemy as sa
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from unyo.storage.errors import storage_errors

from .steps import Step, newest, steps

# The one row in which Alembic keeps the revision has a column of ours: the oldest revision whose release can serve
# these tables. A server cannot know what a later release's migrations did; the database tells it.
VERSIONS: Final = "alembic_version"
SERVED_FROM: Final = "served_from"
_versions: Final = sa.table(VERSIONS, sa.column(SERVED_FROM, sa.Text))


class State(Enum):
    """How a database's tables stand to this release's."""

    BEHIND = auto()
    """There are migrations to carry out, or it is empty."""
    CURRENT = auto()
    """They are this release's."""
    AHEAD = auto()
    """A newer release has expanded them; this one can serve them."""
    UNKNOWN = auto()
    """They are another release's, and this one cannot serve them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A database's revision (None for an empty one), and how it stands to this release."""

    revision: str | None
    state: State

    @property
    def can_be_served(self) -> bool:
        """Whether a server of this release may use the database."""
        return self.state in {State.CURRENT, State.AHEAD}

    @property
    def trouble(self) -> str:
        """Why this release cannot serve it, and what to do; ``""`` when it can."""
        match self.state:
            case State.BEHIND:
                return "the database is not at this release's tables: run `unyo migrate` (`unyo init` for a new one)"
            case State.UNKNOWN:
                return (
                    f"the database has the tables of a newer release (revision {self.revision}), which this one, at "
                    f"{newest()}, cannot use: use that release, or restore a backup from before its `unyo migrate`"
                )
            case _:
                return ""

    @property
    def missing(self) -> tuple[Step, ...]:
        """The migrations that `unyo migrate` would carry out, in their order."""
        if self.state is not State.BEHIND:
            return ()
        known = [step.revision for step in steps()]
        return steps() if self.revision is None else steps()[known.index(self.revision) + 1 :]


def standing_of(engine: Engine) -> Standing:
    """How a database stands to this release; nothing is changed.

    Raises:
        StorageFailed: the database did not answer.
    """
    with storage_errors("reading the schema's revision"), engine.begin() as connection:
        return standing(connection)


def standing(connection: Connection) -> Standing:
    """The same, inside a transaction."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision == newest():
        return Standing(revision, State.CURRENT)
    known = {step.revision for step in steps()}
    if revision is None or revision in known:
        return Standing(revision, State.BEHIND)
    return Standing(revision, State.AHEAD if _oldest_served(connection) in known else State.UNKNOWN)


def tell_who_can_serve(connection: Connection) -> None:
    """Write beside the revision who can serve the tables; they are this release's."""
    if not _has_the_column(connection):
        connection.exec_driver_sql(f"ALTER TABLE {VERSIONS} ADD COLUMN {SERVED_FROM} VARCHAR(32)")
    connection.execute(sa.update(_versions).values({SERVED_FROM: steps()[-1].served_from}))


def _oldest_served(connection: Connection) -> str | None:
    if not _has_the_column(connection):
        return None
    found: str | None = connection.execute(sa.select(_versions.c.served_from)).scalar_one()
    return found


def _has_the_column(connection: Connection) -> bool:
    return any(column["name"] == SERVED_FROM for column in sa.inspect(connection).get_columns(VERSIONS))
