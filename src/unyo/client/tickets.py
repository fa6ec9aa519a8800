"""Tickets as objects: what was read, what was changed since, and what they are made of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

from unyo.tickets.dates import format_date, parse_date, whole_second
from unyo.tickets.field_tables import BY_KEY, LOCK_FIELDS, MEMOS, TICKET_ID, TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import Date, FieldTable, Parameter, Row, Text
from unyo.tickets.model import TicketKind
from unyo.tickets.text import unquote
from unyo.uom.answers import MEMO_ITEM

from .choices import CHOICES

Value = str | datetime | None
"""A date is an aware datetime or None, everything else a text; ``""`` where nothing is set."""


@dataclass(frozen=True, slots=True)
class Memo:
    """A note on the work done: its number in the ticket (0: not told), its author's master ID, its dates (aware)."""

    number: int
    text: str
    author: str
    inserted: datetime | None
    updated: datetime | None = None


class Ticket:
    """A ticket as it was read, with what was changed since; its attributes are those of its kind's table.

    What a server tells beside them is in ``more``, by its wire name.
    """

    kind: ClassVar[TicketKind]

    ticket_id: str
    assignee_name: str
    """The name of the account in ``assignee``, or its master ID where it has none."""
    parent_id: str
    memos: tuple[Memo, ...]
    more: Mapping[str, Any]
    read: Mapping[str, Value]
    """The values as they were read."""
    lock: Mapping[str, str]
    """The lock dates by their wire names, as the wire writes them: an update sends them back."""

    title: str
    substate: str
    priority: str
    assignee: str
    limit_date: datetime | None
    approver: str
    management_group: str
    category: str
    subcategory: str
    related_system: str
    work_started_at: datetime | None
    work_finished_at: datetime | None

    def __init__(self, answer: Mapping[str, Any]) -> None:
        """Read GetTicketDetail's answer."""
        self.take(answer)

    def take(self, answer: Mapping[str, Any]) -> None:
        """Become what GetTicketDetail answered; changes are forgotten."""
        rows = self.table().by_wire
        values = {
            row.key: read_value(row.parameter, str(answer.get(wire, ""))) for wire, row in rows.items() if is_value(row)
        }
        lock = {row.wire: str(answer.get(row.wire, "")) for row in rows.values() if row.parameter in LOCK_FIELDS}
        known = {*rows, "RequestId", "AssignUser", "MasterTicketId"}
        own = {
            "ticket_id": str(answer.get(TICKET_ID.wire, "")),
            "assignee_name": str(answer.get("AssignUser", "")),
            "parent_id": str(answer.get("MasterTicketId", "")),
            "memos": tuple(_memo(each) for each in answer.get(MEMOS.wire) or ()),
            "more": {wire: value for wire, value in answer.items() if wire not in known},
            "read": values,
            "lock": lock,
        }
        self.__dict__.update(own | values)

    @classmethod
    def table(cls) -> FieldTable:
        """The parameters of an update of this kind."""
        return TICKET_TABLES[UPDATE_OF[cls.kind]]

    if not TYPE_CHECKING:  # a type checker that saw it would take any name

        def __setattr__(self, name: str, value: object) -> None:
            if name not in self.read:
                near = get_close_matches(name, self.read, 1)
                hint = f": is it {near[0]}?" if near else ""
                raise AttributeError(f"a ticket of this kind has no field {name} to be set{hint}")
            self.__dict__[name] = checked(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.ticket_id} {self.title!r}>"

    @contextmanager
    def unless_it_fails(self) -> Iterator[None]:
        """Be again what it was before, where what is done with it meanwhile raises."""
        before = dict(self.__dict__)
        try:
            yield
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise

    def was_saved(self, texts: Mapping[int, str | None]) -> None:
        """Take what was changed for saved, where it cannot be read back; the lock dates stay as they were.

        ``texts`` are those of memos that were changed too, None where one was deleted.
        """
        left = ((memo, texts.get(memo.number, memo.text)) for memo in self.memos)
        memos = tuple(replace(memo, text=text) for memo, text in left if text is not None)
        self.__dict__.update(read=self.values, memos=memos)

    @property
    def values(self) -> dict[str, Value]:
        """The values as they are now, by attribute."""
        return {name: getattr(self, name) for name in self.read}

    @property
    def changes(self) -> dict[str, tuple[Value, Value]]:
        """What was changed since it was read: before and after, by attribute."""
        return {name: (before, after) for name, before in self.read.items() if (after := getattr(self, name)) != before}

    @property
    def updated_at(self) -> datetime | None:
        """The latest of the lock dates."""
        return max((date for date in map(date_of, self.lock.values()) if date), default=None)


def is_value(row: Row) -> bool:
    """Whether a row is a value that a ticket stores."""
    return row.parameter.section is not None and isinstance(row.kind, Text)


def date_of(text: str) -> datetime | None:
    """A date of the wire; None where there is none, or it cannot be read."""
    try:
        return parse_date(text) if text else None
    except ValueError:
        return None


def read_value(parameter: Parameter, text: str) -> Value:
    """A value of the wire; one that this release does not know survives as the text that it is."""
    if isinstance(parameter.kind, Date):
        return date_of(text) or text or None
    return CHOICES.get((parameter.key, text), text)


def write_value(value: Value) -> str:
    """A value as the wire writes it."""
    return format_date(value) if isinstance(value, datetime) else str(value or "")


def checked(name: str, value: object) -> Value:
    """A value as a field holds it, and will hold it when it is read again: by our name of the field.

    Raises:
        TypeError: it is neither a text nor, for a date, a datetime or None.
        ValueError: a datetime without a zone: nobody could tell which moment it is.
    """
    parameter = BY_KEY[name]
    if isinstance(value, str):
        return read_value(parameter, unquote(value))
    if not isinstance(parameter.kind, Date):
        raise TypeError(f'{name} is a text, not {type(value).__name__}; "" empties it')
    if isinstance(value, datetime):
        return whole_second(aware(name, value))
    if value is not None:
        raise TypeError(f"{name} is a datetime, or None to empty it, not {type(value).__name__}")
    return None


def aware(name: str, moment: datetime) -> datetime:
    """A moment.

    Raises:
        ValueError: it has no zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{name} needs a zone: datetime(…, tzinfo=UTC), or .astimezone() for this machine's")
    return moment


def _memo(answer: Mapping[str, Any]) -> Memo:
    number, text, author, inserted, updated = (str(answer.get(member.wire, "")) for member in MEMO_ITEM)
    counted = int(number) if number.isascii() and number.isdigit() else 0
    return Memo(counted, text, author, date_of(inserted), date_of(updated))
