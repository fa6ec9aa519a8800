"""How far a ticket is on its way to being closed, in four steps."""

from dataclasses import dataclass

from unyo.tickets.field_tables import STATES
from unyo.tickets.model import APPROVAL_STATES, AWAITING_APPROVAL, CLOSED, SENT_BACK, WORKING, Ticket


@dataclass(frozen=True, slots=True)
class Step:
    """A step: the state it stands for, whose it is (a master ID, ``""`` for nobody's), and where the ticket is."""

    state: str
    who: str = ""
    is_done: bool = False
    is_now: bool = False
    is_back: bool = False
    """Whether the ticket was sent back to it."""


def steps_of(ticket: Ticket) -> tuple[Step, ...]:
    """Open, in progress (or sent back), awaiting approval, closed."""
    state, opened = ticket.state, STATES[ticket.kind][0]
    worked = WORKING if state in {opened, *APPROVAL_STATES} else state
    states = (opened, worked, AWAITING_APPROVAL, CLOSED)
    now = states.index(state)
    return tuple(
        Step(
            each,
            _who(ticket, each, is_worked=each == worked),
            is_done=place < now or state == CLOSED,
            is_now=place == now,
            is_back=each == state == SENT_BACK,
        )
        for place, each in enumerate(states)
    )


def _who(ticket: Ticket, state: str, *, is_worked: bool) -> str:
    """Whose a step is: the assignee's while it is worked on, then the approver's once it is there."""
    if is_worked:
        return str(ticket.values["assignee"])
    return str(ticket.values["approver"]) if state == ticket.state and state in APPROVAL_STATES else ""
