"""Who has which ticket open."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from unyo.services.feed import Moved
from unyo.services.people import PRESENT_FOR, SEEN_EVERY, Present
from unyo.storage.feed.notices import tell
from unyo.storage.tables import presence

from .keeping import ENABLED, Keeping, put, sweep


class SqlPresence:
    """The port Presence."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def arrive(self, service_code: str, number: int, master_id: str, now: datetime, *, is_editing: bool) -> None:
        """Somebody has, or still has, a ticket open; the latter is written down once in a while."""
        key = {"service_code": service_code, "ticket_number": number, "master_id": master_id}
        known = sa.select(presence.c.is_editing, presence.c.seen_at).filter_by(**key)
        with self._keeping.reading("reading who has a ticket open") as connection:
            row = connection.execute(known).one_or_none()
        if row is not None and row.is_editing == is_editing and now - row.seen_at < SEEN_EVERY:
            return
        with self._keeping.writing("noting who has a ticket open") as connection:
            sweep(connection, presence, presence.c.seen_at <= now - PRESENT_FOR)
            put(connection, presence, key, {"is_editing": is_editing, "seen_at": now})
            if row is None or row.is_editing != is_editing:
                tell(connection, [Moved(service_code, number, master_id, is_presence=True)])

    def leave(self, service_code: str, number: int, master_id: str) -> None:
        """Somebody has closed it."""
        key = {"service_code": service_code, "ticket_number": number, "master_id": master_id}
        with self._keeping.writing("noting who has closed a ticket") as connection:
            if connection.execute(sa.delete(presence).filter_by(**key)).rowcount:
                tell(connection, [Moved(service_code, number, master_id, is_presence=True)])

    def present(self, service_code: str, number: int, now: datetime) -> Sequence[Present]:
        """Who has it open, by master ID."""
        found = (
            sa.select(presence.c.master_id, presence.c.is_editing)
            .filter_by(service_code=service_code, ticket_number=number)
            .where(presence.c.seen_at > now - PRESENT_FOR, presence.c.master_id.in_(ENABLED))
        )
        with self._keeping.reading("reading who has a ticket open") as connection:
            rows = connection.execute(found).all()
        return sorted((Present(*row) for row in rows), key=lambda each: each.master_id)
