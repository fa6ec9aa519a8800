"""Forms made of the parameter tables: what is shown, what was typed, what is wrong; nothing typed is ever lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from unyo.tickets.dates import format_date
from unyo.tickets.directory import Service
from unyo.tickets.errors import Fault, Refusal
from unyo.tickets.field_tables import (
    BY_KEY,
    LOCK_FIELDS,
    MASTER_ID,
    MEMOS,
    SERVICE_CODE,
    TICKET_ID,
    TICKET_KIND,
    TICKET_TABLES,
)
from unyo.tickets.fields import Date, FieldTable, Row, Text, Use
from unyo.tickets.model import Ticket, TicketKind

from .fields import Field, offers_of, shape_of, typed
from .language import Words
from .sections import GROUPS, Group
from .wording import BESIDE, fault_says

UPDATES: Final = {TicketKind.INCIDENT: Use.UPDATE_INCIDENT, TicketKind.REQUEST: Use.UPDATE_REQUEST}
REGISTRATIONS: Final = {TicketKind.INCIDENT: Use.REGISTER_INCIDENT, TicketKind.REQUEST: Use.REGISTER_REQUEST}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form: its groups of fields, and what is wrong that belongs to no field."""

    use: Use
    groups: tuple[tuple[Group, tuple[Field, ...]], ...]
    faults: tuple[str, ...] = ()

    @property
    def table(self) -> FieldTable:
        """The parameter table behind it."""
        return TICKET_TABLES[self.use]

    @property
    def at_fault(self) -> tuple[Field, ...]:
        """The fields that something is wrong with, in their order."""
        return tuple(field for _, fields in self.groups for field in fields if field.faults)


def sheet(
    use: Use,
    kind: TicketKind,
    service: Service,
    words: Words,
    values: Mapping[str, str],
    faults: Iterable[Fault] = (),
) -> Sheet:
    """A form that holds what was typed or stored, by the wire's names."""
    table = TICKET_TABLES[use]
    by_path: dict[str, list[str]] = {}
    for fault in faults:
        by_path.setdefault(fault.path, []).append(fault_says(fault.reason, words))
    shown = {row.wire for group in GROUPS for row in group.rows(table)}

    def _field(row: Row) -> Field:
        held = values.get(row.wire, "")
        offers = offers_of(row, kind, service, words, held) if shape_of(row) == "select" else ()
        label = words.meaning(row.parameter.label)
        return Field(row, shape_of(row), label, held, offers, tuple(by_path.get(row.wire, ())))

    groups = tuple((group, tuple(map(_field, group.rows(table)))) for group in GROUPS if group.rows(table))
    rest = tuple(text for path, texts in by_path.items() if path not in shown for text in texts)
    return Sheet(use, groups, rest)


def stored(ticket: Ticket, words: Words) -> dict[str, str]:
    """What a ticket holds, as its form shows it."""
    table = TICKET_TABLES[UPDATES[ticket.kind]]
    return {row.wire: typed(ticket.values[row.key], words) for row in table.rows if row.key in table.value_keys}


def sent(form: Mapping[str, Any], table: FieldTable) -> dict[str, str]:
    """What was typed into a form, line ends as tickets have them."""
    names = (row.wire for row in table.rows if isinstance(row.kind, Text))
    return {name: str(form[name]).replace("\r\n", "\n") for name in names if name in form}


def body(
    use: Use, kind: TicketKind, values: Mapping[str, str], words: Words, who: tuple[str, str], memos: list[Any]
) -> dict[str, Any]:
    """What was typed as a call of the API holds it: service code and master ID are ``who``, dates are the wire's."""
    table = TICKET_TABLES[use]
    found: dict[str, Any] = {
        name: _wire(table.by_wire[name], value, words) for name, value in values.items() if name in table.by_wire
    }
    found |= {SERVICE_CODE.wire: who[0], MASTER_ID.wire: who[1], TICKET_KIND.wire: kind.value, MEMOS.wire: memos}
    return found


def lock_of(ticket: Ticket) -> dict[str, str]:
    """What an update sends back of a ticket: its number and its lock dates, by the wire's names."""
    dates = {p.wire: format_date(ticket.lock[p.key]) for p in LOCK_FIELDS if p.key in ticket.lock}
    return {TICKET_ID.wire: ticket.ticket_id, **dates}


def faults_of(refusal: Refusal) -> list[Fault]:
    """What a use case refuses, field by field; without a field it is about the whole."""
    beside = BESIDE.get(refusal.reason)
    return [Fault(path, refusal.reason) for path in refusal.fields or (BY_KEY[beside].wire if beside else "",)]


def _wire(row: Row, text: str, words: Words) -> str:
    """A date of a browser's form as the wire writes it; one that is none stays as it is, and is refused as such."""
    if type(row.kind) is not Date or not text:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return format_date(moment.replace(tzinfo=words.zone) if moment.tzinfo is None else moment)
