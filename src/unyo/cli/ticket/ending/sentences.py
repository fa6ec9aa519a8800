"""What a client raised, as a sentence that says what to do: the wire's names of fields become our flags."""

from collections.abc import Mapping
from typing import Final

from unyo.cli.ticket.values import choices_of, flag_of, shown
from unyo.client.entries import name_of
from unyo.client.errors import (
    Answered,
    AuthFailure,
    CallIdReused,
    Clash,
    ExclusionFailure,
    NoRolesToClose,
    NotFound,
    NoTicketId,
    ParameterError,
    ParameterRequired,
    ParameterTooLong,
    RequestTimeout,
    SystemFailure,
    TooManyRequests,
    TransportError,
    UnyoError,
    WrongCredentials,
)
from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import BY_KEY, MASTER_ID, MEMOS, SERVICE_CODE, TICKET_ID, TICKET_KIND
from unyo.tickets.fields import Account, Date, OptionList
from unyo.uom.envelopes import ERRORS

from .exits import Exit

_STATUS: Final[Mapping[type[UnyoError], Exit]] = {
    WrongCredentials: Exit.USAGE,
    ParameterRequired: Exit.REFUSED,
    ParameterTooLong: Exit.REFUSED,
    ParameterError: Exit.REFUSED,
    NoTicketId: Exit.NOT_FOUND,
    ExclusionFailure: Exit.CONFLICT,
    CallIdReused: Exit.CONFLICT,
    AuthFailure: Exit.AUTH,
    NoRolesToClose: Exit.NO_RIGHT,
    TooManyRequests: Exit.RATE_LIMIT,
    TransportError: Exit.NETWORK,
    RequestTimeout: Exit.NETWORK,
    NotFound: Exit.NETWORK,
}
_REASONS: Final[Mapping[str, Reason]] = {code.message: reason for reason, code in ERRORS.items()}
_FLAGS: Final[Mapping[str, str]] = {
    SERVICE_CODE.wire: flag_of(SERVICE_CODE.key),
    MASTER_ID.wire: flag_of(MASTER_ID.key),
    TICKET_ID.wire: "the ticket ID",
    TICKET_KIND.wire: "the kind of ticket",
    "Keyword": "--keyword",
    "DateFrom": "--from",
    "DateTo": "--to",
}
_SAID: Final[Mapping[Reason, str]] = {
    Reason.MISSING: "must be given",
    Reason.TOO_LONG: "too long",
    Reason.UNKNOWN: "not taken by this kind of ticket",
    Reason.EMPTY: "may not be empty",
    Reason.WRONG: "not a value that is taken here",
    Reason.APPROVER_NEEDED: "closing, and asking for it, needs an approver: give --approver",
    Reason.APPROVER_NOT_ALLOWED: "an approver may only be given when a ticket is, or is to be, closed",
    Reason.GROUP_NEEDED: "a ticket that is not closed needs a --supported-group",
}
_PLAIN: Final[Mapping[type[UnyoError], str]] = {
    NoTicketId: "there is no such ticket, or it may not be seen",
    AuthFailure: "the access key or its secret is wrong: `unyo profile check` says more, `unyo login` replaces them",
    NoRolesToClose: "closing needs the approval right, which this account has not: `request-close` asks one who has it",
    CallIdReused: "the call was sent before with another content; repeat it as a new one",
    RequestTimeout: "the server had to wait too long for the call; repeat it",
    NotFound: "what answers has no such path: is the endpoint right?",
    SystemFailure: "the server failed, and whether anything was changed is not known: look before you repeat it",
}
_NO_RIGHT: Final = (
    "the account may not do this here: the service code or the master ID is not the access key's own, or the "
    "account's role allows reading only (`unyo profile check` says more)"
)


def explained(error: UnyoError) -> tuple[Exit, str]:
    """The exit status of an error, and its sentence."""
    if isinstance(error, Answered) and _reason(error) is Reason.NOT_A_MEMBER:
        return Exit.NO_RIGHT, _with_source(_NO_RIGHT, error)
    status = next((_STATUS[each] for each in type(error).__mro__ if each in _STATUS), Exit.FAILED)
    return status, _sentence(error)


def _sentence(error: UnyoError) -> str:
    if not isinstance(error, Answered):
        return str(error)
    match error:
        case ParameterRequired() | ParameterTooLong() | ParameterError():
            said = _refused_fields(error)
        case ExclusionFailure():
            said = _conflict(error)
        case TooManyRequests():
            when = "later" if error.retry_after is None else f"in {error.retry_after:g} s"
            said = f"too many calls; call again {when}"
        case _:
            said = _PLAIN.get(type(error), f"refused as {error.error_type}")
    return _with_source(said, error)


def _with_source(said: str, error: Answered) -> str:
    """The sentence with the server's own, and the call's ID to ask about it."""
    where = f" (request {error.request_id})" if error.request_id else " (nothing was sent)"
    return f"{said}: {error.message}{where}" if error.message else said + where


def _reason(error: Answered) -> Reason | None:
    return _REASONS.get(error.message)


def _refused_fields(error: Answered) -> str:
    reason = _reason(error)
    what = _SAID.get(reason, "refused") if reason else "refused"
    named = ", ".join(_named(wire) for wire in error.fields)
    said = f"{named}: {what}" if named else what
    if reason is Reason.WRONG:
        said += "".join(_taken(name_of(wire)) for wire in error.fields)
    return said


def _taken(key: str) -> str:
    """Which values a field takes, as far as that can be said."""
    if key not in BY_KEY:
        return ""
    if choices := choices_of(key):
        return f"; {flag_of(key)} is one of {', '.join(choices)}"
    kind = BY_KEY[key].kind
    if isinstance(kind, OptionList):
        return f"; `unyo ticket options --field {key}` lists them"
    if isinstance(kind, Date):
        return f"; {flag_of(key)} is a date such as 2026-11-26 or '2026-11-26 18:00'"
    if isinstance(kind, Account):
        return f"; {flag_of(key)} is the master ID of an account of the service"
    return ""


def _named(wire: str) -> str:
    """A field as a user writes it, with the wire's name."""
    if wire in _FLAGS:
        return f"{_FLAGS[wire]} ({wire})"
    first = wire.partition(".")[0]
    if first == MEMOS.wire:
        return f"the memos ({wire})"
    key = name_of(first)
    return f"{flag_of(key)} ({wire})" if key != first else wire


def _conflict(error: ExclusionFailure) -> str:
    if not error.changes:
        return "somebody else changed the ticket meanwhile; nothing was changed"
    changed = "; ".join(_changed(each) for each in error.changes)
    return f"somebody else changed the ticket meanwhile ({changed}); nothing was changed"


def _changed(clash: Clash) -> str:
    by = f" by {clash.by}" if clash.by else ""
    mine = f", yours is {shown(clash.mine) or 'empty'}" if clash.mine is not None else ""
    return f"{clash.field}: {shown(clash.base) or 'empty'} → {shown(clash.theirs) or 'empty'}{by}{mine}"
