"""Service codes: a tenant each, with the initial option lists; it is deleted only before it has a ticket."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from unyo.storage.tables import group_members, management_groups, memberships, options, services, tickets
from unyo.tickets.directory import Option
from unyo.tickets.initial_options import initial_options

from .changing import Admin, NotPossible
from .checks import check_code, check_name
from .groups import add_group


def add_service(
    admin: Admin, code: str, name: str = "", groups: Sequence[str] = (), lists: Iterable[Option] | None = None
) -> None:
    """Add a service code with its management groups and option lists (None: the initial ones).

    Raises:
        NotPossible: it exists, or a value cannot be stored.
    """
    check_code("a service code", code)
    check_name("a service's name", name)
    admin.wait()
    admin.check_absent(services, f"the service code {code} exists already", service_code=code)
    admin.connection.execute(sa.insert(services).values(service_code=code, name=name))
    rows = [
        {
            "service_code": code,
            "kind": option.kind.value,
            "parameter": option.parameter,
            "parent": option.parent,
            "value": option.value,
            "position": position,
            "is_retired": False,
        }
        for position, option in enumerate(initial_options() if lists is None else lists)
    ]
    if rows:
        admin.connection.execute(sa.insert(options), rows)
    admin.record("service.add", f"service {code}", None, {"name": name})
    for group in groups:
        add_group(admin, code, group)


def rename_service(admin: Admin, code: str, name: str) -> None:
    """Give a service another name, as people read it; its code never changes.

    Raises:
        NotPossible: there is no such service, or the name cannot be stored.
    """
    check_name("a service's name", name)
    admin.wait()
    before = find_service(admin, code).name
    admin.update(services, {"name": name}, service_code=code)
    admin.record("service.change", f"service {code}", {"name": before}, {"name": name})


def enable_service(admin: Admin, code: str, *, enabled: bool) -> None:
    """Let a service be served again, or no longer: then it answers as one that does not exist.

    Raises:
        NotPossible: there is no such service.
    """
    admin.wait()
    before = not find_service(admin, code).is_disabled
    admin.update(services, {"is_disabled": not enabled}, service_code=code)
    action = "service.enable" if enabled else "service.disable"
    admin.record(action, f"service {code}", {"enabled": before}, {"enabled": enabled})


def delete_service(admin: Admin, code: str) -> None:
    """Delete a disabled service that has no ticket, with its memberships, groups and option lists.

    Raises:
        NotPossible: it has tickets, is enabled, or there is none.
    """
    admin.wait()
    row = find_service(admin, code)
    if admin.has(tickets, service_code=code):
        raise NotPossible(f"{code} has tickets, so it cannot be deleted, only disabled (`unyo service disable {code}`)")
    if not row.is_disabled:
        raise NotPossible(
            f"{code} is enabled, so a call may be on its way to it: disable it first (`unyo service disable {code}`)"
        )
    for table in (group_members, management_groups, memberships, options, services):
        admin.delete(table, service_code=code)
    admin.record("service.delete", f"service {code}", {"name": row.name}, None)


def find_service(admin: Admin, code: str) -> sa.Row[tuple[str, str, bool]]:
    """The row of a service, disabled ones included.

    Raises:
        NotPossible: there is none.
    """
    return admin.find(services, f"there is no service code {code}", service_code=code)
