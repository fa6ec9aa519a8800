"""How anything administered is changed: one after the other, soon seen everywhere, written into the audit trail."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.storage.tables import audit, installation


class NotPossible(Exception):
    """An administrative change that cannot be made; the message says why."""


class AuditDoor(StrEnum):
    """Through which door a change came."""

    COMMAND_LINE = "COMMAND_LINE"
    PORTAL = "PORTAL"


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes changes: a user of the operating system, or a master ID, by the door."""

    name: str
    door: AuditDoor = AuditDoor.COMMAND_LINE


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: its number, when (UTC), who, through which door, what, to which object, and what it was and is."""

    number: int
    at: datetime
    author: str
    door: str
    action: str
    about: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Admin:
    """A writing transaction of the caller's in which somebody changes what is administered; ``now`` is in UTC.

    ``recorded`` are the changes that were made, in their order.
    """

    connection: Connection
    author: Author
    now: datetime
    recorded: list[AuditEntry] = field(default_factory=list)

    def wait(self) -> None:
        """Let nobody else administer until the transaction ends; what is read from now on stays true."""
        self.connection.execute(sa.select(installation.c.id).with_for_update())

    def record(self, action: str, about: str, before: Any = None, after: Any = None) -> None:
        """Write what was done into the audit trail, and move the directory's version; nothing where nothing changed.

        The details must be what JSON can hold, and no secret. It comes after `wait`.
        """
        if before == after:
            return
        newest = self.connection.execute(sa.select(sa.func.max(audit.c.number))).scalar_one() or 0
        entry = AuditEntry(newest + 1, self.now, self.author.name, self.author.door.value, action, about, before, after)
        self.connection.execute(
            sa.insert(audit).values(
                number=entry.number,
                at=entry.at,
                author=entry.author,
                door=entry.door,
                action=action,
                object=about,
                details=json.dumps({"before": before, "after": after}, ensure_ascii=False),
            )
        )
        self.recorded.append(entry)
        self.connection.execute(sa.update(installation).values(directory_version=installation.c.directory_version + 1))

    def find(self, table: sa.Table, missing: str, **key: str) -> sa.Row[Any]:
        """The row of that key.

        Raises:
            NotPossible: there is none, which ``missing`` says.
        """
        row = self.connection.execute(sa.select(table).filter_by(**key)).one_or_none()
        if row is None:
            raise NotPossible(missing)
        return row

    def check_absent(self, table: sa.Table, message: str, **key: str) -> None:
        """Check that there is no row of that key.

        Raises:
            NotPossible: there is one, which the message says.
        """
        if self.has(table, **key):
            raise NotPossible(message)

    def has(self, table: sa.Table, **key: str) -> bool:
        """Whether the table has a row with these values."""
        return (
            self.connection.execute(sa.select(sa.literal(1)).select_from(table).filter_by(**key).limit(1)).first()
            is not None
        )

    def update(self, table: sa.Table, values: dict[str, Any], **key: str) -> None:
        """Give the rows of that key other values."""
        self.connection.execute(sa.update(table).filter_by(**key).values(**values))

    def delete(self, table: sa.Table, **key: str) -> None:
        """Delete the rows of that key."""
        self.connection.execute(sa.delete(table).filter_by(**key))
