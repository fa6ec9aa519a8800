"""Forms made of the parameter tables: what is shown, what was typed, what is wrong; nothing typed is ever lost."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from unyo.portal.words.language import Words
from unyo.portal.words.wording import BESIDE, fault_says
from unyo.tickets.dates import format_date
from unyo.tickets.directory import Service
from unyo.tickets.errors import Fault, Refusal
from unyo.tickets.field_tables import (
    BY_KEY,
    KIND_OF,
    LOCK_FIELDS,
    MASTER_ID,
    MEMO_TEXT,
    MEMOS,
    SERVICE_CODE,
    TICKET_ID,
    TICKET_KIND,
    TICKET_TABLES,
    UPDATE_OF,
)
from unyo.tickets.fields import Choice, Date, FieldTable, Mark, OptionList, Row, Text, Use
from unyo.tickets.model import UNRESTRICTED, Ticket, TicketKind, Values

from .fields import Field, Shape, offers_of, shape_of, typed, with_line_feeds
from .sections import GROUPS, Group

# How an input of a date and time, or somebody whose browser has none, writes one.
_LOCAL: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
# What stands for a date that is none: the rules refuse it as such.
_NO_DATE: Final = "?"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form: its groups of fields, its memos, and what is wrong that belongs to no field."""

    use: Use
    groups: tuple[tuple[Group, tuple[Field, ...]], ...]
    memos: tuple[Field, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def table(self) -> FieldTable:
        """The parameter table behind it."""
        return TICKET_TABLES[self.use]

    @property
    def at_fault(self) -> tuple[Field, ...]:
        """The fields that something is wrong with, in their order."""
        fields = (field for _, group in self.groups for field in group)
        return tuple(field for field in (*fields, *self.memos) if field.faults)


def sheet(
    use: Use,
    service: Service,
    words: Words,
    values: Mapping[str, str],
    faults: Iterable[Fault] = (),
    *,
    memos: Mapping[str, str] | None = None,
) -> Sheet:
    """A form that holds what was typed or stored, by the wire's names; ``memos`` by the names of their inputs."""
    kind, table = KIND_OF[use], TICKET_TABLES[use]
    by_path: dict[str, list[str]] = {}
    for fault in faults:
        by_path.setdefault(fault.path, []).append(fault_says(fault.reason, words))

    def _field(row: Row) -> Field:
        return replace(field_of(row, kind, service, words, values), faults=tuple(by_path.pop(row.wire, ())))

    groups = tuple((group, tuple(map(_field, group.rows(table)))) for group in GROUPS if group.rows(table))
    fields = tuple(
        Field(memo_row(name), Shape.LINES, words.meaning(MEMO_TEXT.label), text, faults=tuple(by_path.pop(name, ())))
        for name, text in (memos or {}).items()
    )
    return Sheet(use, groups, fields, tuple(text for texts in by_path.values() for text in texts))


def field_of(row: Row, kind: TicketKind, service: Service, words: Words, values: Mapping[str, str]) -> Field:
    """A field that holds one of the values."""
    held = values.get(row.wire, "")
    shape = shape_of(row, held)
    offers = offers_of(row, kind, service, words, held) if shape is Shape.SELECT else ()
    found = Field(row, shape, words.meaning(row.parameter.label), held, offers)
    return replace(found, beside=values.get(found.parent, ""))


def memo_row(name: str) -> Row:
    """The row of an input for a memo; whether it may be empty its operation decides."""
    return Row(replace(MEMO_TEXT, wire=name), MEMO_TEXT.kind, Mark.CONDITIONAL)


def initial(use: Use, service: Service) -> dict[str, str]:
    """What a form of registration begins with: the first of fixed choices, and the group that hides nothing."""
    kind = KIND_OF[use]
    needed = [row for row in TICKET_TABLES[use].rows if row.mark.must_be_there]
    fixed = {row.wire: row.kind.choices[0] for row in needed if isinstance(row.kind, Choice)}
    unhidden = (
        row.wire for row in needed if isinstance(row.kind, OptionList) and service.offers(kind, row.key, UNRESTRICTED)
    )
    return {**fixed, **dict.fromkeys(unhidden, UNRESTRICTED)}


def stored(ticket: Ticket, words: Words) -> dict[str, str]:
    """What a ticket holds, as its form shows it."""
    table = TICKET_TABLES[UPDATE_OF[ticket.kind]]
    return {row.wire: typed(ticket.values[row.key], words) for row in table.rows if row.key in table.value_keys}


def sent(form: Mapping[str, Any], table: FieldTable) -> dict[str, str]:
    """What was typed into a form, line ends as tickets have them."""
    names = (row.wire for row in table.rows if isinstance(row.kind, Text))
    return {name: with_line_feeds(str(form[name])) for name in names if name in form}


def body(
    use: Use,
    values: Mapping[str, str],
    words: Words,
    who: tuple[str, str],
    memos: list[Any],
    *,
    base: Values | None = None,
) -> dict[str, Any]:
    """What was typed as a call of the API holds it: service code and master ID are ``who``, dates are the wire's.

    What still reads as ``base``, what the form showed at first, is sent as it was there: an hour that a time zone
    has twice, or a line end of another kind, is not changed by looking at it.
    """
    table = TICKET_TABLES[use]
    found: dict[str, Any] = {}
    for name, value in values.items():
        row = table.by_wire.get(name)
        if row is None or not isinstance(row.kind, Text):
            continue
        is_as_it_was = base is not None and row.key in base and value == typed(base[row.key], words)
        found[name] = row.kind.format(base[row.key]) if base and is_as_it_was else _wire(row, value, words)
    found |= {SERVICE_CODE.wire: who[0], MASTER_ID.wire: who[1]}
    return found | {TICKET_KIND.wire: KIND_OF[use].value, MEMOS.wire: memos}


def lock_of(ticket: Ticket) -> dict[str, str]:
    """What an update sends back of a ticket: its number and its lock dates, by the wire's names."""
    dates = {p.wire: format_date(ticket.lock[p.key]) for p in LOCK_FIELDS if p.key in ticket.lock}
    return {TICKET_ID.wire: ticket.ticket_id, **dates}


def faults_of(refusal: Refusal) -> list[Fault]:
    """What a use case refuses, field by field; without a field it is about the whole."""
    beside = BESIDE.get(refusal.reason)
    return [Fault(path, refusal.reason) for path in refusal.fields or (BY_KEY[beside].wire if beside else "",)]


def _wire(row: Row, text: str, words: Words) -> str:
    """A date of a form, in the reader's time zone, as the wire writes it; one that is none is refused as such."""
    if type(row.kind) is not Date or not text:
        return text
    found = _LOCAL.fullmatch(text)
    if found is None:
        # Fourteen digits would be a date, but one of another time zone than the reader's.
        return _NO_DATE
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return format_date(datetime(year, month, day, hour, minute, second, tzinfo=words.zone))
    except (ValueError, OverflowError):
        return _NO_DATE
