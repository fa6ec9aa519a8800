"""Each reading command: its use case, and the answer made of what that shows."""

from unyo.services.ports import Caller
from unyo.services.reads import Reads
from unyo.tickets.commands import ListOptions, ListTickets, ReadCommand, ShowHistory, ShowTicket
from unyo.tickets.errors import Refusal
from unyo.uom import answers
from unyo.uom.answers import Answer


def answer_of(reads: Reads, caller: Caller, command: ReadCommand) -> Answer | Refusal:
    """Run the use case; it may raise StorageFailed."""
    match command:
        case ShowTicket():
            return _detail(reads, caller, command)
        case ListTickets():
            return _list(reads, caller, command)
        case ShowHistory():
            return _history(reads, caller, command)
        case ListOptions():
            options = reads.list_options(caller, command)
            return options if isinstance(options, Refusal) else answers.option_list(options)


def _detail(reads: Reads, caller: Caller, command: ShowTicket) -> Answer | Refusal:
    shown = reads.show_ticket(caller, command)
    return shown if isinstance(shown, Refusal) else answers.ticket_detail(shown.ticket, shown.service)


def _list(reads: Reads, caller: Caller, command: ListTickets) -> Answer | Refusal:
    shown = reads.list_tickets(caller, command)
    if isinstance(shown, Refusal):
        return shown
    page = shown.page
    return answers.ticket_list(page.rows, shown.service, page.total, shown.next_cursor, exact=page.total_is_exact)


def _history(reads: Reads, caller: Caller, command: ShowHistory) -> Answer | Refusal:
    shown = reads.show_history(caller, command)
    if isinstance(shown, Refusal):
        return shown
    return answers.ticket_history(shown.entries, shown.service, shown.next_cursor)
