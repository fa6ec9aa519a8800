"""Changes to what is administered, made beside an open desk that then knows of them."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.demo.cast import SECRET_KEY, YAMADA
from unyo.storage import administration
from unyo.storage.administration import NewKey
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.keyring import Keyring
from unyo.storage.numbers import set_counter
from unyo.storage.tables import group_members, installation, memberships
from unyo.tickets.directory import Role

from .clock import START
from .desks import NEW_INCIDENT, DeskUnderTest, who


def add_key(connection: Connection, master_id: str, access_key: str, secret_key: str) -> None:
    """Give an account one more access key."""
    administration.add_key(connection, Keyring(SECRET_KEY), master_id, NewKey(access_key, secret_key), START)


def remove_member(connection: Connection, service_code: str, master_id: str) -> None:
    """Take an account out of a service."""
    for table in (group_members, memberships):
        connection.execute(sa.delete(table).where(table.c.service_code == service_code, table.c.master_id == master_id))
    connection.execute(sa.update(installation).values(directory_version=installation.c.directory_version + 1))


CHANGES: Mapping[str, Callable[..., None]] = {
    "add_account": administration.add_account,
    "add_key": add_key,
    "add_member": administration.add_member,
    "add_service": administration.add_service,
    "delete_key": administration.delete_key,
    "remove_member": remove_member,
    "retire_option": administration.retire_option,
    "set_counter": set_counter,
    "set_role": administration.set_role,
}


def change_directory(desk: DeskUnderTest, name: str, given: Mapping[str, Any]) -> None:
    """Change the directory by one of the functions above."""
    arguments = {**given, **({"role": Role(given["role"])} if "role" in given else {})}
    engines = open_engines(parse_url(desk.url))
    try:
        with engines.writing.begin() as connection:
            CHANGES[name](connection, **arguments)
    finally:
        engines.dispose()
    _be_seen(desk)


def _be_seen(desk: DeskUnderTest) -> None:
    """Every write reads the directory anew, one that is refused too; after that this node knows the change."""
    nowhere = {**who(YAMADA), **NEW_INCIDENT, "ServiceCode": "nowhere"}
    assert desk.call("RegisterTicket", nowhere).error_type == "PARAMETER_ERROR"
