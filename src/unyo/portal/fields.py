"""One field of a form: what a browser shows of a row of a parameter table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from unyo.tickets.directory import Service
from unyo.tickets.fields import Account, Choice, Date, OptionList, Row, Text, Unit
from unyo.tickets.model import TicketKind

from .language import Words

# From so many characters on a text gets several lines.
_LONG: Final = 1024


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
    """A field as it is shown: what was typed or stored, and what is wrong with it."""

    row: Row
    shape: Shape
    label: str
    value: str
    offers: tuple[Offer, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the form: the wire's."""
        return self.row.wire

    @property
    def is_required(self) -> bool:
        """Whether it must hold a value."""
        return not self.row.mark.may_be_empty and self.row.mark.must_be_there

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
        return self.row.kind.parent if isinstance(self.row.kind, OptionList) else ""

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width."""
        return self.shape is Shape.LINES or self.row.key == "title"


def shape_of(row: Row) -> Shape:
    """What a browser is given to fill in a row."""
    match row.kind:
        case Date():
            return Shape.DATE
        case Choice() | OptionList() | Account():
            return Shape.SELECT
        case Text(maximum=maximum) if maximum >= _LONG:
            return Shape.LINES
        case _:
            return Shape.LINE


def offers_of(row: Row, kind: TicketKind, service: Service, words: Words, held: str) -> tuple[Offer, ...]:
    """The choices of a row; a value that it holds and that is offered no more stays among them."""
    found = list(_offers(row, kind, service, words))
    if held and all(offer.value != held for offer in found):
        found.append(Offer(held, service.name_of(held) if isinstance(row.kind, Account) else words.meaning(held)))
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
            for member in service.members.values():
                if row.key != "approver" or member.may_approve:
                    yield Offer(member.master_id, f"{service.name_of(member.master_id)} ({member.master_id})")


def typed(value: str | datetime | None, words: Words) -> str:
    """A stored value as a field has it."""
    return words.local(value) if isinstance(value, datetime) else str(value or "")
