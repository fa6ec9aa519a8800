"""Option lists: values, what they depend on, their order, and retirement: tickets keep what they hold."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from unyo.storage.tables import options, tickets
from unyo.tickets.field_tables import BY_KEY
from unyo.tickets.model import TicketKind
from unyo.tickets.option_lists import OPTION_LISTS

from .changing import Admin, NotPossible
from .checks import check_value
from .ordering import moved
from .services import find_service


def add_option(
    admin: Admin,
    service_code: str,
    kind: str,
    parameter: str,
    value: str,
    *,
    parent: str = "",
    position: int | None = None,
) -> None:
    """Add a value to a list (under the value of the other list that it depends on), at the end or at a position from 1.

    Raises:
        NotPossible: the list has it, there is no such service, list or parent, or the value cannot be stored.
    """
    check_value("a value of an option list", value)
    admin.wait()
    find_service(admin, service_code)
    depends_on = list_parent(kind, parameter)
    if bool(depends_on) != bool(parent):
        wire = BY_KEY[parameter].wire
        raise NotPossible(
            f"{wire} depends on {BY_KEY[depends_on].wire}: say under which of its values"
            if depends_on
            else f"{wire} depends on no other list"
        )
    if depends_on:
        find_option(admin, service_code, kind, depends_on, parent)
    key = _key(service_code, kind, parameter, parent=parent, value=value)
    admin.check_absent(options, f"{_named(parameter, parent)} has the value {value} already", **key)
    order = moved(values_of(admin, service_code, kind, parameter, parent), value, position)
    admin.connection.execute(sa.insert(options).values(**key, position=0, is_retired=False))
    _number(admin, service_code, kind, parameter, parent, order)
    admin.record("option.add", _about(key), None, {"position": order.index(value) + 1})


def move_option(
    admin: Admin, service_code: str, kind: str, parameter: str, value: str, *, parent: str = "", position: int
) -> None:
    """Put a value at another place in its list, counted from 1, retired values included.

    Raises:
        NotPossible: the list has no such value.
    """
    admin.wait()
    find_option(admin, service_code, kind, parameter, value, parent)
    before = values_of(admin, service_code, kind, parameter, parent)
    arrange_options(admin, service_code, kind, parameter, moved(before, value, position), parent=parent)


def arrange_options(
    admin: Admin, service_code: str, kind: str, parameter: str, order: Sequence[str], *, parent: str = ""
) -> None:
    """Put the values of a list (under that parent) into another order; all of them must be named, retired ones too.

    Raises:
        NotPossible: other values are named than the list has.
    """
    admin.wait()
    before = values_of(admin, service_code, kind, parameter, parent)
    if sorted(order) != sorted(before):
        raise NotPossible(f"the order of {_named(parameter, parent)} must name all of its values, once each")
    _number(admin, service_code, kind, parameter, parent, order)
    about = _about(_key(service_code, kind, parameter, parent=parent, value=""))
    admin.record("option.arrange", about, before, [*order])


def retire_option(
    admin: Admin, service_code: str, kind: str, parameter: str, value: str, parent: str | None = None
) -> None:
    """Take a value off an option list (None: under every parent); tickets that hold it keep it.

    Raises:
        NotPossible: the list has no such value.
    """
    _retire(admin, _key(service_code, kind, parameter, value=value), parent, retired=True)


def restore_option(
    admin: Admin, service_code: str, kind: str, parameter: str, value: str, parent: str | None = None
) -> None:
    """Offer a retired value again (None: under every parent).

    Raises:
        NotPossible: the list has no such value.
    """
    _retire(admin, _key(service_code, kind, parameter, value=value), parent, retired=False)


def rename_option(
    admin: Admin, service_code: str, kind: str, parameter: str, value: str, new_value: str, *, parent: str = ""
) -> None:
    """Offer another value in a value's place, with the values that depend on it, and retire the old one.

    Tickets that hold the old value keep it.

    Raises:
        NotPossible: the list has no such value, it has the new one already, or that cannot be stored.
    """
    admin.wait()
    find_option(admin, service_code, kind, parameter, value, parent)
    order = values_of(admin, service_code, kind, parameter, parent)
    add_option(admin, service_code, kind, parameter, new_value, parent=parent, position=order.index(value) + 1)
    for child in _children(kind, parameter):
        for row in _rows(admin, service_code, kind, child, value):
            if not row.is_retired:
                add_option(admin, service_code, kind, child, row.value, parent=new_value)
    retire_option(admin, service_code, kind, parameter, value, parent)


def delete_option(admin: Admin, service_code: str, kind: str, parameter: str, value: str, *, parent: str = "") -> None:
    """Delete a value that no ticket holds and on which no other depends.

    Raises:
        NotPossible: a ticket holds it, others depend on it, or the list has no such value.
    """
    admin.wait()
    find_option(admin, service_code, kind, parameter, value, parent)
    if any(_rows(admin, service_code, kind, child, value) for child in _children(kind, parameter)):
        raise NotPossible(f"other values depend on {value}: delete these first, or retire it")
    held = {parameter: value} | ({list_parent(kind, parameter): parent} if parent else {})
    if admin.has(tickets, service_code=service_code, kind=TicketKind(kind).value, **held):
        raise NotPossible(f"tickets of {service_code} hold {value}, so it cannot be deleted: retire it")
    key = _key(service_code, kind, parameter, parent=parent, value=value)
    before = values_of(admin, service_code, kind, parameter, parent)
    admin.delete(options, **key)
    admin.record("option.delete", _about(key), {"position": before.index(value) + 1}, None)


def list_parent(kind: str, parameter: str) -> str:
    """Our name of the parameter on whose values a list depends; ``""`` for none.

    Raises:
        NotPossible: tickets of that kind have no such list.
    """
    lists = OPTION_LISTS[TicketKind(kind)]
    if parameter not in lists:
        raise NotPossible(f"tickets of kind {TicketKind(kind).name.lower()} have no option list {_named(parameter)}")
    return lists[parameter]


def find_option(
    admin: Admin, service_code: str, kind: str, parameter: str, value: str, parent: str = ""
) -> sa.Row[Any]:
    """The row of a value, retired ones included.

    Raises:
        NotPossible: the list has no such value.
    """
    key = _key(service_code, kind, parameter, parent=parent, value=value)
    return admin.find(options, f"{_named(parameter, parent)} has no value {value}", **key)


def values_of(admin: Admin, service_code: str, kind: str, parameter: str, parent: str = "") -> list[str]:
    """The values of a list (under that parent) in their order, retired ones included."""
    return [row.value for row in _rows(admin, service_code, kind, parameter, parent)]


def _rows(admin: Admin, service_code: str, kind: str, parameter: str, parent: str) -> list[sa.Row[Any]]:
    found = sa.select(options).filter_by(**_key(service_code, kind, parameter, parent=parent))
    return [*admin.connection.execute(found.order_by(options.c.position, options.c.value))]


def _retire(admin: Admin, key: dict[str, str], parent: str | None, *, retired: bool) -> None:
    admin.wait()
    if parent is not None:
        key["parent"] = parent
    rows = admin.connection.execute(sa.select(options).filter_by(**key)).all()
    if not rows:
        raise NotPossible(f"{_named(key['parameter'], parent or '')} has no value {key['value']}")
    for row in rows:
        one = {**key, "parent": row.parent}
        admin.update(options, {"is_retired": retired}, **one)
        action = "option.retire" if retired else "option.restore"
        admin.record(action, _about(one), {"retired": row.is_retired}, {"retired": retired})


def _number(admin: Admin, service_code: str, kind: str, parameter: str, parent: str, order: Iterable[str]) -> None:
    """Number the values under one parent; what is under others keeps its numbers, since they are never mixed."""
    for position, value in enumerate(order):
        key = _key(service_code, kind, parameter, parent=parent, value=value)
        admin.update(options, {"position": position}, **key)


def _children(kind: str, parameter: str) -> list[str]:
    return [child for child, of in OPTION_LISTS[TicketKind(kind)].items() if of == parameter]


def _key(service_code: str, kind: str, parameter: str, **more: str) -> dict[str, str]:
    return {"service_code": service_code, "kind": TicketKind(kind).value, "parameter": parameter, **more}


def _named(parameter: str, parent: str = "") -> str:
    wire = BY_KEY[parameter].wire if parameter in BY_KEY else parameter
    return f"{wire} under {parent}" if parent else wire


def _about(key: dict[str, str]) -> str:
    kind = TicketKind(key["kind"]).name.lower()
    parts = [key["service_code"], kind, BY_KEY[key["parameter"]].wire, key["parent"], key["value"]]
    return f"option {'/'.join(part for part in parts if part)}"
