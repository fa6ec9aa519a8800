"""Why a call is refused, in the domain's words; the wire gives each reason its code and sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto


class Reason(Enum):
    """The reasons for a refusal, in the order in which they are judged (contract, section 5)."""

    UNAUTHENTICATED = auto()
    MISSING = auto()
    TOO_LONG = auto()
    UNKNOWN = auto()
    EMPTY = auto()
    WRONG = auto()
    NOT_A_MEMBER = auto()
    CALL_ID_REUSED = auto()
    NO_TICKET = auto()
    APPROVER_NEEDED = auto()
    APPROVER_NOT_ALLOWED = auto()
    GROUP_NEEDED = auto()
    CONFLICT = auto()
    NO_RIGHT_TO_CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """One parameter at fault: its path as the caller wrote it, and why."""

    path: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that is refused and has changed nothing: the reason, and every parameter at fault for it."""

    reason: Reason
    fields: tuple[str, ...] = ()


def first_refusal(faults: Iterable[Fault]) -> Refusal | None:
    """The refusal of the earliest stage that failed, with every field at fault in it; None if none failed."""
    found = list(faults)
    if not found:
        return None
    reason = min((fault.reason for fault in found), key=lambda each: each.value)
    return Refusal(reason, tuple(dict.fromkeys(f.path for f in found if f.reason is reason)))
