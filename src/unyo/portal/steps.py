"""How far a ticket is on its way to being closed, in four steps."""

from dataclasses import dataclass
from typing import Final

from unyo.tickets.field_tables import STATES
from unyo.tickets.model import AWAITING_APPROVAL, CLOSED, SENT_BACK, WORKING, Ticket


@dataclass(frozen=True, slots=True)
class Step:
    """A step: the state it stands for, whose it is (a master ID, ``""`` for nobody's), and where the ticket is."""

    state: str
    who: str = ""
    is_done: bool = False
    is_now: bool = False
    is_back: bool = False
    """Whether the ticket was sent back to it."""


_ORDER: Final = (0, 1, 2, 3)


def steps_of(ticket: Ticket) -> tuple[Step, ...]:
    """Open, in progress (or sent back), awaiting approval, closed."""
    state, approver = ticket.state, str(ticket.values["approver"])
    first = STATES[ticket.kind][0]
    now = {first: 0, AWAITING_APPROVAL: 2, CLOSED: 3}.get(state, 1)
    names = (first, state if now == 1 else WORKING, AWAITING_APPROVAL, CLOSED)
    people = ("", str(ticket.values["assignee"]), approver if now == 2 else "", approver if now == 3 else "")  # noqa: PLR2004 - the steps' places
    return tuple(
        Step(
            names[place],
            people[place],
            is_done=place < now or now == 3,  # noqa: PLR2004 - the last place
            is_now=place == now,
            is_back=place == now and state == SENT_BACK,
        )
        for place in _ORDER
    )
