"""The use case of every command: rights, call id, rules. It runs inside the writing transaction, and writes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from unyo.tickets.commands import RegisterTicket, UpdateTicket
from unyo.tickets.decide import Change, decide_registration, decide_update
from unyo.tickets.directory import Directory, Member, Right, Service
from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.model import Ticket, parse_ticket_id

from .ports import Done, KeptCall, WriteCall

TicketKey = tuple[str, int]
CallKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the transaction sees: the directory, the locked tickets, the kept calls, the time (UTC).

    ``draw_number`` gives the number of a ticket that is about to be registered.
    """

    directory: Directory
    tickets: Mapping[TicketKey, Ticket]
    kept: Mapping[CallKey, KeptCall]
    now: datetime
    draw_number: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Applied:
    """A command that may be carried out: what is to be answered and what is to be stored."""

    done: Done
    change: Change


def ticket_key(call: WriteCall) -> TicketKey | None:
    """The ticket that the call needs to see, if it names one."""
    if isinstance(call.command, RegisterTicket):
        return None
    number = parse_ticket_id(call.command.ticket_id)
    return None if number is None else (call.command.service_code, number)


def call_key(call: WriteCall) -> CallKey | None:
    """Under what the call is kept: service code, access key, call id."""
    if call.call_id is None:
        return None
    return call.command.service_code, call.caller.access_key, call.call_id.value


def decide_call(call: WriteCall, situation: Situation) -> Applied | Done | Refusal:
    """Judge a call from check 8 on; Done answers a call that was carried out before."""
    directory, command = situation.directory, call.command
    if call.caller.access_key and call.caller.access_key not in directory.keys:
        return Refusal(Reason.UNAUTHENTICATED)  # revoked since its signature was verified
    admitted = directory.admit(
        owner=call.caller.owner,
        master_id=command.master_id,
        service_code=command.service_code,
        right=Right.WRITE,
    )
    if isinstance(admitted, Refusal):
        return admitted
    kept = situation.kept.get(call_key(call) or ("", "", ""))
    if kept is not None:
        return _replay(call, kept)
    service, member = admitted
    if isinstance(command, UpdateTicket):
        return _update(call, command, member, service, situation)
    return _register(call, command, member, service, situation)


def _replay(call: WriteCall, kept: KeptCall) -> Done | Refusal:
    assert call.call_id is not None
    if not kept.is_of(call.call_id):
        return Refusal(Reason.CALL_ID_REUSED)
    return replace(kept.done, replayed=True)


def _update(
    call: WriteCall, command: UpdateTicket, member: Member, service: Service, situation: Situation
) -> Applied | Refusal:
    key = ticket_key(call)
    ticket = situation.tickets.get(key) if key else None
    change = decide_update(ticket, command, member, service, situation.now)
    if isinstance(change, Refusal):
        return change
    return Applied(Done(call.request_id, change.ticket.ticket_id), change)


def _register(
    call: WriteCall, command: RegisterTicket, member: Member, service: Service, situation: Situation
) -> Applied | Refusal:
    change = decide_registration(command, member, service, situation.now)
    if isinstance(change, Refusal):
        return change
    # Drawn only now, so that a refused registration leaves no gap.
    ticket = replace(change.ticket, number=situation.draw_number())
    return Applied(Done(call.request_id, ticket.ticket_id), replace(change, ticket=ticket))
