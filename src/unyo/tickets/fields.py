"""What a row of the parameter tables is made of: kinds of value, marks, parameters, tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cached_property
from typing import Any

from .dates import format_date, parse_date
from .errors import Reason
from .model import Section, Value
from .text import YEN, byte_length, is_storable, unquote

Reader = Callable[[Any], Value | Reason]
"""Reads what was given for one parameter: its value, or the earliest reason against it."""


class Unit(Enum):
    """What a maximum counts: Unicode code points, or bytes of UTF-8 (contract, section 1, lengths)."""

    CHARACTERS = "characters"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Text:
    """Free text, and the base of every kind whose value is one string."""

    maximum: int
    unit: Unit = Unit.CHARACTERS

    @property
    def length(self) -> Callable[[str], int]:
        """How long a text is, in the unit of the maximum (check 4)."""
        return byte_length if self.unit is Unit.BYTES else len

    def is_wrong(self, text: str) -> bool:
        """Whether a text that is not empty is malformed, from the call alone (check 7)."""
        return not is_storable(text)

    def parse(self, text: str) -> Value:
        """The value of a well-formed text; ``""`` gives the unset value."""
        return text

    def read(self, text: str) -> Value:
        """The value of a text that is not empty.

        Raises:
            ValueError: it is malformed.
        """
        if self.is_wrong(text):
            raise ValueError("the text is malformed")
        return self.parse(text)

    def format(self, value: Value) -> str:
        """The value as the wire writes it."""
        return str(value)

    def reader(self, *, may_be_empty: bool) -> Reader:
        """How a parameter of this kind is read: its value, or the earliest reason against it (checks 4, 6, 7).

        It is prepared once for each row of a table, since every call reads some forty of them.
        """
        length, maximum, read_text = self.length, self.maximum, self.read
        empty = self.parse("") if may_be_empty else Reason.EMPTY

        def _read(given: Any) -> Value | Reason:
            if not isinstance(given, str):
                return Reason.WRONG
            text = unquote(given) if YEN in given else given
            if length(text) > maximum:
                return Reason.TOO_LONG
            if not text:
                return empty
            try:
                return read_text(text)
            except ValueError:
                return Reason.WRONG

        return _read


@dataclass(frozen=True, slots=True)
class Account(Text):
    """The master ID of an account; whether it exists is judged in check 10."""


@dataclass(frozen=True, slots=True)
class OptionList(Text):
    """One of the service's own list of values, which check 10 knows; ``parent`` is the key it depends on."""

    parent: str = ""


@dataclass(frozen=True, slots=True)
class Choice(Text):
    """One of a fixed enumeration."""

    choices: tuple[str, ...] = ()

    def is_wrong(self, text: str) -> bool:
        """Whether the text is none of the choices."""
        return text not in self.choices


@dataclass(frozen=True, slots=True)
class Choices(Text):
    """One or several of a fixed enumeration, separated by commas (GetTicketList)."""

    choices: tuple[str, ...] = ()

    def is_wrong(self, text: str) -> bool:
        """Whether any part is none of the choices."""
        return any(part not in self.choices for part in text.split(","))


@dataclass(frozen=True, slots=True)
class Digits(Text):
    """A whole number in ASCII digits, between ``least`` and ``most`` where they are given."""

    least: int = 0
    most: int | None = None

    def is_wrong(self, text: str) -> bool:
        """Whether the text is anything but ASCII digits within the bounds."""
        if not (text.isascii() and text.isdigit()):
            return True
        return int(text) < self.least or (self.most is not None and int(text) > self.most)


@dataclass(frozen=True, slots=True)
class Date(Text):
    """A date of fourteen digits; unset is None."""

    maximum: int = 14

    def is_wrong(self, text: str) -> bool:
        """Whether the text is no real date."""
        try:
            parse_date(text)
        except ValueError:
            return True
        return False

    def parse(self, text: str) -> Value:
        """The moment in UTC."""
        return parse_date(text) if text else None

    def read(self, text: str) -> Value:
        """The moment in UTC, judged and read in one."""
        return parse_date(text)

    def format(self, value: Value) -> str:
        """The fourteen digits, or ``""``."""
        assert not isinstance(value, str)
        return format_date(value)


@dataclass(frozen=True, slots=True)
class LockDate(Date):
    """A lock date: sent back as it was read, ``""`` included."""


@dataclass(frozen=True, slots=True)
class Memos:
    """The array of memo operations; its members are parameters of their own."""

    maximum: None = None


Kind = Text | Memos


class Mark(Enum):
    """How a parameter stands in one table; ``may be empty`` is check 6."""

    REQUIRED = "R"
    """Must be there and hold a value."""
    PRESENT = "P"
    """Must be there; whether it may be empty is judged by a rule of its own (check 11, or the lock)."""
    OPTIONAL = "o"
    """May be absent; ``""`` empties it."""
    KEPT = "k"
    """May be absent, but not be emptied."""
    CONDITIONAL = "c"
    """May be absent or empty; a rule of its own decides (check 11)."""

    @property
    def must_be_there(self) -> bool:
        """Whether absence is PARAMETER_REQUIRED (check 3)."""
        return self in {Mark.REQUIRED, Mark.PRESENT}

    @property
    def may_be_empty(self) -> bool:
        """Whether ``""`` passes check 6."""
        return self not in {Mark.REQUIRED, Mark.KEPT}


class Use(StrEnum):
    """The tables of the ticket parameters: what is asked, for which kind of ticket."""

    UPDATE_INCIDENT = "update incident"
    REGISTER_INCIDENT = "register incident"
    UPDATE_REQUEST = "update request"
    REGISTER_REQUEST = "register request"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row: the wire's name, ours, its label (the page's 意味) and everything that is judged.

    ``only`` narrows the kind of value in some tables (states differ between the ticket kinds), ``examples`` are
    those of tables that would not take ``example``.
    """

    wire: str
    key: str
    label: str
    kind: Kind
    example: str = ""
    section: Section | None = None
    marks: Mapping[Use, Mark] = field(default_factory=dict)
    only: Mapping[Use, Kind] = field(default_factory=dict)
    examples: Mapping[Use, str] = field(default_factory=dict)

    def row_in(self, use: Use) -> "Row":
        """The parameter as it stands in this table, which takes it."""
        return Row(self, self.kind_in(use), self.marks[use], self.examples.get(use, self.example))

    def kind_in(self, use: Use) -> Kind:
        """The kind of value that this table takes."""
        return self.only.get(use, self.kind)


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter as it stands in one table."""

    parameter: Parameter
    kind: Kind
    mark: Mark
    example: str = ""

    @property
    def wire(self) -> str:
        """The name on the wire."""
        return self.parameter.wire

    @property
    def key(self) -> str:
        """Our name."""
        return self.parameter.key


class FieldTable:
    """The rows of one action (for one ticket kind), in the contract's order; ``title`` says which."""

    def __init__(self, title: str, rows: Iterable[Row]) -> None:
        self.title = title
        self.rows = tuple(rows)

    def __repr__(self) -> str:
        return f"<FieldTable {self.title}: {len(self.rows)} rows>"

    @cached_property
    def by_wire(self) -> Mapping[str, Row]:
        """The rows by their names on the wire."""
        return {row.wire: row for row in self.rows}

    @cached_property
    def by_key(self) -> Mapping[str, Row]:
        """The rows by our names."""
        return {row.key: row for row in self.rows}

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, Reader]]:
        """By the wire names of the rows with one value each: our name, and how it is read."""
        return {
            row.wire: (row.key, row.kind.reader(may_be_empty=row.mark.may_be_empty))
            for row in self.rows
            if isinstance(row.kind, Text)
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The wire names whose absence is PARAMETER_REQUIRED."""
        return tuple(row.wire for row in self.rows if row.mark.must_be_there)

    @cached_property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Our names and the wire's of the rows whose values come from a list of their own, with no parent."""
        return tuple((r.key, r.wire) for r in self.rows if isinstance(r.kind, OptionList) and not r.kind.parent)

    @cached_property
    def accounts(self) -> tuple[tuple[str, str], ...]:
        """Our names and the wire's of the rows that hold accounts which a ticket stores."""
        return tuple((r.key, r.wire) for r in self.rows if isinstance(r.kind, Account) and r.key in self.value_keys)

    @cached_property
    def dependent_options(self) -> tuple[tuple[Row, Row], ...]:
        """The pairs of parent and child rows."""
        return tuple(
            (self.by_key[row.kind.parent], row)
            for row in self.rows
            if isinstance(row.kind, OptionList) and row.kind.parent
        )

    @cached_property
    def value_keys(self) -> frozenset[str]:
        """Our names of the values that a ticket stores."""
        return frozenset(r.key for r in self.rows if r.parameter.section and isinstance(r.kind, Text))

    @cached_property
    def lock_keys(self) -> tuple[str, ...]:
        """Our names of the lock dates."""
        return tuple(row.key for row in self.rows if isinstance(row.kind, LockDate))
