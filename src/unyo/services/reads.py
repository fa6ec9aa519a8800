"""The use cases that read: a ticket, its history, a list, the option lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from unyo.tickets.commands import ListOptions, ListTickets, ShowHistory, ShowTicket
from unyo.tickets.directory import Directory, Member, Option, Right, Service
from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.history import HistoryEntry
from unyo.tickets.model import Ticket, parse_ticket_id

from .cursors import CursorSealer
from .ports import Caller, CallId, Done, Page, Position, Reader


@dataclass(frozen=True, slots=True)
class TicketShown:
    """A ticket, with the service whose members its answer names."""

    ticket: Ticket
    service: Service


@dataclass(frozen=True, slots=True)
class HistoryShown:
    """A page of history and the cursor of the next (``""`` at the end)."""

    entries: Sequence[HistoryEntry]
    service: Service
    next_cursor: str


@dataclass(frozen=True, slots=True)
class ListShown:
    """A page of tickets and the cursors of the next and of the one before (``""`` at either end)."""

    page: Page
    service: Service
    next_cursor: str
    previous_cursor: str = ""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A change that the caller made; ``hidden_in`` is the management group that it hid the ticket in from them."""

    entry: HistoryEntry
    hidden_in: str = ""


class Reads:
    """The reading use cases on one reader; ``cursors`` seals where a page ended."""

    def __init__(self, reader: Reader, cursors: CursorSealer) -> None:
        self._reader = reader
        self._cursors = cursors

    def show_ticket(self, caller: Caller, command: ShowTicket) -> TicketShown | Refusal:
        """One ticket with its memos."""
        return self._visible(caller, command)

    def show_history(self, caller: Caller, command: ShowHistory) -> HistoryShown | Refusal:
        """A page of a ticket's changes, newest first."""
        before = self._cursors.open(command, command.cursor)
        if isinstance(before, Refusal):
            return before
        shown = self._visible(caller, command)
        if isinstance(shown, Refusal):
            return shown
        entries = self._reader.history(
            command.service_code,
            shown.ticket.number,
            before.number if before else None,
            command.limit + 1,
        )
        page = entries[: command.limit]
        more = Position(None, page[-1].version) if len(entries) > command.limit else None
        return HistoryShown(page, shown.service, self._cursors.seal(command, more))

    def show_own_change(self, caller: Caller, command: ShowTicket, request_id: str) -> OwnChange | None:
        """A change that the caller made of a ticket, which they need not see any more; None where it was not theirs."""
        admitted, number = self._admit(caller, command), parse_ticket_id(command.ticket_id)
        if isinstance(admitted, Refusal) or number is None:
            return None
        service, member = admitted
        entry = self._reader.change(service.code, number, request_id)
        if entry is None or entry.master_id != member.master_id:
            return None
        groups = (str(line.after) for line in entry.lines if line.field == "management_group")
        return OwnChange(entry, next((group for group in groups if not member.may_see_group(group)), ""))

    def show_done(self, caller: Caller, command: ShowTicket, call: CallId) -> Done | None:
        """How a call of the caller's was answered before, though they may not see its ticket now; None if not."""
        if isinstance(self._admit(caller, command), Refusal):
            return None
        kept = self._reader.kept_call(command.service_code, caller.access_key, call.value)
        return kept.done if kept is not None and kept.is_of(call) else None

    def list_tickets(self, caller: Caller, command: ListTickets) -> ListShown | Refusal:
        """A page of the tickets that the caller may see."""
        after = self._cursors.open(command, command.cursor)
        if isinstance(after, Refusal):
            return after
        admitted = self._admit(caller, command)
        if isinstance(admitted, Refusal):
            return admitted
        service, member = admitted
        page = self._reader.tickets(command, member, service, after)
        on, back = (self._cursors.seal(command, position) for position in (page.next, page.previous))
        return ListShown(page, service, on, back)

    def list_options(self, caller: Caller, command: ListOptions) -> tuple[Option, ...] | Refusal:
        """The option lists in their order, retired values left out."""
        admitted = self._admit(caller, command)
        if isinstance(admitted, Refusal):
            return admitted
        options = admitted[0].options
        return tuple(option for option in options if command.kind in {None, option.kind})

    def _admit(
        self, caller: Caller, command: ShowTicket | ShowHistory | ListTickets | ListOptions
    ) -> tuple[Service, Member] | Refusal:
        directory: Directory = self._reader.directory()
        return directory.admit(
            owner=caller.owner,
            master_id=command.master_id,
            service_code=command.service_code,
            right=Right.READ,
        )

    def _visible(self, caller: Caller, command: ShowTicket | ShowHistory) -> TicketShown | Refusal:
        admitted = self._admit(caller, command)
        if isinstance(admitted, Refusal):
            return admitted
        service, member = admitted
        number = parse_ticket_id(command.ticket_id)
        ticket = None if number is None else self._reader.ticket(service.code, number)
        if ticket is None or not member.may_see(ticket):
            return Refusal(Reason.NO_TICKET)
        return TicketShown(ticket, service)
