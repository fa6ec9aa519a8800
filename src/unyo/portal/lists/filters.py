"""The filters of a list as they are shown: what each offers, and what is chosen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from unyo.portal.words.language import Words
from unyo.portal.words.language import marked as _
from unyo.portal.words.wording import kind_says
from unyo.tickets.directory import Service
from unyo.tickets.field_tables import ALL_STATES, BY_KEY, SUPPORTED_GROUPS
from unyo.tickets.model import TicketKind

from .asked import FILTERS, ME, NOBODY, OPEN, PEOPLE, Asked

# Where the portal has names of its own: the tables name the parameter, not what it holds.
_LABELS: Final = {
    "ticket_id": _("Ticket ID"),
    "kind": _("Kind"),
    "assignee": _("Assignee"),
    "approver": _("Approver"),
    "registration": _("Registered at"),
    "last_update": _("Last changed"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to filter by, in the reader's words."""

    value: str
    says: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: its name in the address, what it is called, and its choices."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is asked for, and the query of the list without it."""

    label: str
    says: str
    rest: str


class Wording:
    """What the parts of a list are called for one reader in one service."""

    def __init__(self, words: Words, service: Service) -> None:
        self._words = words
        self._service = service

    def label(self, name: str) -> str:
        """A filter or column by its name."""
        if name in _LABELS:
            return self._words.gettext(_LABELS[name])
        return self._words.meaning(BY_KEY[name].label)

    def value(self, name: str, value: str) -> str:
        """A value of a ticket, or of a filter."""
        say = self._words.gettext
        if name in PEOPLE:
            special = {ME: say(_("Me")), NOBODY: say(_("Nobody"))}
            return special.get(value) or self._service.name_of(value)
        if name == "kind":
            return kind_says(TicketKind(value), self._words) if value in set(TicketKind) else value
        if (name, value) == ("state", OPEN):
            return say(_("Not closed"))
        return self._words.meaning(value)

    def filters(self, asked: Asked) -> Iterator[Filter]:
        """All of them; a chosen value that is offered no more stays among the choices."""
        for name in FILTERS:
            chosen = asked.filters.get(name, ())
            values = dict.fromkeys((*self._offered(name), *chosen))
            choices = (Choice(value, self.value(name, value), value in chosen) for value in values)
            yield Filter(name, self.label(name), tuple(choices))

    def chips(self, asked: Asked) -> Iterator[Chip]:
        """What is asked for, one by one."""
        for name in FILTERS:
            for value in asked.filters.get(name, ()):
                yield Chip(self.label(name), self.value(name, value), asked.without(name, value).query())
        say = self._words.gettext
        if asked.is_overdue:
            yield Chip("", say(_("Overdue")), asked.without("overdue").query())
        for name, day, label in (
            ("from", asked.since, _("Registered from")),
            ("to", asked.until, _("Registered until")),
        ):
            if day:
                yield Chip(say(label), self._words.day(day), asked.without(name).query())
        if asked.words:
            yield Chip(say(_("Words")), asked.words, asked.without("words").query())

    def _offered(self, name: str) -> Iterator[str]:
        match name:
            case "kind":
                yield from TicketKind
            case "state":
                yield from (OPEN, *ALL_STATES)
            case "supported_group":
                yield from SUPPORTED_GROUPS
            case "assignee" | "approver":
                yield from (ME, NOBODY)
                people = self._service.approvers if name == "approver" else self._service.members.values()
                yield from (member.master_id for member in people)
            case _:
                yield from (option.value for option in self._service.options if option.parameter == name)
