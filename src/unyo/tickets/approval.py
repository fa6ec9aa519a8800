"""Close approval and the rules across fields (contract, section 5, Approver and SupportedGroup)."""

from collections.abc import Iterator, Mapping
from typing import Final

from .directory import Service
from .errors import Fault, Reason, Refusal
from .field_tables import BY_KEY
from .model import APPROVAL_STATES, CLOSED, Ticket, Values

_APPROVER = BY_KEY["approver"]
ASKED_IN: Final[Mapping[str, tuple[str, frozenset[str]]]] = {"approver": ("state", APPROVAL_STATES)}
"""What a form asks for only where another field holds one of some values: our names, and those values."""


def resulting_state(ticket: Ticket, given: Values) -> str:
    """The state that the ticket will have."""
    return str(given.get("state", ticket.state))


def judge_approver(ticket: Ticket, given: Values, service: Service) -> Iterator[Fault]:
    """Check 10 for the approver: an account of the service with approval right.

    A stored value sent back is not judged anew, unless the state changes to one that needs approval.
    """
    approver = given.get("approver")
    if not approver:
        return
    state = resulting_state(ticket, given)
    enters = state in APPROVAL_STATES and state != ticket.state
    if approver == ticket.values["approver"] and not enters:
        return
    member = service.members.get(str(approver))
    if member is None or not member.may_approve:
        yield Fault(_APPROVER.wire, Reason.WRONG)


def judge_rules(ticket: Ticket, given: Values) -> Refusal | None:
    """Check 11, in the page's order: approver needed, approver not allowed, group needed."""
    state = resulting_state(ticket, given)
    approver = given.get("approver")
    if state in APPROVAL_STATES:
        enters = state != ticket.state
        if approver == "" or (enters and not approver):
            return Refusal(Reason.APPROVER_NEEDED)
    elif approver:
        return Refusal(Reason.APPROVER_NOT_ALLOWED)
    group = given.get("supported_group", ticket.values["supported_group"])
    if state != CLOSED and not group:
        return Refusal(Reason.GROUP_NEEDED)
    return None


def with_approver_cleared(ticket: Ticket, given: Values) -> Values:
    """What is given, and the approver emptied where the ticket leaves the states that need one."""
    if resulting_state(ticket, given) in APPROVAL_STATES:
        return given
    return {**given, "approver": ""}
