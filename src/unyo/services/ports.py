"""What the use cases need of the world, and what they hand to it."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from unyo.tickets.commands import ListTickets, WriteCommand
from unyo.tickets.directory import Directory, Member, Service
from unyo.tickets.errors import Refusal
from unyo.tickets.history import Door, HistoryEntry
from unyo.tickets.model import Glimpse, Ticket, TicketRow


class QueueFull(Exception):
    """More calls wait to be written than the queue holds; nothing was decided, so the call may be sent again."""


class StorageFailed(Exception):
    """The database did not do its work, and nothing half is stored.

    Whether the call was carried out can be unknown, where the database vanished in the COMMIT: the same call with
    its call id, sent again, finds out.
    """


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the master ID that authentication found, and the access key it used (``""`` without one)."""

    owner: str
    access_key: str = ""


@dataclass(frozen=True, slots=True)
class CallId:
    """The client's own name of a call, with what must be the same when it is sent again (section 6)."""

    value: str
    action: str
    body_digest: bytes


@dataclass(frozen=True, slots=True)
class WriteCall:
    """A command on its way to the writer. ``size`` is the body's bytes, by which the queue is bounded."""

    command: WriteCommand
    caller: Caller
    request_id: str
    door: Door = Door.API
    call_id: CallId | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was carried out, durably; ``replayed`` when an earlier call with the same id did it."""

    request_id: str
    ticket_id: str
    replayed: bool = False


Outcome = Done | Refusal


@dataclass(frozen=True, slots=True)
class KeptCall:
    """An answered call with a call id, as it is kept."""

    action: str
    body_digest: bytes
    done: Done

    def is_of(self, call: CallId) -> bool:
        """Whether it answers that call: one of the same action and body."""
        return (self.action, self.body_digest) == (call.action, call.body_digest)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the last row's sort value (None: empty, sorted last) and ticket number."""

    value: str | int | None
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of tickets, whether more follow, where it ended, and how many there are (``limit`` at the most).

    ``previous`` is where it began, if there is a page before it.
    """

    rows: Sequence[TicketRow]
    next: Position | None
    total: int
    total_is_exact: bool
    previous: Position | None = None


class Writer(Protocol):
    """The one place that writes tickets."""

    def submit(self, call: WriteCall, *, wake: bool = True) -> Future[Outcome]:
        """Queue a call; its future is done after the commit, or fails with StorageFailed.

        ``wake=False`` leaves it to a ``wake`` that follows soon to start the writer if it rests.

        Raises:
            QueueFull: the queue holds as much as it may.
            StorageFailed: the writer has been stopped.
        """

    def wake(self) -> None:
        """See to what has queued up."""

    def has_a_group(self) -> bool:
        """Whether as much has queued up as one group may hold."""

    def is_full(self, size: int = 0) -> bool:
        """Whether a call of that size had better be refused at once."""


class Reader(Protocol):
    """Reads; each may raise StorageFailed."""

    def directory(self) -> Directory:
        """The directory, at most a moment old."""

    def ticket(self, service_code: str, number: int) -> Ticket | None:
        """A ticket with all its memos."""

    def history(self, service_code: str, number: int, before: int | None, limit: int) -> Sequence[HistoryEntry]:
        """The changes below version ``before`` (None: all), newest first, ``limit`` at the most."""

    def change(self, service_code: str, number: int, request_id: str) -> HistoryEntry | None:
        """The one change of a ticket that has this RequestId."""

    def kept_call(self, service_code: str, access_key: str, call_id: str) -> KeptCall | None:
        """The call that was answered under that call id."""

    def tickets(self, query: ListTickets, member: Member, service: Service, after: Position | None) -> Page:
        """A page of the tickets that the member may see."""

    def glimpses(self, service_code: str, numbers: Iterable[int]) -> Sequence[Glimpse]:
        """Of those tickets, as far as there are any, what says who may see them."""

    def last_update(self, service_code: str, member: Member) -> datetime | None:
        """When a ticket that the member may see last changed; None where there is none."""
