"""A field's value as a person or a file writes it: read, and judged by the parameter tables before anything is sent."""

from collections.abc import Callable, Mapping
from datetime import UTC
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from unyo.tickets.dates import parse_date
from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import MEMO_TEXT, REGISTRATION_OF, TICKET_FIELDS, TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import Choice, Date, FieldTable, Parameter, Text
from unyo.tickets.model import TicketKind, Value

from .values import read_date


class KindName(StrEnum):
    """The kinds of tickets by the names that people write."""

    INCIDENT = "incident"
    REQUEST = "request"


KINDS: Final[Mapping[str, TicketKind]] = {name.value: TicketKind[name.name] for name in KindName}
FIELDS: Final[Mapping[str, Parameter]] = {each.key: each for each in TICKET_FIELDS if isinstance(each.kind, Text)}
"""Every field that a ticket of either kind stores, by our name."""
MEMOS: Final = "memos"
_DIGITS: Final = 14


class WrongValue(ValueError):
    """What was written for a field is none of its values; the text says what it should be."""


def read_value(name: str, text: str) -> Value:
    """The value of a field; ``""`` is the unset one. Fourteen digits are a date too, as the wire writes it.

    Raises:
        WrongValue: it is a date, and the text is none.
    """
    if not isinstance(FIELDS[name].kind, Date):
        return text
    written = text.strip()
    if not written:
        return None
    try:
        moment = parse_date(written) if len(written) == _DIGITS and written.isdigit() else read_date(written)
        return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise WrongValue(str(error)) from None


def nearest(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """A hint at the known name that is meant, or nothing."""
    near = get_close_matches(name.replace("-", "_"), known, 1)
    return f": is it {near[0]}?" if near else ""


def faults(kind: TicketKind, values: Mapping[str, Value], *, registers: bool = False) -> dict[str, str]:
    """What is wrong with these values in a ticket of a kind, by field, as far as one field tells it."""
    table = TICKET_TABLES[(REGISTRATION_OF if registers else UPDATE_OF)[kind]]
    found = {name: said for name, value in values.items() if (said := _fault(table, kind, name, value))}
    if registers:
        missing = [
            row.key
            for row in table.rows
            if row.key in table.value_keys and row.mark.must_be_there and row.key not in values
        ]
        found |= dict.fromkeys(missing, f"must be given when {_a(kind)} is registered")
    return found


def told(found: Mapping[str, str], named: Callable[[str], str] = str) -> list[str]:
    """Faults as sentences; fields of which the same must be done stand in one."""
    alike: dict[str, list[str]] = {}
    for name, said in found.items():
        alike.setdefault(said if said.startswith("must ") else f"{name} {said}", []).append(name)
    return [f"{', '.join(map(named, names))} {found[names[0]]}" for names in alike.values()]


def memo_fault(text: str) -> str:
    """What is wrong with a memo's text, or nothing."""
    assert isinstance(MEMO_TEXT.kind, Text)
    reason = MEMO_TEXT.kind.reader(may_be_empty=False)(text)
    return _said(MEMO_TEXT.kind, reason, text) if isinstance(reason, Reason) else ""


def limit(kind: Text) -> str:
    """How long a value may be, in words."""
    return f"≤ {kind.maximum} {kind.unit.value}"


def _fault(table: FieldTable, kind: TicketKind, name: str, value: Value) -> str:
    if name not in table.value_keys:
        if name in FIELDS:
            return f"is no field of {_a(kind)}"
        return "is no field" + nearest(name, FIELDS)
    row = table.by_key[name]
    assert isinstance(row.kind, Text)
    text = row.kind.format(value)
    reason = row.kind.reader(may_be_empty=row.mark.may_be_empty)(text)
    return _said(row.kind, reason, text) if isinstance(reason, Reason) else ""


def _said(kind: Text, reason: Reason, text: str) -> str:
    if reason is Reason.TOO_LONG:
        return f"is too long: {kind.length(text)} {kind.unit.value}, at most {kind.maximum} are taken"
    if reason is Reason.EMPTY:
        return "must not be empty"
    if isinstance(kind, Choice):
        return f"{text!r} is none of {', '.join(kind.choices)}"
    if isinstance(kind, Date):
        return f"{text!r} is no date"
    return "holds a character that cannot be stored (U+0000 or half of a pair)"


def _a(kind: TicketKind) -> str:
    return "an incident" if kind is TicketKind.INCIDENT else "a request"
