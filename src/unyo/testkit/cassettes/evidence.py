"""What a recording shows of the world in which it was made: who has which rights, which values lists hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from unyo.storage.administration import NotPossible
from unyo.storage.administration.checks import check_value, is_code
from unyo.tickets.directory import Member, Option, Role
from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import BY_KEY, MEMOS, TICKET_ID, TICKET_KIND, VALUE_FIELDS
from unyo.tickets.fields import Account, OptionList, Parameter
from unyo.tickets.initial_options import initial_options
from unyo.tickets.model import CLOSED, UNRESTRICTED, TicketKind, parse_ticket_id
from unyo.uom.actions import ACTIONS

from .form import Call
from .heads import label_of
from .outcomes import Outcome, outcome_of

TicketName = tuple[str, str]
"""A service code and a ticket ID, as they were recorded."""
_Person = tuple[str, str]
_STATE, _GROUP, _APPROVER = (BY_KEY[key].wire for key in ("state", "management_group", "approver"))
# The refusals that come after check 8, and those that come after the values were judged (contract, section 5).
_VALUES_TAKEN: Final = frozenset(
    {
        *(Reason.APPROVER_NEEDED, Reason.APPROVER_NOT_ALLOWED, Reason.GROUP_NEEDED),
        *(Reason.CONFLICT, Reason.NO_RIGHT_TO_CLOSE),
    }
)
_ADMITTED: Final = _VALUES_TAKEN | {Reason.NO_TICKET, Reason.CALL_ID_REUSED}
# In which somebody is who may not see another group's tickets, where the recording shows no group of theirs.
_SOME_GROUP: Final = "compare"
# New tickets of a replay are numbered from here on, or from above those of which the recording tells.
_LEAST_NUMBER: Final = 100_000
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
        return cls(call, _kind(detail.get(TICKET_KIND.wire, kind), detail), detail)


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


def ticket_name(call: Call) -> TicketName | None:
    """Which ticket a call is about."""
    body = call.asked
    service, ticket = body.get("ServiceCode"), body.get(TICKET_ID.wire)
    return (service, ticket) if isinstance(service, str) and isinstance(ticket, str) and ticket else None


def plan_of(calls: Iterable[Call]) -> Plan:
    """The world that a recording shows."""
    gathered = _Gathered()
    known = list(calls)
    gathered.tickets = dict(_first_reads(known))
    for call in known:
        gathered.take(call)
    services = dict.fromkeys(service for service, _ in gathered.people())
    return Plan(
        {service: gathered.service(service) for service in services},
        gathered.names,
        gathered.owners_of_all(),
        {name: seen for name, seen in gathered.tickets.items() if name[0] in services},
        max([_LEAST_NUMBER, *(ticket_number(name[1]) for call in known for name in _named_tickets(call))]),
    )


def ticket_number(ticket_id: str) -> int:
    """The number of a ticket ID; 0 where it is none that a desk could give."""
    number = parse_ticket_id(ticket_id) or 0
    return number if number < _MOST_NUMBER else 0


def _named_tickets(call: Call) -> Iterator[TicketName]:
    """The tickets that a call and its answer name."""
    if name := ticket_name(call):
        yield name
    registered = outcome_of(call.answer, call.action).inside.get(TICKET_ID.wire)
    if isinstance(registered, str):
        yield "", registered


def _first_reads(calls: list[Call]) -> Iterator[tuple[TicketName, Seen]]:
    """The tickets that were there before: those that are read, and not registered before."""
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


def _kind(told: Any, detail: Mapping[str, Any]) -> TicketKind:
    """The kind that is told, else the one that the members of the answer belong to."""
    if isinstance(told, str) and told in {*TicketKind}:
        return TicketKind(told)
    return TicketKind.REQUEST if "DetailInsertDate" in detail else TicketKind.INCIDENT


@dataclass(slots=True)
class _Gathered:
    """What was found so far, by service code and master ID."""

    tickets: dict[TicketName, Seen] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    labels: dict[str, None] = field(default_factory=dict)
    callers: dict[_Person, None] = field(default_factory=dict)
    admitted: set[_Person] = field(default_factory=set)
    wrote: set[_Person] = field(default_factory=set)
    refused: set[_Person] = field(default_factory=set)
    refused_reading: set[_Person] = field(default_factory=set)
    named: dict[_Person, None] = field(default_factory=dict)
    approvers: set[_Person] = field(default_factory=set)
    closed: set[_Person] = field(default_factory=set)
    may_not_close: set[_Person] = field(default_factory=set)
    blind: set[_Person] = field(default_factory=set)
    seen: dict[_Person, set[str]] = field(default_factory=dict)
    values: dict[tuple[str, Option], None] = field(default_factory=dict)
    not_offered: set[tuple[str, TicketKind, str, str]] = field(default_factory=set)
    listed: dict[tuple[str, TicketKind], list[Option]] = field(default_factory=dict)
    _holds: dict[TicketName, dict[str, Any]] = field(default_factory=dict)

    def take(self, call: Call) -> None:
        """Learn from one call."""
        body = call.asked
        if not call.action:
            return
        service, master_id = body.get("ServiceCode"), body.get("MasterID")
        if not (_is_code(service) and _is_code(master_id)):
            return
        who, found = (str(service), str(master_id)), outcome_of(call.answer, call.action)
        self._who(call, who, found)
        name = ticket_name(call)
        if call.action == "GetTicketDetail" and found.is_success and name:
            self._holds[name] = dict(found.inside)
            self._detail(who, found.inside)
        elif call.action == "GetOptionList" and found.is_success:
            self._option_list(who[0], found.inside)
        elif ACTIONS[call.action].writes:
            self._write(who, name, body, found)
        if found.reason is Reason.NO_TICKET and name and self._group_of(name) not in {"", UNRESTRICTED}:
            self.blind.add(who)

    def _who(self, call: Call, who: _Person, found: Outcome) -> None:
        label = label_of(call)
        if found.reason is not Reason.UNAUTHENTICATED:
            self.labels[label] = None
        if found.is_success or found.reason in _ADMITTED:
            self.owners.setdefault(label, who[1])
            self.callers[who] = None
            self.admitted.add(who)
            if ACTIONS[call.action].writes:
                self.wrote.add(who)
        elif found.reason is Reason.NOT_A_MEMBER and self.owners.get(label, who[1]) == who[1]:
            self.refused.add(who)
            if not ACTIONS[call.action].writes:
                self.refused_reading.add(who)
        elif found.reason is not Reason.UNAUTHENTICATED:
            self.callers[who] = None

    def _detail(self, who: _Person, detail: Mapping[str, Any]) -> None:
        kind = _kind(detail.get(TICKET_KIND.wire), detail)
        self._values(who[0], kind, detail, detail)
        assignee, name = detail.get("AssignUserId"), detail.get("AssignUser")
        if _is_code(assignee) and isinstance(name, str) and name != assignee:
            self.names.setdefault(str(assignee), name)
        memos = detail.get(MEMOS.wire)
        for memo in memos if isinstance(memos, list) else ():
            if isinstance(memo, dict) and _is_code(memo.get("CorrespondProcessUserId")):
                self.named[who[0], memo["CorrespondProcessUserId"]] = None
        self.seen.setdefault(who, set()).add(str(detail.get(_GROUP) or ""))

    def _write(self, who: _Person, name: TicketName | None, body: Mapping[str, Any], found: Outcome) -> None:
        before = self._holds.get(name, {}) if name else {}
        kind = _kind(body.get(TICKET_KIND.wire), body)
        if found.is_success or found.reason in _VALUES_TAKEN:
            self._values(who[0], kind, body, before)
        elif found.reason is Reason.WRONG:
            self._wrong(who[0], kind, body, found.inside.get("ErrorDetail"))
        if found.reason is Reason.NO_RIGHT_TO_CLOSE:
            self.may_not_close.add(who)
        if not found.is_success:
            return
        if body.get(_STATE) == CLOSED and before.get(_STATE) != CLOSED:
            self.closed.add(who)
        if not name and isinstance(found.inside.get(TICKET_ID.wire), str):
            name = (who[0], found.inside[TICKET_ID.wire])
        if name:
            self._holds[name] = {**before, **{wire: value for wire, value in body.items() if wire != MEMOS.wire}}

    def _values(self, service: str, kind: TicketKind, given: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        """Values that the endpoint took, or shows: they are in its lists, and its accounts."""
        for parameter in VALUE_FIELDS:
            value = given.get(parameter.wire)
            if not isinstance(value, str) or not _can_be_listed(value):
                continue
            if isinstance(parameter.kind, Account) and is_code(value):
                self.named[service, value] = None
                if parameter.wire == _APPROVER:
                    self.approvers.add((service, value))
            elif isinstance(parameter.kind, OptionList):
                parent = _parent_of(parameter, given, held)
                if parent is not None:
                    self.values[service, Option(kind, parameter.key, value, parent)] = None

    def _wrong(self, service: str, kind: TicketKind, body: Mapping[str, Any], named: Any) -> None:
        """Values that the endpoint did not take are in none of its lists."""
        for parameter in VALUE_FIELDS:
            if isinstance(named, dict) and parameter.wire in named and isinstance(parameter.kind, OptionList):
                self.not_offered.add((service, kind, parameter.key, str(body.get(parameter.wire))))

    def _option_list(self, service: str, inside: Mapping[str, Any]) -> None:
        keys = {parameter.wire: parameter.key for parameter in VALUE_FIELDS if isinstance(parameter.kind, OptionList)}
        listed = inside.get("OptionList")
        found: dict[TicketKind, list[Option]] = {}
        for each in listed if isinstance(listed, list) else ():
            match each:
                case {"TicketProcessType": "1" | "2" as kind, "Parameter": str(wire), "Value": str(value)}:
                    parent = each.get("ParentValue")
                    values = [value, parent] if isinstance(parent, str) and parent else [value]
                    if wire in keys and all(map(_can_be_listed, values)):
                        option = Option(TicketKind(kind), keys[wire], *values)
                        found.setdefault(option.kind, []).append(option)
        self.listed |= {(service, kind): options for kind, options in found.items()}

    def _group_of(self, name: TicketName) -> str:
        held = self._holds.get(name) or (self.tickets[name].detail if name in self.tickets else {})
        return str(held.get(_GROUP) or "")

    def owners_of_all(self) -> dict[str, str]:
        """Whose each key is; one that was never admitted is somebody's of whom the recording knows nothing."""
        others = [label for label in self.labels if label and label not in self.owners]
        return self.owners | {label: f"NOBODY{place}" for place, label in enumerate(others, 1)}

    def people(self) -> list[_Person]:
        """Everybody who takes part."""
        return [*dict.fromkeys([*self.callers, *self.named, *self.refused])]

    def service(self, code: str) -> ServicePlan:
        """A service as the recording shows it."""
        options = [*self._options(code)]
        groups = dict.fromkeys(
            o.value for o in options if o.parameter == "management_group" and o.value != UNRESTRICTED
        )
        if any(service == code for service, _ in self.blind):
            groups |= {_SOME_GROUP: None}
        members = [self._member(who, frozenset(groups)) for who in self.people() if who[0] == code]
        return ServicePlan(
            tuple(groups),
            tuple(member for member in members if member),
            tuple(option for option in options if option.parameter != "management_group"),
        )

    def _member(self, who: _Person, groups: frozenset[str]) -> Member | None:
        """An account with the rights that the recording shows; None for one that is no member."""
        if who in self.refused_reading and who not in self.admitted:
            return None
        may_approve = who in self.closed or (who in self.approvers and who not in self.may_not_close)
        role = Role.READER if who in self.refused and who not in self.wrote else Role.UPDATER
        own = (self.seen.get(who, set()) & groups or {_SOME_GROUP}) if who in self.blind else frozenset[str]()
        return Member(who[1], role, may_approve, frozenset(own))

    def _options(self, code: str) -> Iterator[Option]:
        """The lists that the endpoint told, or those that a service starts with; and what its calls show beyond."""
        taken = [option for service, option in self.values if service == code]
        usual: list[Option] = []
        for kind in TicketKind:
            usual += self.listed.get((code, kind)) or [each for each in initial_options() if each.kind is kind]
        for option in dict.fromkeys([*usual, *taken]):
            refused = (code, option.kind, option.parameter, option.value) in self.not_offered
            if option in taken or not refused:
                yield option


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and is_code(value)


def _can_be_listed(value: str) -> bool:
    """Whether a desk can have it as a value of a list, or as a management group."""
    try:
        check_value("a value", value)
    except NotPossible:
        return False
    return True


def _parent_of(parameter: Parameter, given: Mapping[str, Any], held: Mapping[str, Any]) -> str | None:
    """The value on which one depends: ``""`` where its list depends on none, None where it is not known."""
    assert isinstance(parameter.kind, OptionList)
    if not parameter.kind.parent:
        return ""
    wire = BY_KEY[parameter.kind.parent].wire
    parent = given.get(wire) or held.get(wire)
    return parent if isinstance(parent, str) and _can_be_listed(parent) else None
