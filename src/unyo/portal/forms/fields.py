"""One field of a form: what a browser shows of a row of a parameter table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from unyo.portal.words.language import Words
from unyo.tickets.approval import ASKED_IN
from unyo.tickets.directory import Service
from unyo.tickets.field_tables import BY_KEY
from unyo.tickets.fields import Account, Choice, Date, OptionList, Row, Text, Unit
from unyo.tickets.model import TicketKind

# A text that may be this long is given several lines.
_LONG: Final = 1024
# What an input of a date and time can show.
_SHOWN_AS_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)


class Shape(StrEnum):
    """What a browser is given to fill in."""

    LINE = "line"
    LINES = "lines"
    SELECT = "select"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice: the value, what a reader sees, and the value of another field that it goes with (``""``: any)."""

    value: str
    says: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it is shown: what was typed or stored, and what is wrong with it.

    ``beside`` is what the field holds that its choices depend on.
    """

    row: Row
    shape: Shape
    label: str
    value: str
    offers: tuple[Offer, ...] = ()
    faults: tuple[str, ...] = ()
    beside: str = ""
    form: str = ""

    @property
    def id(self) -> str:
        """Its ID in the page: its name, after that of its form where a page has several with the same field."""
        return f"{self.form}-{self.name}" if self.form else self.name

    @property
    def name(self) -> str:
        """Its name in the form: the wire's."""
        return self.row.wire

    @property
    def is_required(self) -> bool:
        """Whether it must hold a value; a form sends all of its fields, so that none is absent."""
        return not self.row.mark.may_be_empty

    @property
    def maximum(self) -> int:
        """How long it may be, in `unit`."""
        assert isinstance(self.row.kind, Text)
        return self.row.kind.maximum

    @property
    def counts_bytes(self) -> bool:
        """Whether its length is counted in bytes."""
        assert isinstance(self.row.kind, Text)
        return self.row.kind.unit is Unit.BYTES

    @property
    def parent(self) -> str:
        """The name of the field that its choices depend on; ``""`` for none."""
        kind = self.row.kind
        return BY_KEY[kind.parent].wire if isinstance(kind, OptionList) and kind.parent else ""

    @property
    def asked_where(self) -> tuple[str, tuple[str, ...]] | None:
        """The name of the field that decides whether this one is asked for, and its values for which it is."""
        rule = ASKED_IN.get(self.row.key)
        return (BY_KEY[rule[0]].wire, tuple(sorted(rule[1]))) if rule else None

    @property
    def groups(self) -> tuple[tuple[str, tuple[Offer, ...]], ...]:
        """The choices by what they go with, those that go with anything first."""
        parents = dict.fromkeys(("", *(offer.parent for offer in self.offers)))
        return tuple((parent, tuple(each for each in self.offers if each.parent == parent)) for parent in parents)

    @property
    def chosen(self) -> Offer | None:
        """The choice that it holds; where several have the value, the one that goes with what is beside it."""
        found = [offer for offer in self.offers if offer.value == self.value]
        return next((offer for offer in found if offer.parent == self.beside), found[0] if found else None)

    @property
    def is_no_date(self) -> bool:
        """Whether it holds something that an input of a date cannot show."""
        return self.value != "" and _SHOWN_AS_DATE.fullmatch(self.value) is None

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width."""
        return self.shape is Shape.LINES or self.row.key == "title"


def shape_of(row: Row, held: str = "") -> Shape:
    """What a browser is given to fill in a row; an input of one line would lose the line ends of what it holds."""
    match row.kind:
        case Date():
            return Shape.DATE
        case Choice() | OptionList() | Account():
            return Shape.SELECT
        case Text(maximum=maximum) if maximum >= _LONG or "\n" in held:
            return Shape.LINES
        case _:
            return Shape.LINE


def offers_of(row: Row, kind: TicketKind, service: Service, words: Words, held: str) -> tuple[Offer, ...]:
    """The choices of a row; a value that it holds and that is offered no more stays among them."""
    found = list(_offers(row, kind, service, words))
    if held and all(offer.value != held for offer in found):
        found.append(Offer(held, account_says(held, service) if isinstance(row.kind, Account) else words.meaning(held)))
    empty = [Offer("", "")] if row.mark.may_be_empty or not held else []
    return (*empty, *found)


def _offers(row: Row, kind: TicketKind, service: Service, words: Words) -> Iterator[Offer]:
    match row.kind:
        case Choice(choices=choices):
            yield from (Offer(choice, words.meaning(choice)) for choice in choices)
        case OptionList():
            for option in service.options:
                if (option.kind, option.parameter) == (kind, row.key):
                    yield Offer(option.value, words.meaning(option.value), option.parent)
        case Account():
            people = service.approvers if row.key == "approver" else service.members.values()
            for member in sorted(people, key=lambda each: service.name_of(each.master_id)):
                yield Offer(member.master_id, account_says(member.master_id, service))


def account_says(master_id: str, service: Service) -> str:
    """An account by its name, with its master ID; that alone where it has no name."""
    name = service.name_of(master_id)
    return master_id if name == master_id else f"{name} ({master_id})"


def typed(value: object, words: Words) -> str:
    """A stored value as a field has it and a browser sends it back."""
    return words.local(value) if isinstance(value, datetime) else with_line_feeds(str(value or ""))


def with_line_feeds(text: str) -> str:
    """A text with the line ends that tickets have; browsers send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
