"""Who may sign in to the portal: one-time links are made, passwords taken away, sessions ended."""

from typing import Final

import sqlalchemy as sa
from pydantic import SecretStr

from unyo.services.people import INVITED_FOR, Purpose
from unyo.storage.people.keeping import digest
from unyo.storage.tables import invitations, passwords, sessions

from .accounts import find_account
from .changing import Admin, NotPossible

_WAYS_IN: Final = (passwords, sessions, invitations)


def invite(admin: Admin, master_id: str, token: SecretStr, purpose: Purpose = Purpose.PASSWORD) -> None:
    """Make a one-time link with that token, good for three days; the account's links before it are good for nothing.

    Raises:
        NotPossible: there is no such account, or it is disabled.
    """
    admin.wait()
    if find_account(admin, master_id).is_disabled:
        raise NotPossible(f"{master_id} is disabled, so nobody can sign in: `unyo account enable {master_id}` first")
    expires_at = admin.now + INVITED_FOR
    admin.delete(invitations, master_id=master_id)
    admin.connection.execute(
        sa.insert(invitations).values(
            token_digest=digest(token),
            master_id=master_id,
            purpose=purpose.value,
            created_at=admin.now,
            expires_at=expires_at,
        )
    )
    until = expires_at.isoformat(timespec="seconds")
    admin.record("account.invite", _about(master_id), None, {"purpose": purpose.value, "until": until})


def reset_password(admin: Admin, master_id: str, token: SecretStr) -> None:
    """Take an account's password away, end its sessions, and make a one-time link by which it gets another one.

    Raises:
        NotPossible: there is no such account, or it is disabled.
    """
    disable_password(admin, master_id)
    invite(admin, master_id, token)


def disable_password(admin: Admin, master_id: str) -> None:
    """Let nobody sign in to an account any more: password, sessions and one-time links go; access keys stay.

    Raises:
        NotPossible: there is no such account.
    """
    admin.wait()
    find_account(admin, master_id)
    before = {table.name: _count(admin, table, master_id) for table in _WAYS_IN}
    for table in _WAYS_IN:
        admin.delete(table, master_id=master_id)
    admin.record("account.disable-password", _about(master_id), before, dict.fromkeys(before, 0))


def sign_out(admin: Admin, master_id: str) -> None:
    """End an account's sessions, on every browser.

    Raises:
        NotPossible: there is no such account.
    """
    admin.wait()
    find_account(admin, master_id)
    before = _count(admin, sessions, master_id)
    admin.delete(sessions, master_id=master_id)
    admin.record("account.sign-out", _about(master_id), {"sessions": before}, {"sessions": 0})


def _count(admin: Admin, table: sa.Table, master_id: str) -> int:
    found = sa.select(sa.func.count()).select_from(table).filter_by(master_id=master_id)
    return admin.connection.execute(found).scalar_one()


def _about(master_id: str) -> str:
    return f"account {master_id}"
