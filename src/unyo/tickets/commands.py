"""What a user may ask, one dataclass each, already well-formed (checks 2 to 7 passed)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .model import LockDates, TicketKind, Values


@dataclass(frozen=True, slots=True)
class AddMemo:
    """Add a memo; ``position`` is its place in the call, counted from 1."""

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class EditMemo:
    """Give memo ``number`` another text."""

    position: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DeleteMemo:
    """Delete memo ``number``."""

    position: int
    number: int


MemoOperation = AddMemo | EditMemo | DeleteMemo


@dataclass(frozen=True, slots=True)
class RegisterTicket:
    """Open a ticket; ``values`` holds what was given, by our names."""

    service_code: str
    master_id: str
    kind: TicketKind
    values: Values
    memos: tuple[MemoOperation, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateTicket:
    """Change a ticket whose lock dates are still ``lock``; absent values stay as they are."""

    service_code: str
    master_id: str
    kind: TicketKind
    ticket_id: str
    values: Values
    lock: LockDates
    memos: tuple[MemoOperation, ...] = ()


WriteCommand = RegisterTicket | UpdateTicket


@dataclass(frozen=True, slots=True)
class ShowTicket:
    """Read one ticket with its memos."""

    service_code: str
    master_id: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """Read a page of a ticket's changes, newest first."""

    service_code: str
    master_id: str
    ticket_id: str
    limit: int
    cursor: str


@dataclass(frozen=True, slots=True)
class ListOptions:
    """Read the option lists of a service, of one ticket kind or both."""

    service_code: str
    master_id: str
    kind: TicketKind | None


@dataclass(frozen=True, slots=True)
class ListTickets:
    """Read a page of tickets. ``filters`` holds the accepted values by our names; dates are inclusive.

    ``sort`` is one of `SORTS`.

    ``overdue_at`` asks for what is overdue at that time; ``backwards`` for the page that ends before the cursor.
    """

    service_code: str
    master_id: str
    filters: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]
    date_from: datetime | None
    date_to: datetime | None
    sort: str
    descending: bool
    limit: int
    cursor: str
    overdue_at: datetime | None = None
    backwards: bool = False


ReadCommand = ShowTicket | ShowHistory | ListOptions | ListTickets
Command = WriteCommand | ReadCommand
