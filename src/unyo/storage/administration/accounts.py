"""Accounts, which are global. One that has taken part in a ticket is disabled, never deleted."""

import sqlalchemy as sa

from unyo.storage.tables import (
    access_keys,
    accounts,
    group_members,
    history,
    invitations,
    memberships,
    memos,
    sessions,
    tickets,
)
from unyo.tickets.field_tables import VALUE_FIELDS
from unyo.tickets.fields import Account

from .changing import Admin, NotPossible
from .checks import check_code, check_name

_ACCOUNT_COLUMNS = [tickets.c[field.key] for field in VALUE_FIELDS if isinstance(field.kind, Account)]


def add_account(admin: Admin, master_id: str, name: str = "") -> None:
    """Add an account.

    Raises:
        NotPossible: it exists, or a value cannot be stored.
    """
    check_code("a master ID", master_id)
    check_name("an account's name", name)
    admin.wait()
    admin.check_absent(accounts, f"the account {master_id} exists already", master_id=master_id)
    admin.connection.execute(sa.insert(accounts).values(master_id=master_id, name=name))
    admin.record("account.add", f"account {master_id}", None, {"name": name})


def rename_account(admin: Admin, master_id: str, name: str) -> None:
    """Give an account another name, which its old tickets and histories show too; its master ID never changes.

    Raises:
        NotPossible: there is no such account, or the name cannot be stored.
    """
    check_name("an account's name", name)
    admin.wait()
    before = find_account(admin, master_id).name
    admin.update(accounts, {"name": name}, master_id=master_id)
    admin.record("account.change", f"account {master_id}", {"name": before}, {"name": name})


def enable_account(admin: Admin, master_id: str, *, enabled: bool) -> None:
    """Let an account take part again, or no longer: its keys open nothing, it is a member of nothing, its sessions end.

    Raises:
        NotPossible: there is no such account.
    """
    admin.wait()
    before = not find_account(admin, master_id).is_disabled
    admin.update(accounts, {"is_disabled": not enabled}, master_id=master_id)
    if not enabled:  # what would open the portal again as soon as the account is enabled
        for table in (sessions, invitations):
            admin.delete(table, master_id=master_id)
    action = "account.enable" if enabled else "account.disable"
    admin.record(action, f"account {master_id}", {"enabled": before}, {"enabled": enabled})


def delete_account(admin: Admin, master_id: str) -> None:
    """Delete an account that never took part in a ticket, with its keys, its memberships and what it signs in with.

    Raises:
        NotPossible: it took part in one, or there is no such account.
    """
    admin.wait()
    row = find_account(admin, master_id)
    if _took_part(admin, master_id):
        raise NotPossible(
            f"{master_id} stands in tickets or their history, which show its name, so it cannot be deleted, "
            f"only disabled (`unyo account disable {master_id}`)"
        )
    # What else hangs on it goes with it, by the database's own rule.
    for table in (group_members, memberships, access_keys, accounts):
        admin.delete(table, master_id=master_id)
    admin.record("account.delete", f"account {master_id}", {"name": row.name}, None)


def find_account(admin: Admin, master_id: str) -> sa.Row[tuple[str, str, bool]]:
    """The row of an account, disabled ones included.

    Raises:
        NotPossible: there is none.
    """
    return admin.find(accounts, f"there is no account {master_id}", master_id=master_id)


def _took_part(admin: Admin, master_id: str) -> bool:
    """Whether it changed a ticket, wrote a memo, or stands in a ticket as whoever is responsible for it."""
    if admin.has(history, master_id=master_id) or admin.has(memos, author=master_id):
        return True
    named = sa.select(sa.literal(1)).where(sa.or_(*(column == master_id for column in _ACCOUNT_COLUMNS))).limit(1)
    return admin.connection.execute(named).first() is not None
