"""Sessions of those who are signed in."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from unyo.services.people import SEEN_EVERY, Session
from unyo.services.ports import StorageFailed
from unyo.storage.tables import accounts, passwords, sessions

from .keeping import ENABLED, Keeping, digest, sweep

log = logging.getLogger(__name__)

_SESSION: Final = [column for column in sessions.columns if column.name != "token_digest"]


class SqlSessions:
    """The port Sessions."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def begin_session(
        self, token: SecretStr, session: Session, *, proved_by: str | None, instead_of: SecretStr | None
    ) -> bool:
        """Keep a new session; those that have expired go."""
        values = {column.name: getattr(session, column.name) for column in _SESSION}
        with self._keeping.writing("beginning a session") as connection:
            if not _is_still_proved(connection, session.master_id, proved_by):
                return False
            if instead_of is not None:
                connection.execute(sa.delete(sessions).where(sessions.c.token_digest == digest(instead_of)))
            sweep(connection, sessions, sessions.c.expires_at <= session.created_at)
            connection.execute(sa.insert(sessions).values(token_digest=digest(token), **values))
        return True

    def session_of(self, token: SecretStr, now: datetime, idle: timedelta, *, is_seen: bool) -> Session | None:
        """The session of a token; what is written is when it was seen, once in a while."""
        found = sa.select(*_SESSION).where(sessions.c.token_digest == digest(token), _alive(now, idle))
        with self._keeping.reading("reading a session") as connection:
            row = connection.execute(found).one_or_none()
        if row is not None and is_seen and now - row.seen_at >= SEEN_EVERY:
            self._see(token, now)
        return None if row is None else _session(row)

    def _see(self, token: SecretStr, now: datetime) -> None:
        seen = (
            sa.update(sessions)
            .where(sessions.c.token_digest == digest(token), sessions.c.seen_at <= now - SEEN_EVERY)
            .values(seen_at=now)
        )
        try:
            with self._keeping.writing("noting a session as seen") as connection:
                connection.execute(seen)
        except StorageFailed as error:  # whoever only reads goes on reading
            log.warning("%s", error)

    def number_of(self, token: SecretStr, master_id: str) -> str | None:
        """The number of the account's session of that token."""
        found = sa.select(sessions.c.number).where(
            sessions.c.token_digest == digest(token), sessions.c.master_id == master_id
        )
        with self._keeping.reading("reading a session's number") as connection:
            return connection.execute(found).scalar_one_or_none()

    def renew_session(self, token: SecretStr, new: SecretStr) -> None:
        """Let a session go on under another token."""
        with self._keeping.writing("renewing a session") as connection:
            connection.execute(
                sa.update(sessions).where(sessions.c.token_digest == digest(token)).values(token_digest=digest(new))
            )

    def choose_service(self, token: SecretStr, service_code: str) -> None:
        """Let a session work in a service code."""
        with self._keeping.writing("choosing a service") as connection:
            connection.execute(
                sa.update(sessions).where(sessions.c.token_digest == digest(token)).values(service_code=service_code)
            )

    def sessions_of(self, master_id: str, now: datetime, idle: timedelta) -> Sequence[Session]:
        """The account's sessions, the last seen first."""
        found = sa.select(*_SESSION).where(sessions.c.master_id == master_id, _alive(now, idle))
        with self._keeping.reading("reading an account's sessions") as connection:
            rows = connection.execute(found.order_by(sessions.c.seen_at.desc(), sessions.c.number)).all()
        return [_session(row) for row in rows]

    def end_session(self, token: SecretStr) -> None:
        """End a session."""
        with self._keeping.writing("ending a session") as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.token_digest == digest(token)))

    def end_sessions(self, master_id: str, *, number: str | None = None, keep: SecretStr | None = None) -> int:
        """End an account's sessions, or one of them."""
        ended = sa.delete(sessions).where(sessions.c.master_id == master_id)
        if number is not None:
            ended = ended.where(sessions.c.number == number)
        if keep is not None:
            ended = ended.where(sessions.c.token_digest != digest(keep))
        with self._keeping.writing("ending sessions") as connection:
            return connection.execute(ended).rowcount


def _is_still_proved(connection: Connection, master_id: str, proved_by: str | None) -> bool:
    """Whether the account is enabled and has that hash, and will until the transaction ends.

    Whoever disables it or changes its password meanwhile waits, and then ends this session too.
    """
    account = ENABLED.where(accounts.c.master_id == master_id).with_for_update(read=True)
    if connection.execute(account).first() is None:
        return False
    if proved_by is None:
        return True
    password = sa.select(passwords.c.master_id).where(passwords.c.master_id == master_id, passwords.c.hash == proved_by)
    return connection.execute(password.with_for_update(read=True)).first() is not None


def _alive(now: datetime, idle: timedelta) -> sa.ColumnElement[bool]:
    return sa.and_(sessions.c.expires_at > now, sessions.c.seen_at > now - idle, sessions.c.master_id.in_(ENABLED))


def _session(row: sa.Row[Any]) -> Session:
    return Session(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for a row as a mapping
