"""What came of a call, as its answer tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from unyo.tickets.errors import Reason
from unyo.uom.envelopes import ERRORS, Failure

from .form import Answered

ERROR: Final = "ErrorResponse"
_BY_WORDS: Final = {(code.error_type, code.message): reason for reason, code in ERRORS.items()}
_TYPES: Final = [code.error_type for code in ERRORS.values()]
# Where only one reason has an ErrorType, that tells it, whatever the endpoint's words are.
_BY_TYPE: Final = {code.error_type: reason for reason, code in ERRORS.items() if _TYPES.count(code.error_type) == 1}
# An answer that tells of the endpoint's state and not of its rules.
_TROUBLE: Final = frozenset({Failure.TOO_MANY_REQUESTS.value.status, Failure.REQUEST_TIMEOUT.value.status})
_SERVER_ERROR: Final = 500
VALUES_TAKEN: Final = frozenset(
    {
        *(Reason.APPROVER_NEEDED, Reason.APPROVER_NOT_ALLOWED, Reason.GROUP_NEEDED),
        *(Reason.CONFLICT, Reason.NO_RIGHT_TO_CLOSE),
    }
)
"""The refusals of a call whose values the endpoint took (contract, section 5)."""
ADMITTED: Final = VALUES_TAKEN | {Reason.NO_TICKET, Reason.CALL_ID_REUSED}
"""The refusals of a call whose caller it let in: those that come after check 8."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands inside an answer's envelope, and the contract's reason if it is a refusal of that kind."""

    inside: Mapping[str, Any]
    is_success: bool
    reason: Reason | None = None


NOTHING: Final = Outcome({}, is_success=False)


def outcome_of(answer: Answered | None, action: str) -> Outcome:
    """What an answer to that action says."""
    body = answer.message.meant if answer else None
    if not answer or body is None:
        return NOTHING
    done = body.get(f"{action}Response")
    if action and isinstance(done, dict) and ERROR not in body:
        return Outcome(done, is_success=True)
    refused = body.get(ERROR)
    if not isinstance(refused, dict):
        return NOTHING
    error, message = refused.get("ErrorType"), refused.get("ErrorMessage")
    reason = _BY_WORDS.get((str(error), str(message))) or _BY_TYPE.get(str(error))
    return Outcome(refused, is_success=False, reason=reason)


def is_in_trouble(answer: Answered) -> bool:
    """Whether the endpoint could not serve the call, for reasons that no rule gives."""
    system_error = Failure.SYSTEM_ERROR.value.error_type
    inside = (answer.message.meant or {}).get(ERROR)
    is_system_error = isinstance(inside, dict) and inside.get("ErrorType") == system_error
    return answer.status in _TROUBLE or answer.status >= _SERVER_ERROR or is_system_error
