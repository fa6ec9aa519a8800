"""Memberships: the role, the approval right and the management groups that an account has in a service."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from unyo.storage.tables import group_members, memberships
from unyo.tickets.directory import Role

from .accounts import find_account
from .changing import Admin
from .groups import join_group
from .services import find_service


def add_member(
    admin: Admin,
    service_code: str,
    master_id: str,
    role: Role,
    *,
    may_approve: bool = False,
    groups: Sequence[str] = (),
) -> None:
    """Make an account a member of a service.

    Raises:
        NotPossible: it is one, or there is no such service, account or group.
    """
    admin.wait()
    find_service(admin, service_code)
    find_account(admin, master_id)
    key = {"service_code": service_code, "master_id": master_id}
    admin.check_absent(memberships, f"{master_id} is a member of {service_code} already", **key)
    admin.connection.execute(sa.insert(memberships).values(**key, role=role.value, may_approve=may_approve))
    admin.record("role.add", _about(service_code, master_id), None, _details(role.value, may_approve=may_approve))
    for group in groups:
        join_group(admin, service_code, group, master_id)


def set_role(admin: Admin, service_code: str, master_id: str, role: Role, *, may_approve: bool) -> None:
    """Change a member's role and approval right.

    Raises:
        NotPossible: the account is no member of the service.
    """
    admin.wait()
    row = find_member(admin, service_code, master_id)
    values = {"role": role.value, "may_approve": may_approve}
    admin.update(memberships, values, service_code=service_code, master_id=master_id)
    admin.record(
        "role.change",
        _about(service_code, master_id),
        _details(row.role, may_approve=row.may_approve),
        _details(role.value, may_approve=may_approve),
    )


def remove_member(admin: Admin, service_code: str, master_id: str) -> None:
    """Take an account out of a service and its management groups; its name stays in tickets and histories.

    Raises:
        NotPossible: it is no member.
    """
    admin.wait()
    row = find_member(admin, service_code, master_id)
    for table in (group_members, memberships):
        admin.delete(table, service_code=service_code, master_id=master_id)
    about = _about(service_code, master_id)
    admin.record("role.delete", about, _details(row.role, may_approve=row.may_approve), None)


def find_member(admin: Admin, service_code: str, master_id: str) -> sa.Row[tuple[str, str, str, bool]]:
    """The row of a membership.

    Raises:
        NotPossible: the account is no member of the service.
    """
    missing = f"{master_id} is no member of {service_code}"
    return admin.find(memberships, missing, service_code=service_code, master_id=master_id)


def _details(role: str, *, may_approve: bool) -> dict[str, Any]:
    return {"role": role, "may_approve": may_approve}


def _about(service_code: str, master_id: str) -> str:
    return f"role {service_code}/{master_id}"
