"""Changes to what is administered, made beside an open desk that then knows of them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from unyo.cast import SECRET_KEY, YAMADA
from unyo.storage import administration
from unyo.storage.administration import Admin, Author, NewKey
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.keyring import Keyring
from unyo.storage.numbers import set_counter
from unyo.tickets.directory import Role

from .clock import START
from .desks import NEW_INCIDENT, DeskUnderTest, who


def admin(connection: Connection) -> Admin:
    """Whoever tests changes what is administered."""
    return Admin(connection, Author("tests"), START)


def _add_key(by: Admin, master_id: str, access_key: str, secret_key: str) -> None:
    administration.add_key(by, Keyring(SECRET_KEY), master_id, NewKey(access_key, secret_key))


def _set_counter(by: Admin, last: int) -> None:
    set_counter(by.connection, last)


CHANGES: Mapping[str, Callable[..., None]] = {
    "add_account": administration.add_account,
    "add_key": _add_key,
    "add_member": administration.add_member,
    "add_service": administration.add_service,
    "delete_key": administration.delete_key,
    "remove_member": administration.remove_member,
    "retire_option": administration.retire_option,
    "set_counter": _set_counter,
    "set_role": administration.set_role,
}


def change_directory(desk: DeskUnderTest, name: str, given: Mapping[str, Any]) -> None:
    """Change the directory by one of the functions above."""
    arguments = {**given, **({"role": Role(given["role"])} if "role" in given else {})}
    engines = open_engines(parse_url(desk.url))
    try:
        with engines.writing.begin() as connection:
            CHANGES[name](admin(connection), **arguments)
    finally:
        engines.dispose()
    _be_seen(desk)


def _be_seen(desk: DeskUnderTest) -> None:
    """Every write reads the directory anew, one that is refused too; after that this node knows the change."""
    nowhere = {**who(YAMADA), **NEW_INCIDENT, "ServiceCode": "nowhere"}
    assert desk.call("RegisterTicket", nowhere).error_type == "PARAMETER_ERROR"
