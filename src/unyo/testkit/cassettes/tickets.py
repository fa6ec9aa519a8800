"""The tickets of a recording: which there were before it, and what each holds by now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from unyo.tickets.field_tables import BY_KEY, MEMOS, TICKET_ID, TICKET_KIND
from unyo.tickets.model import UNRESTRICTED, TicketKind, parse_ticket_id

from .form import Call
from .outcomes import outcome_of

TicketName = tuple[str, str]
"""A service code and a ticket ID, as they were recorded."""
GROUP: Final = BY_KEY["management_group"].wire
# Far below the largest that a ticket ID can hold.
_MOST_NUMBER: Final = 10**11


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as the recording first reads it: the call that does, its kind and its answer."""

    call: Call
    kind: TicketKind
    detail: Mapping[str, Any]

    @classmethod
    def of(cls, call: Call, detail: Mapping[str, Any], kind: Any = None) -> "Seen":
        """What an answer shows; ``kind`` is that of the ticket where the answer does not tell it."""
        return cls(call, kind_of(detail.get(TICKET_KIND.wire, kind), detail), detail)


def ticket_name(call: Call) -> TicketName | None:
    """Which ticket a call is about."""
    body = call.asked
    service, ticket = body.get("ServiceCode"), body.get(TICKET_ID.wire)
    return (service, ticket) if isinstance(service, str) and isinstance(ticket, str) and ticket else None


def ticket_number(ticket_id: str) -> int:
    """The number of a ticket ID; 0 where it is none that a desk could give."""
    number = parse_ticket_id(ticket_id) or 0
    return number if number < _MOST_NUMBER else 0


def numbers_told(calls: Iterable[Call]) -> Iterator[int]:
    """The numbers of the tickets that calls and their answers name, whether there is such a ticket or not."""
    for call in calls:
        if name := ticket_name(call):
            yield ticket_number(name[1])
        registered = outcome_of(call.answer, call.action).inside.get(TICKET_ID.wire)
        if isinstance(registered, str):
            yield ticket_number(registered)


def first_reads(calls: Iterable[Call]) -> Iterator[tuple[TicketName, Seen]]:
    """The tickets that were there before: those that are read, and not registered before."""
    calls = list(calls)
    known: set[TicketName] = set()
    kinds = {name: call.asked.get(TICKET_KIND.wire) for call in calls if (name := ticket_name(call))}
    for call in calls:
        found = outcome_of(call.answer, call.action)
        if not found.is_success:
            continue
        if call.action == "RegisterTicket":
            known.add((str(call.asked.get("ServiceCode")), str(found.inside.get(TICKET_ID.wire))))
        name = ticket_name(call)
        if call.action == "GetTicketDetail" and name and name not in known:
            known.add(name)
            yield name, Seen.of(call, found.inside, kinds.get(name))


def kind_of(told: Any, detail: Mapping[str, Any]) -> TicketKind:
    """The kind that is told, else the one that the members of the answer belong to."""
    if isinstance(told, str) and told in {*TicketKind}:
        return TicketKind(told)
    return TicketKind.REQUEST if "DetailInsertDate" in detail else TicketKind.INCIDENT


class Holdings:
    """What each ticket holds after the calls so far: what was read last, and what was written since."""

    def __init__(self, before: Mapping[TicketName, Seen]) -> None:
        self._before = before
        self._now: dict[TicketName, Mapping[str, Any]] = {}

    def of(self, name: TicketName | None) -> Mapping[str, Any]:
        """What is known to stand in a ticket; nothing before it was read or written."""
        return self._now.get(name, {}) if name else {}

    def read(self, name: TicketName, detail: Mapping[str, Any]) -> None:
        """A call has read it."""
        self._now[name] = dict(detail)

    def written(self, name: TicketName, body: Mapping[str, Any]) -> None:
        """A call has written it."""
        self._now[name] = {**self.of(name), **{wire: value for wire, value in body.items() if wire != MEMOS.wire}}

    def is_of_a_group(self, name: TicketName) -> bool:
        """Whether it is for one management group alone."""
        held = self.of(name) or (self._before[name].detail if name in self._before else {})
        return str(held.get(GROUP) or "") not in {"", UNRESTRICTED}
