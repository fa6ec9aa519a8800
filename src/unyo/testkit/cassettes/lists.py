"""The option lists of a recording: which values the endpoint has in them, as far as its answers tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from unyo.storage.administration import NotPossible
from unyo.storage.administration.checks import check_value
from unyo.tickets.directory import Option
from unyo.tickets.field_tables import BY_KEY, VALUE_FIELDS
from unyo.tickets.fields import OptionList
from unyo.tickets.initial_options import initial_options
from unyo.tickets.model import UNRESTRICTED, TicketKind

_LISTED: Final = {each.wire: (each.key, each.kind) for each in VALUE_FIELDS if isinstance(each.kind, OptionList)}
_GROUP: Final = "management_group"


@dataclass(slots=True)
class Lists:
    """What the calls so far have shown of lists, by service code."""

    _taken: dict[tuple[str, Option], None] = field(default_factory=dict)
    _not_offered: set[tuple[str, TicketKind, str, str]] = field(default_factory=set)
    _told: dict[tuple[str, TicketKind], list[Option]] = field(default_factory=dict)

    # What is learnt.

    def taken(self, service: str, kind: TicketKind, given: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        """Values that the endpoint took for a ticket that ``held`` others, or shows: they are in its lists."""
        for wire, (key, listed) in _LISTED.items():
            value, parent = given.get(wire), _parent_of(listed, given, held)
            if _can_be_listed(value) and parent is not None:
                self._taken[service, Option(kind, key, str(value), parent)] = None

    def refused(self, service: str, kind: TicketKind, given: Mapping[str, Any], named: Any) -> None:
        """Values that the endpoint named as wrong: they are in none of its lists."""
        for wire, (key, _) in _LISTED.items():
            if isinstance(named, dict) and wire in named:
                self._not_offered.add((service, kind, key, str(given.get(wire))))

    def told(self, service: str, answer: Mapping[str, Any]) -> None:
        """The endpoint told its lists."""
        listed = answer.get("OptionList")
        found: dict[TicketKind, list[Option]] = {}
        for each in listed if isinstance(listed, list) else ():
            match each:
                case {"TicketProcessType": "1" | "2" as kind, "Parameter": str(wire), "Value": str(value)}:
                    parent = each.get("ParentValue")
                    values = [value, parent] if isinstance(parent, str) and parent else [value]
                    if wire in _LISTED and all(map(_can_be_listed, values)):
                        option = Option(TicketKind(kind), _LISTED[wire][0], *values)
                        found.setdefault(option.kind, []).append(option)
        self._told |= {(service, kind): options for kind, options in found.items()}

    # What follows.

    def options(self, service: str) -> tuple[Option, ...]:
        """The values of a service's lists; its management groups are told by `groups`."""
        return tuple(option for option in self._all(service) if option.parameter != _GROUP)

    def groups(self, service: str) -> tuple[str, ...]:
        """The names in a service's list of management groups."""
        return tuple(o.value for o in self._all(service) if o.parameter == _GROUP and o.value != UNRESTRICTED)

    def _all(self, service: str) -> Iterator[Option]:
        """The lists that the endpoint told, or those that a service starts with; and what its calls show beyond."""
        taken = [option for found, option in self._taken if found == service]
        usual: list[Option] = []
        for kind in TicketKind:
            usual += self._told.get((service, kind)) or [each for each in initial_options() if each.kind is kind]
        for option in dict.fromkeys([*usual, *taken]):
            refused = (service, option.kind, option.parameter, option.value) in self._not_offered
            if option in taken or not refused:
                yield option


def _can_be_listed(value: Any) -> bool:
    """Whether a desk can have it as a value of a list, or as a management group."""
    if not isinstance(value, str):
        return False
    try:
        check_value("a value", value)
    except NotPossible:
        return False
    return True


def _parent_of(kind: OptionList, given: Mapping[str, Any], held: Mapping[str, Any]) -> str | None:
    """The value on which one depends: ``""`` where its list depends on none, None where it is not known."""
    if not kind.parent:
        return ""
    wire = BY_KEY[kind.parent].wire
    parent = given.get(wire) or held.get(wire)
    return str(parent) if _can_be_listed(parent) else None
