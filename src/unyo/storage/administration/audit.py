"""The audit trail, read: it has no other way to be changed than by what it tells of."""

import json
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.storage.tables import audit

from .changing import AuditEntry


def audit_trail(
    connection: Connection, *, since: datetime | None = None, about: str = "", limit: int | None = None
) -> Iterator[AuditEntry]:
    """The changes, newest first: those since a moment, to objects whose name holds a text, so many at the most."""
    found = sa.select(audit).order_by(audit.c.number.desc()).limit(limit)
    if since is not None:
        found = found.where(audit.c.at >= since)
    if about:
        found = found.where(audit.c.object.contains(about, autoescape=True))
    for row in connection.execute(found):
        details = json.loads(row.details)
        yield AuditEntry(
            row.number, row.at, row.author, row.door, row.action, row.object, details["before"], details["after"]
        )
