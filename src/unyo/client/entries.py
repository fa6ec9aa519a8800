"""What lists and histories are made of, as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from unyo.tickets.dates import parse_date
from unyo.tickets.field_tables import BY_KEY, MEMOS
from unyo.tickets.model import TicketKind

from .tickets import date_of, read_value

_KINDS: Final = {each.value: each for each in TicketKind}
_KEYS: Final = {parameter.wire: key for key, parameter in BY_KEY.items()}


@dataclass(frozen=True, slots=True)
class TicketSummary:
    """A ticket as a list tells it; dates are aware. ``more`` holds what this release does not know, by wire name."""

    ticket_id: str
    kind: TicketKind | str
    title: str
    state: str
    substate: str
    priority: str
    supported_group: str
    assignee: str
    assignee_name: str
    category: str
    management_group: str
    limit_date: datetime | None
    registered_at: datetime | None
    updated_at: datetime | None
    more: Mapping[str, Any] = field(default_factory=dict, compare=False)


_SUMMARY: Final = {
    "TicketId": "ticket_id",
    "TicketProcessType": "kind",
    "AssignUser": "assignee_name",
    "StateInsertDate": "registered_at",
    "LastUpdateDate": "updated_at",
    **{BY_KEY[key].wire: key for key in TicketSummary.__annotations__ if key in BY_KEY},
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a change; ``field`` is our name of it, or ``memos.N`` for the memo of that number."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a ticket: when (aware), by whom, through which door, and each field's old and new value."""

    at: datetime
    user_id: str
    user: str
    request_id: str
    door: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A value that the service offers for a field; ``parent`` is the value that it depends on, or ``""``."""

    kind: TicketKind | str
    field: str
    value: str
    parent: str


def summary(item: Mapping[str, Any]) -> TicketSummary:
    """A row of GetTicketList's answer."""
    values: dict[str, Any] = {key: _value(key, str(item.get(wire, ""))) for wire, key in _SUMMARY.items()}
    return TicketSummary(**values, more={wire: value for wire, value in item.items() if wire not in _SUMMARY})


def history_entry(item: Mapping[str, Any]) -> HistoryEntry:
    """An entry of GetTicketHistory's answer."""
    return HistoryEntry(
        parse_date(item["Date"]),
        item["UserId"],
        item["User"],
        item["RequestId"],
        item["Door"],
        tuple(FieldChange(name_of(each["Parameter"]), each["Before"], each["After"]) for each in item["ChangeList"]),
    )


def option(item: Mapping[str, Any]) -> Option:
    """A value of GetOptionList's answer."""
    return Option(
        _KINDS.get(item["TicketProcessType"], item["TicketProcessType"]),
        name_of(item["Parameter"]),
        item["Value"],
        item["ParentValue"],
    )


def name_of(wire: str) -> str:
    """Our name of a parameter, or the wire's where we have none; of a memo ``memos.N``."""
    first, dot, number = wire.partition(".")
    return _KEYS.get(first, first) + (dot + number if first == MEMOS.wire else "")


def _value(key: str, text: str) -> Any:
    if key == "kind":
        return _KINDS.get(text, text)
    if key in {"registered_at", "updated_at"}:
        return date_of(text)
    return read_value(BY_KEY[key], text) if key in BY_KEY else text
