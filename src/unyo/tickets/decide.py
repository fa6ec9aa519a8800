"""The rules: (ticket, command, caller, service, now) -> Change | Refusal, pure (contract, section 5, checks 9 to 14).

Nothing here reads a clock or a database, and deciding writes nothing, so a refused call has changed nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from . import approval, lock, memos, values
from .commands import RegisterTicket, UpdateTicket
from .directory import Member, Service
from .errors import Reason, Refusal, first_refusal
from .field_tables import BY_KEY, REGISTRATION_OF, SEARCHED, TICKET_KIND, TICKET_TABLES, UNSET, UPDATE_OF
from .fields import FieldTable
from .history import FieldChange
from .memos import MemoChanges
from .model import CLOSED, LockDates, Section, Ticket, TicketKind, Values


@dataclass(frozen=True, slots=True)
class Change:
    """A permitted call: the ticket as it will stand and what changed; no lines, nothing changed."""

    ticket: Ticket
    lines: tuple[FieldChange, ...]
    touches_search: bool = False

    def __bool__(self) -> bool:
        return bool(self.lines)


def decide_update(
    ticket: Ticket | None, command: UpdateTicket, caller: Member, service: Service, now: datetime
) -> Change | Refusal:
    """Judge an update against the ticket as it stands, in the contract's order; ``now`` is in UTC."""
    if ticket is None or not caller.may_see(ticket):
        return Refusal(Reason.NO_TICKET)
    if ticket.kind is not command.kind:
        return Refusal(Reason.WRONG, (TICKET_KIND.wire,))
    table = TICKET_TABLES[UPDATE_OF[ticket.kind]]
    if refusal := _judge_values(ticket, command.values, table, service):
        return refusal
    if not lock.holds(ticket, command.lock):
        return Refusal(Reason.CONFLICT)
    when = lock.next_update(ticket, Section.CORRESPOND, now)
    changes = memos.apply(ticket, command.memos, caller.master_id, when)
    if isinstance(changes, Refusal):
        return changes
    if refusal := _judge_close(ticket, command.values, caller):
        return refusal
    return _change(ticket, command.values, changes, now)


def decide_registration(command: RegisterTicket, caller: Member, service: Service, now: datetime) -> Change | Refusal:
    """Judge a registration; the ticket has no number yet (0). Registering counts as changing to a state."""
    blank = blank_ticket(command.service_code, 0, command.kind, now)
    table = TICKET_TABLES[REGISTRATION_OF[command.kind]]
    refusal = _judge_values(blank, command.values, table, service) or _judge_close(blank, command.values, caller)
    if refusal:
        return refusal
    registered = blank.lock[Section.STATE.inserted]
    assert registered is not None
    changes = memos.apply(blank, command.memos, caller.master_id, registered)
    assert isinstance(changes, MemoChanges)  # a registration only adds
    lines = _lines(blank, command.values, changes)
    return Change(_apply(blank, command.values, changes, blank.lock), lines, touches_search=True)


def blank_ticket(service_code: str, number: int, kind: TicketKind, now: datetime) -> Ticket:
    """A ticket before anything was set, its sections registered now."""
    return Ticket(service_code, number, kind, 0, 0, UNSET, lock.registered(kind, now), {})


def _judge_values(ticket: Ticket, given: Values, table: FieldTable, service: Service) -> Refusal | None:
    """Checks 10 and 11."""
    faults = [
        *values.judge_options(ticket, given, table, service),
        *values.judge_accounts(ticket, given, table, service),
        *approval.judge_approver(ticket, given, service),
    ]
    return first_refusal(faults) or approval.judge_rules(ticket, given)


def _judge_close(ticket: Ticket, given: Values, caller: Member) -> Refusal | None:
    """Check 14: changing to クローズ needs the caller's own approval right."""
    closes = approval.resulting_state(ticket, given) == CLOSED and ticket.state != CLOSED
    return Refusal(Reason.NO_RIGHT_TO_CLOSE) if closes and not caller.may_approve else None


def _change(ticket: Ticket, given: Values, changes: MemoChanges, now: datetime) -> Change:
    """The permitted update: values set, approver cleared where the state asks for it, lock dates moved."""
    set_values = approval.with_approver_cleared(ticket, given)
    lines = _lines(ticket, set_values, changes)
    dates = lock.moved(ticket, {_section_of(line.field) for line in lines}, now)
    searched = any(line.field in SEARCHED for line in lines)
    return Change(_apply(ticket, set_values, changes, dates) if lines else ticket, lines, touches_search=searched)


def _lines(ticket: Ticket, given: Values, changes: MemoChanges) -> tuple[FieldChange, ...]:
    held = ticket.values
    return (
        *(FieldChange(key, held[key], value) for key, value in given.items() if value != held[key]),
        *(FieldChange(f"memos.{number}", before, after) for number, before, after in changes.lines),
    )


def _apply(ticket: Ticket, given: Values, changes: MemoChanges, dates: LockDates) -> Ticket:
    return replace(
        ticket,
        version=ticket.version + 1,
        last_memo=changes.last_memo,
        values={**ticket.values, **given},
        lock=dates,
        memos=changes.memos,
    )


def _section_of(field: str) -> Section:
    section = BY_KEY[field.partition(".")[0]].section
    assert section is not None
    return section
