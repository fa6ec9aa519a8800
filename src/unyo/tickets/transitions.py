"""The steps of a close: which of them make sense for a member, and what each sets (contract, section 5, Approver)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from .directory import Member, Right, Service
from .model import APPROVAL_STATES, AWAITING_APPROVAL, CLOSED, SENT_BACK, WORKING, Ticket, Values


class Transition(StrEnum):
    """A step that somebody may take with a ticket, beside editing it."""

    REQUEST_CLOSE = "request-close"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"

    @property
    def leads_to(self) -> str:
        """The state that it brings the ticket into."""
        return _LEADS_TO[self]

    @property
    def needs_reason(self) -> bool:
        """Whether whoever takes it has to say why."""
        return self is Transition.SEND_BACK


_LEADS_TO: Final[Mapping[Transition, str]] = {
    Transition.REQUEST_CLOSE: AWAITING_APPROVAL,
    Transition.APPROVE: CLOSED,
    Transition.SEND_BACK: SENT_BACK,
    Transition.WITHDRAW: WORKING,
    Transition.REOPEN: WORKING,
}


def offered(ticket: Ticket, member: Member) -> tuple[Transition, ...]:
    """The steps that make sense for a member, the likeliest first; none for who may not write or see the ticket."""
    if not member.may(Right.WRITE) or not member.may_see(ticket):
        return ()
    if ticket.state == AWAITING_APPROVAL:
        return tuple(_offered_while_it_waits(ticket, member))
    if ticket.state == CLOSED:
        return (Transition.REOPEN,)
    return (Transition.REQUEST_CLOSE,)


def _offered_while_it_waits(ticket: Ticket, member: Member) -> Iterator[Transition]:
    if member.may_approve:
        yield from (Transition.APPROVE, Transition.SEND_BACK)
    # An approver ends a colleague's request by sending it back, with a reason.
    if not member.may_approve or ticket.values["assignee"] == member.master_id:
        yield Transition.WITHDRAW


def approvers(ticket: Ticket, service: Service) -> tuple[Member, ...]:
    """Who could approve the ticket's close: members who have the approval right, and see and may change it."""
    return tuple(member for member in service.approvers if member.may(Right.WRITE) and member.may_see(ticket))


def values_of(transition: Transition, caller: Member, approver: str = "") -> Values:
    """What a step sets. Who approves is the approver of record, whoever was asked; ``approver`` is who is asked."""
    state = transition.leads_to
    if state not in APPROVAL_STATES:
        return {"state": state}
    return {"state": state, "approver": caller.master_id if state == CLOSED else approver}
