"""One-time links: a link is a row that whoever uses it takes away."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from unyo.services.people import Invitation, Purpose
from unyo.storage.tables import invitations, passwords, sessions

from .keeping import ENABLED, Keeping, digest, put


class SqlInvitations:
    """The port Invitations."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def invited(self, token: SecretStr, now: datetime) -> Invitation | None:
        """What a link is for, while it can be used."""
        found = sa.select(invitations.c.master_id, invitations.c.purpose).where(_usable(token, now))
        with self._keeping.reading("reading a one-time link") as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else Invitation(row.master_id, Purpose(row.purpose))

    def use_to_sign_in(self, token: SecretStr, now: datetime) -> str | None:
        """Use a link that signs in."""
        with self._keeping.writing("using a one-time link") as connection:
            return _take(connection, token, Purpose.SIGN_IN, now)

    def use_for_password(self, token: SecretStr, hashed: str, now: datetime) -> str | None:
        """Use a link to set the password."""
        with self._keeping.writing("setting a password") as connection:
            master_id = _take(connection, token, Purpose.PASSWORD, now)
            if master_id is not None:
                put(connection, passwords, {"master_id": master_id}, {"hash": hashed, "changed_at": now})
                for table in (sessions, invitations):
                    connection.execute(sa.delete(table).where(table.c.master_id == master_id))
        return master_id


def _take(connection: Connection, token: SecretStr, purpose: Purpose, now: datetime) -> str | None:
    """Take a link away; of two who use it at once one gets it."""
    taken = sa.delete(invitations).where(_usable(token, now), invitations.c.purpose == purpose.value)
    return connection.execute(taken.returning(invitations.c.master_id)).scalar_one_or_none()


def _usable(token: SecretStr, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        invitations.c.token_digest == digest(token),
        invitations.c.expires_at > now,
        invitations.c.master_id.in_(ENABLED),
    )
