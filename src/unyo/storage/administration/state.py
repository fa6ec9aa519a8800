"""All that is administered as it stands, what is disabled and retired included, in the order in which people see it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.storage.directory import ordered_options
from unyo.storage.tables import (
    access_keys,
    accounts,
    group_members,
    management_groups,
    memberships,
    services,
)
from unyo.tickets.directory import Role
from unyo.tickets.model import TicketKind


@dataclass(frozen=True, slots=True)
class ValueState:
    """A value of an option list; ``parameter`` is our name, ``parent`` the value it depends on (``""``: none)."""

    kind: TicketKind
    parameter: str
    parent: str
    value: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service code with its management groups and option lists, in their order."""

    code: str
    name: str
    enabled: bool
    groups: tuple[str, ...]
    values: tuple[ValueState, ...]


@dataclass(frozen=True, slots=True)
class RoleState:
    """What an account is in a service."""

    role: Role
    may_approve: bool
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyState:
    """An access key without its secret, which nobody reads."""

    access_key: str
    master_id: str
    label: str
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account with its roles by service code, and its access keys, oldest first."""

    master_id: str
    name: str
    enabled: bool
    roles: Mapping[str, RoleState]
    keys: tuple[KeyState, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Services by their code, accounts by their master ID."""

    services: Mapping[str, ServiceState]
    accounts: Mapping[str, AccountState]


def read_state(connection: Connection) -> State:
    """Read all that is administered, within one transaction of the caller's."""
    groups = _groups(connection)
    values = _values(connection)
    return State(
        services={
            row.service_code: ServiceState(
                row.service_code,
                row.name,
                not row.is_disabled,
                tuple(groups[row.service_code]),
                tuple(values[row.service_code]),
            )
            for row in connection.execute(sa.select(services).order_by(services.c.service_code))
        },
        accounts=_accounts(connection, groups),
    )


def _groups(connection: Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    ordered = sa.select(management_groups).order_by(management_groups.c.position, management_groups.c.name)
    for row in connection.execute(ordered):
        found[row.service_code].append(row.name)
    return found


def _values(connection: Connection) -> dict[str, list[ValueState]]:
    found: dict[str, list[ValueState]] = defaultdict(list)
    for row in connection.execute(ordered_options()):
        found[row.service_code].append(
            ValueState(TicketKind(row.kind), row.parameter, row.parent, row.value, row.is_retired)
        )
    return found


def _accounts(connection: Connection, groups: Mapping[str, list[str]]) -> dict[str, AccountState]:
    belonging = {tuple(row) for row in connection.execute(sa.select(group_members))}
    roles: dict[str, dict[str, RoleState]] = defaultdict(dict)
    for row in connection.execute(sa.select(memberships).order_by(memberships.c.service_code)):
        code, master_id = row.service_code, row.master_id
        inside = tuple(name for name in groups[code] if (code, name, master_id) in belonging)
        roles[master_id][code] = RoleState(Role(row.role), row.may_approve, inside)
    keys: dict[str, list[KeyState]] = defaultdict(list)
    for row in connection.execute(sa.select(access_keys).order_by(access_keys.c.created_at, access_keys.c.access_key)):
        keys[row.master_id].append(_key(row))
    return {
        row.master_id: AccountState(
            row.master_id, row.name, not row.is_disabled, roles[row.master_id], tuple(keys[row.master_id])
        )
        for row in connection.execute(sa.select(accounts).order_by(accounts.c.master_id))
    }


def _key(row: sa.Row[Any]) -> KeyState:
    return KeyState(row.access_key, row.master_id, row.label, not row.is_disabled, row.created_at)
