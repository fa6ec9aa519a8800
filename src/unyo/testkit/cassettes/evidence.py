"""The world that a recording shows: its tickets, its people with their rights, the lists that it knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from unyo.tickets.directory import Member, Option
from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import TICKET_ID, TICKET_KIND
from unyo.uom.actions import ACTIONS

from .form import Call
from .heads import label_of
from .lists import Lists
from .outcomes import VALUES_TAKEN, Outcome, outcome_of
from .people import People, Person, is_someone
from .tickets import Holdings, Seen, TicketName, first_reads, kind_of, numbers_told, ticket_name

# New tickets of a replay are numbered from here on, or from above those of which the recording tells.
_LEAST_NUMBER: Final = 100_000


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service code with its groups, members and lists."""

    groups: tuple[str, ...]
    members: tuple[Member, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The world of a recording; ``owners`` are master IDs by the label of their key, ``names`` by master ID.

    ``highest`` is the highest number of a ticket of which the recording tells, whether there is such a ticket or not.
    """

    services: Mapping[str, ServicePlan]
    names: Mapping[str, str]
    owners: Mapping[str, str]
    tickets: Mapping[TicketName, Seen]
    highest: int


def plan_of(calls: Iterable[Call]) -> Plan:
    """The world that a recording shows."""
    known = list(calls)
    tickets = dict(first_reads(known))
    evidence = _Evidence(tickets)
    for call in known:
        evidence.take(call)
    services = dict.fromkeys(service for service, _ in evidence.people.all())
    return Plan(
        {service: evidence.service(service) for service in services},
        evidence.people.names,
        evidence.people.owners(),
        {name: seen for name, seen in tickets.items() if name[0] in services},
        max([_LEAST_NUMBER, *numbers_told(known)]),
    )


class _Evidence:
    """What is learnt call by call."""

    def __init__(self, before: Mapping[TicketName, Seen]) -> None:
        self.people = People()
        self._lists = Lists()
        self._holdings = Holdings(before)

    def service(self, code: str) -> ServicePlan:
        """A service as the recording shows it."""
        groups = self.people.groups(code, self._lists.groups(code))
        return ServicePlan(groups, self.people.members(code, groups), self._lists.options(code))

    def take(self, call: Call) -> None:
        """Learn from one call."""
        who = _caller(call)
        if who is None:
            return
        found, name, writes = outcome_of(call.answer, call.action), ticket_name(call), ACTIONS[call.action].writes
        self.people.called(who, label_of(call), found, writes=writes)
        if call.action == "GetTicketDetail" and found.is_success and name:
            self._read(who, name, found.inside)
        elif call.action == "GetOptionList" and found.is_success:
            self._lists.told(who[0], found.inside)
        elif writes:
            self._written(who, name, call.asked, found)
        if found.reason is Reason.NO_TICKET and name and self._holdings.is_of_a_group(name):
            self.people.found_nothing(who)

    def _read(self, who: Person, name: TicketName, detail: Mapping[str, Any]) -> None:
        self._holdings.read(name, detail)
        self._taken(who[0], detail, detail)
        self.people.read(who, detail)

    def _written(self, who: Person, name: TicketName | None, body: Mapping[str, Any], found: Outcome) -> None:
        before = self._holdings.of(name)
        if found.is_success or found.reason in VALUES_TAKEN:
            self._taken(who[0], body, before)
        elif found.reason is Reason.WRONG:
            self._lists.refused(who[0], _kind(body), body, found.inside.get("ErrorDetail"))
        self.people.written(who, before, body, found)
        registered = found.inside.get(TICKET_ID.wire)
        if not name and isinstance(registered, str):
            name = (who[0], registered)
        if found.is_success and name:
            self._holdings.written(name, body)

    def _taken(self, service: str, given: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        self._lists.taken(service, _kind(given), given, held)
        self.people.taken(service, given)


def _caller(call: Call) -> Person | None:
    """Who made a call of the contract; None where that cannot be anybody."""
    who = call.asked.get("ServiceCode"), call.asked.get("MasterID")
    return (str(who[0]), str(who[1])) if call.action and all(map(is_someone, who)) else None


def _kind(told: Mapping[str, Any]) -> Any:
    return kind_of(told.get(TICKET_KIND.wire), told)
