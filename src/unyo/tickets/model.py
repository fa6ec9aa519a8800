"""What a ticket is: its kinds, sections, states, memos and lock dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final


class TicketKind(StrEnum):
    """The two kinds that exist in this API, by their number on the wire."""

    INCIDENT = "1"
    REQUEST = "2"


class Section(StrEnum):
    """A part of a ticket that carries lock dates of its own (contract, section 5, Lock)."""

    STATE = "State"
    SUMMARY = "Summary"
    CORRESPOND = "Correspond"
    DETAIL = "Detail"

    @cached_property
    def inserted(self) -> str:
        """The key of the date on which the section was registered."""
        return f"{self.lower()}_inserted"

    @cached_property
    def updated(self) -> str:
        """The key of the date on which the section last changed."""
        return f"{self.lower()}_updated"


SECTIONS: Final[Mapping[TicketKind, tuple[Section, ...]]] = {
    TicketKind.INCIDENT: (Section.STATE, Section.SUMMARY, Section.CORRESPOND),
    TicketKind.REQUEST: (Section.STATE, Section.SUMMARY, Section.CORRESPOND, Section.DETAIL),
}

CLOSED: Final = "クローズ"
AWAITING_APPROVAL: Final = "クローズ承認待ち"
SENT_BACK: Final = "差し戻し"
WORKING: Final = "対応中"
# The states that a ticket enters, and stays in, with an approver only.
APPROVAL_STATES: Final = frozenset({CLOSED, AWAITING_APPROVAL})
# The management group that hides nothing.
UNRESTRICTED: Final = "制限しない"

Value = str | datetime | None

Values = Mapping[str, Value]
"""A ticket's values by key: text ``""`` and date ``None`` where unset."""

LockDates = Mapping[str, datetime | None]
"""A ticket's lock dates by the sections' keys."""


@dataclass(frozen=True, slots=True)
class Memo:
    """A note on the work done, with its number in the ticket, its author and its dates (UTC)."""

    number: int
    text: str
    author: str
    inserted: datetime
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands.

    ``version`` counts its changes, registration being the first. ``memos`` holds those that the reader
    asked for; ``last_memo`` is the highest number ever given, so that none is given twice.
    """

    service_code: str
    number: int
    kind: TicketKind
    version: int
    last_memo: int
    values: Values
    lock: LockDates
    memos: Mapping[int, Memo]

    @property
    def ticket_id(self) -> str:
        """The number as the wire writes it."""
        return format_ticket_id(self.number)

    @property
    def state(self) -> str:
        """The state, by its name on the wire."""
        return str(self.values["state"])

    @property
    def management_group(self) -> str:
        """The group that may see the ticket; ``""`` and 制限しない hide it from nobody."""
        return str(self.values["management_group"])

    @property
    def last_update(self) -> datetime:
        """The latest of the lock dates (contract, section 6, GetTicketList)."""
        return max(date for date in self.lock.values() if date is not None)

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should be closed by now: its due date has passed."""
        return _is_overdue(self.values, now)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Of a ticket no more than what says whether somebody may see it, and whether it has changed."""

    number: int
    version: int
    management_group: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list: its number, values by our names, registration and last update (UTC)."""

    number: int
    kind: TicketKind
    values: Values
    registered: datetime
    last_update: datetime

    @property
    def ticket_id(self) -> str:
        """The number as the wire writes it."""
        return format_ticket_id(self.number)

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should be closed by now: its due date has passed."""
        return _is_overdue(self.values, now)


_TICKET_ID = re.compile(r"UTM([1-9][0-9]{0,11})")


def format_ticket_id(number: int) -> str:
    """``UTM`` and the number."""
    return f"UTM{number}"


def parse_ticket_id(text: str) -> int | None:
    """The number of a ticket ID; None for one of another form, which names no ticket."""
    found = _TICKET_ID.fullmatch(text)
    return int(found[1]) if found else None


def _is_overdue(values: Values, now: datetime) -> bool:
    due = values["limit_date"]
    return isinstance(due, datetime) and due < now and values["state"] != CLOSED
