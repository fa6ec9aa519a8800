"""What is administered: services, accounts, memberships, groups, keys. Every change moves the directory's version."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.tickets.directory import Role
from unyo.tickets.initial_options import initial_options

from .keyring import Keyring
from .tables import (
    access_keys,
    accounts,
    group_members,
    installation,
    management_groups,
    memberships,
    metadata,
    options,
    services,
)

KEYS_PER_ACCOUNT = 5
PUBLISHED = "this database was made by `unyo demo`: its secrets are published. Take another one"
_ACCESS_KEY_LETTERS = string.digits + string.ascii_uppercase
_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"


class NotPossible(Exception):
    """An administrative change that cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """An access key and its secret, which is shown once and never again."""

    access_key: str
    secret_key: str = field(repr=False)


def claim_installation(connection: Connection, keyring: Keyring, *, demo: bool) -> None:
    """Make an empty database an installation whose secrets this key opens.

    Raises:
        NotPossible: it is one already.
    """
    check_is_new(connection)
    connection.execute(
        sa.insert(installation).values(id=1, directory_version=1, is_demo=demo, key_check=keyring.check())
    )


def check_is_new(connection: Connection) -> None:
    """Check that a migrated database is no installation yet.

    Raises:
        NotPossible: it is one.
    """
    found = is_demo(connection)
    if found is not None:
        made = PUBLISHED if found else "this database is an installation already: `unyo init` makes new ones only"
        raise NotPossible(made)


def check_key(connection: Connection, keyring: Keyring) -> None:
    """Check that the secrets can be read with this key.

    Raises:
        keyring.WrongKey: they cannot.
        NotPossible: the database is no installation yet.
    """
    sealed = connection.execute(sa.select(installation.c.key_check)).scalar_one_or_none()
    if sealed is None:
        raise NotPossible("this database holds no service yet: run `unyo init` first")
    keyring.unseal(sealed)


def add_service(connection: Connection, code: str, name: str = "", groups: Sequence[str] = ()) -> None:
    """Add a service code with the initial option lists and its management groups.

    Raises:
        NotPossible: it exists.
    """
    _check_absent(connection, services, f"the service code {code} exists already", service_code=code)
    connection.execute(sa.insert(services).values(service_code=code, name=name))
    connection.execute(
        sa.insert(options),
        [
            {
                "service_code": code,
                "kind": option.kind.value,
                "parameter": option.parameter,
                "parent": option.parent,
                "value": option.value,
                "position": position,
                "is_retired": False,
            }
            for position, option in enumerate(initial_options())
        ],
    )
    for position, group in enumerate(groups):
        connection.execute(sa.insert(management_groups).values(service_code=code, name=group, position=position))
    _moved(connection)


def add_account(connection: Connection, master_id: str, name: str = "") -> None:
    """Add an account if it is not there; accounts are global."""
    if not connection.execute(sa.select(accounts).where(accounts.c.master_id == master_id)).first():
        connection.execute(sa.insert(accounts).values(master_id=master_id, name=name))
        _moved(connection)


def add_member(
    connection: Connection,
    service_code: str,
    master_id: str,
    role: Role,
    *,
    may_approve: bool = False,
    groups: Sequence[str] = (),
) -> None:
    """Make an account a member of a service.

    Raises:
        NotPossible: it is one.
    """
    _check_absent(
        connection,
        memberships,
        f"{master_id} is a member of {service_code} already",
        service_code=service_code,
        master_id=master_id,
    )
    connection.execute(
        sa.insert(memberships).values(
            service_code=service_code, master_id=master_id, role=role.value, may_approve=may_approve
        )
    )
    for group in groups:
        connection.execute(
            sa.insert(group_members).values(service_code=service_code, group_name=group, master_id=master_id)
        )
    _moved(connection)


def make_key() -> NewKey:
    """An access key and a secret at random."""
    return NewKey(
        "".join(secrets.choice(_ACCESS_KEY_LETTERS) for _ in range(20)),
        "".join(secrets.choice(_SECRET_LETTERS) for _ in range(40)),
    )


def add_key(connection: Connection, keyring: Keyring, master_id: str, key: NewKey, now: datetime) -> None:
    """Give an account an access key; the secret is stored encrypted.

    Raises:
        NotPossible: the account has five already, or there is this key already.
    """
    _moved(connection)  # first, so that of two who add a key at once the later counts the earlier's too
    _check_absent(connection, access_keys, f"the access key {key.access_key} exists already", access_key=key.access_key)
    owned = sa.select(sa.func.count()).where(access_keys.c.master_id == master_id)
    if connection.execute(owned).scalar_one() >= KEYS_PER_ACCOUNT:
        raise NotPossible(f"{master_id} has {KEYS_PER_ACCOUNT} access keys already: delete one first")
    connection.execute(
        sa.insert(access_keys).values(
            access_key=key.access_key,
            master_id=master_id,
            sealed_secret=keyring.seal(key.secret_key),
            created_at=now,
        )
    )


def delete_key(connection: Connection, access_key: str) -> None:
    """Delete an access key; it can never be restored.

    Raises:
        NotPossible: there is no such key.
    """
    found = connection.execute(sa.delete(access_keys).where(access_keys.c.access_key == access_key))
    if not found.rowcount:
        raise NotPossible(f"there is no access key {access_key}")
    _moved(connection)


def set_role(connection: Connection, service_code: str, master_id: str, role: Role, *, may_approve: bool) -> None:
    """Change a member's role and approval right.

    Raises:
        NotPossible: the account is no member of the service.
    """
    found = connection.execute(
        sa.update(memberships)
        .where(memberships.c.service_code == service_code, memberships.c.master_id == master_id)
        .values(role=role.value, may_approve=may_approve)
    )
    if not found.rowcount:
        raise NotPossible(f"{master_id} is no member of {service_code}")
    _moved(connection)


def retire_option(connection: Connection, service_code: str, kind: str, parameter: str, value: str) -> None:
    """Take a value off an option list; tickets that hold it keep it.

    Raises:
        NotPossible: the list has no such value.
    """
    found = connection.execute(
        sa.update(options)
        .where(
            options.c.service_code == service_code,
            options.c.kind == kind,
            options.c.parameter == parameter,
            options.c.value == value,
        )
        .values(is_retired=True)
    )
    if not found.rowcount:
        raise NotPossible(f"{parameter} has no value {value}")
    _moved(connection)


def is_demo(connection: Connection) -> bool | None:
    """Whether this is a demo database; None when it is no installation yet."""
    if not sa.inspect(connection).has_table(installation.name):
        return None
    return connection.execute(sa.select(installation.c.is_demo)).scalar_one_or_none()


def clear(connection: Connection) -> None:
    """Delete every row of every table, the counter aside."""
    for table in reversed(metadata.sorted_tables):
        if table.name != "ticket_counter":
            connection.execute(sa.delete(table))


def _check_absent(connection: Connection, table: sa.Table, message: str, **key: str) -> None:
    if connection.execute(sa.select(table).filter_by(**key)).first():
        raise NotPossible(message)


def _moved(connection: Connection) -> None:
    connection.execute(sa.update(installation).values(directory_version=installation.c.directory_version + 1))


def foreign_tables(connection: Connection) -> list[str]:
    """Tables that are not ours, by name."""
    found = sa.inspect(connection).get_table_names()
    return sorted(set(found) - set(metadata.tables) - {"alembic_version"})
