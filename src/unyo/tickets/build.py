"""From what a call gave to the command it asks for; both doors pass through here."""

from datetime import datetime
from typing import Final

from .commands import ListOptions, ListTickets, RegisterTicket, ShowHistory, ShowTicket, UpdateTicket
from .field_tables import (
    BY_KEY,
    GET_TICKET_LIST,
    KIND_OF,
    SORT_OBJECTS,
    TICKET_KIND,
    TICKET_TABLES,
)
from .fields import Use
from .model import TicketKind, Value
from .text import searchable
from .validation import Given

DEFAULT_LIMIT: Final = 50
_DEFAULT_SORT = "3"
_ASCENDING = "1"
_FILTERS = tuple(row.key for row in GET_TICKET_LIST.rows if row.key in BY_KEY or row.key == TICKET_KIND.key)


def register_ticket(use: Use, given: Given) -> RegisterTicket:
    """The registration of a ticket."""
    return RegisterTicket(
        service_code=given.text("service_code"),
        master_id=given.text("master_id"),
        kind=KIND_OF[use],
        values=_values(use, given),
        memos=given.memos,
    )


def update_ticket(use: Use, given: Given) -> UpdateTicket:
    """The change of a ticket."""
    lock = {key: given.values[key] for key in TICKET_TABLES[use].lock_keys}
    return UpdateTicket(
        service_code=given.text("service_code"),
        master_id=given.text("master_id"),
        kind=KIND_OF[use],
        ticket_id=given.text("ticket_id"),
        values=_values(use, given),
        lock={key: date for key, date in lock.items() if not isinstance(date, str)},
        memos=given.memos,
    )


def show_ticket(given: Given) -> ShowTicket:
    """The reading of one ticket."""
    return ShowTicket(given.text("service_code"), given.text("master_id"), given.text("ticket_id"))


def show_history(given: Given) -> ShowHistory:
    """The reading of a page of history."""
    return ShowHistory(
        given.text("service_code"),
        given.text("master_id"),
        given.text("ticket_id"),
        _limit(given),
        given.text("cursor"),
    )


def list_options(given: Given) -> ListOptions:
    """The reading of the option lists."""
    kind = given.text("kind")
    return ListOptions(given.text("service_code"), given.text("master_id"), TicketKind(kind) if kind else None)


def list_tickets(given: Given) -> ListTickets:
    """The reading of a page of tickets; an optional ``""`` counts as absent."""
    filters = {key: given.text(key) for key in _FILTERS}
    return ListTickets(
        service_code=given.text("service_code"),
        master_id=given.text("master_id"),
        filters={key: tuple(text.split(",")) for key, text in filters.items() if text},
        words=tuple(dict.fromkeys(searchable(given.text("keyword")).split())),
        date_from=_date(given.values.get("date_from")),
        date_to=_date(given.values.get("date_to")),
        sort=SORT_OBJECTS[given.text("sort_object") or _DEFAULT_SORT],
        descending=given.text("sort_order") != _ASCENDING,
        limit=_limit(given),
        cursor=given.text("cursor"),
    )


def _values(use: Use, given: Given) -> dict[str, Value]:
    keys = TICKET_TABLES[use].value_keys
    return {key: value for key, value in given.values.items() if key in keys}


def _limit(given: Given) -> int:
    return int(given.text("limit") or DEFAULT_LIMIT)


def _date(value: Value) -> datetime | None:
    assert not isinstance(value, str)
    return value
