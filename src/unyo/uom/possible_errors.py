"""Which errors an action may answer, for those who describe it."""

from typing import Final

from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import TICKET_ID

from .actions import Action
from .envelopes import Failure

NAMING: Final = frozenset({Reason.MISSING, Reason.TOO_LONG, Reason.UNKNOWN, Reason.EMPTY, Reason.WRONG})
"""The reasons that name the parameters at fault, in ErrorDetail."""

_OK: Final = 200
_OF_WRITES: Final = frozenset(
    {
        Reason.CALL_ID_REUSED,
        Reason.APPROVER_NEEDED,
        Reason.APPROVER_NOT_ALLOWED,
        Reason.GROUP_NEEDED,
        Reason.NO_RIGHT_TO_CLOSE,
    }
)


def reasons_of(action: Action) -> list[Reason]:
    """The reasons for which this action may be refused, in the order in which they are judged."""
    left_out = set() if action.writes else set(_OF_WRITES)
    if not any(table.lock_keys for table in action.tables):
        left_out.add(Reason.CONFLICT)
    if not any(TICKET_ID.wire in table.by_wire for table in action.tables):
        left_out.add(Reason.NO_TICKET)
    return [reason for reason in Reason if reason not in left_out]


def failures_of(action: Action) -> list[Failure]:
    """The errors outside the contract that this action may answer: those with an HTTP status of their own."""
    left_out = None if action.writes else Failure.INVALID_CALL_ID
    return [each for each in Failure if each is not left_out and each.value.status != _OK]
