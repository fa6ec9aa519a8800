"""Management groups of a service: their names, their order, and who belongs to them."""

from collections.abc import Sequence

import sqlalchemy as sa

from unyo.storage.tables import group_members, management_groups, memberships, services, tickets

from .changing import Admin, NotPossible
from .checks import GROUP, check_value
from .ordering import moved


def add_group(admin: Admin, service_code: str, name: str, position: int | None = None) -> None:
    """Add a management group, at the end or at a position counted from 1.

    Raises:
        NotPossible: it exists, there is no such service, or the name cannot be stored.
    """
    check_value(GROUP, name)
    admin.wait()
    admin.find(services, f"there is no service code {service_code}", service_code=service_code)
    admin.check_absent(
        management_groups,
        f"{service_code} has a management group {name} already",
        service_code=service_code,
        name=name,
    )
    order = moved(group_names(admin, service_code), name, position)
    admin.connection.execute(
        sa.insert(management_groups).values(service_code=service_code, name=name, position=len(order) - 1)
    )
    _number(admin, service_code, order)
    admin.record("group.add", _about(service_code, name), None, {"position": order.index(name) + 1})


def rename_group(admin: Admin, service_code: str, name: str, new_name: str) -> None:
    """Give a management group that no ticket is in another name; it keeps its place and its members.

    Raises:
        NotPossible: there is none, tickets are in it, or the new name is taken or cannot be stored.
    """
    check_value(GROUP, new_name)
    admin.wait()
    row = find_group(admin, service_code, name)
    _check_unused(admin, service_code, name, "renamed: add another one and move its tickets")
    key = {"service_code": service_code, "name": new_name}
    admin.check_absent(management_groups, f"{service_code} has a management group {new_name} already", **key)
    admin.connection.execute(sa.insert(management_groups).values(**key, position=row.position))
    admin.update(group_members, {"group_name": new_name}, service_code=service_code, group_name=name)
    admin.delete(management_groups, service_code=service_code, name=name)
    admin.record("group.rename", _about(service_code, name), {"name": name}, {"name": new_name})


def move_group(admin: Admin, service_code: str, name: str, position: int) -> None:
    """Put a management group at another place in the list, counted from 1.

    Raises:
        NotPossible: there is none.
    """
    admin.wait()
    find_group(admin, service_code, name)
    arrange_groups(admin, service_code, moved(group_names(admin, service_code), name, position))


def arrange_groups(admin: Admin, service_code: str, order: Sequence[str]) -> None:
    """Put the management groups of a service into another order; all of them must be named.

    Raises:
        NotPossible: other groups are named than the service has.
    """
    admin.wait()
    before = group_names(admin, service_code)
    if sorted(order) != sorted(before):
        raise NotPossible(f"the order of the management groups of {service_code} must name all of them, once each")
    _number(admin, service_code, order)
    admin.record("group.arrange", f"group {service_code}", before, [*order])


def delete_group(admin: Admin, service_code: str, name: str) -> None:
    """Delete a management group that no ticket is in; its members belong to it no more.

    Raises:
        NotPossible: there is none, or tickets are in it.
    """
    admin.wait()
    find_group(admin, service_code, name)
    _check_unused(admin, service_code, name, "deleted: move its tickets to another group first")
    members = group_members_of(admin, service_code, name)
    admin.delete(group_members, service_code=service_code, group_name=name)
    admin.delete(management_groups, service_code=service_code, name=name)
    admin.record("group.delete", _about(service_code, name), {"members": members}, None)


def join_group(admin: Admin, service_code: str, name: str, master_id: str) -> None:
    """Let a member of the service belong to a management group.

    Raises:
        NotPossible: it does, it is no member, or there is no such group.
    """
    admin.wait()
    find_group(admin, service_code, name)
    admin.find(
        memberships, f"{master_id} is no member of {service_code}", service_code=service_code, master_id=master_id
    )
    key = {"service_code": service_code, "group_name": name, "master_id": master_id}
    admin.check_absent(group_members, f"{master_id} belongs to {name} already", **key)
    admin.connection.execute(sa.insert(group_members).values(**key))
    admin.record("group.join", _about(service_code, name), None, {"master_id": master_id})


def leave_group(admin: Admin, service_code: str, name: str, master_id: str) -> None:
    """Let a member belong to a management group no more.

    Raises:
        NotPossible: it does not, or there is no such group.
    """
    admin.wait()
    find_group(admin, service_code, name)
    key = {"service_code": service_code, "group_name": name, "master_id": master_id}
    admin.find(group_members, f"{master_id} does not belong to {name}", **key)
    admin.delete(group_members, **key)
    admin.record("group.leave", _about(service_code, name), {"master_id": master_id}, None)


def find_group(admin: Admin, service_code: str, name: str) -> sa.Row[tuple[str, str, int]]:
    """The row of a management group.

    Raises:
        NotPossible: there is none.
    """
    return admin.find(
        management_groups, f"{service_code} has no management group {name}", service_code=service_code, name=name
    )


def group_names(admin: Admin, service_code: str) -> list[str]:
    """The management groups of a service, in their order."""
    c = management_groups.c
    found = sa.select(c.name).where(c.service_code == service_code).order_by(c.position, c.name)
    return [*admin.connection.execute(found).scalars()]


def group_members_of(admin: Admin, service_code: str, name: str) -> list[str]:
    """The master IDs that belong to a management group."""
    c = group_members.c
    found = sa.select(c.master_id).where(c.service_code == service_code, c.group_name == name).order_by(c.master_id)
    return [*admin.connection.execute(found).scalars()]


def _number(admin: Admin, service_code: str, names: Sequence[str]) -> None:
    for position, name in enumerate(names):
        admin.update(management_groups, {"position": position}, service_code=service_code, name=name)


def _check_unused(admin: Admin, service_code: str, name: str, done: str) -> None:
    if admin.has(tickets, service_code=service_code, management_group=name):
        raise NotPossible(f"tickets of {service_code} are in {name}, so it cannot be {done}")


def _about(service_code: str, name: str) -> str:
    return f"group {service_code}/{name}"
