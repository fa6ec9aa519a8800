"""The hashes of passwords."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr

from unyo.storage.tables import passwords, sessions

from .keeping import ENABLED, Keeping, digest


class SqlPasswords:
    """The port Passwords."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def password_of(self, master_id: str) -> str | None:
        """The hash of an enabled account's password."""
        found = sa.select(passwords.c.hash).where(
            passwords.c.master_id == master_id, passwords.c.master_id.in_(ENABLED)
        )
        with self._keeping.reading("reading a password's hash") as connection:
            return connection.execute(found).scalar_one_or_none()

    def change_password(self, master_id: str, before: str, hashed: str, now: datetime, *, keep: SecretStr) -> bool:
        """Exchange a hash, and end the account's other sessions."""
        others = sa.delete(sessions).where(sessions.c.master_id == master_id, sessions.c.token_digest != digest(keep))
        with self._keeping.writing("changing a password") as connection:
            changed = connection.execute(_exchange(master_id, before).values(hash=hashed, changed_at=now)).rowcount == 1
            if changed:
                connection.execute(others)
        return changed

    def hash_anew(self, master_id: str, before: str, hashed: str) -> bool:
        """Keep the same password under another hash."""
        with self._keeping.writing("hashing a password anew") as connection:
            return connection.execute(_exchange(master_id, before).values(hash=hashed)).rowcount == 1


def _exchange(master_id: str, before: str) -> sa.Update:
    return sa.update(passwords).where(passwords.c.master_id == master_id, passwords.c.hash == before)
