"""What the portal says of the rules: each reason in words for people, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from unyo.services.passwords import LEAST_CHARACTERS, Unfit
from unyo.services.signing_in import Refusal
from unyo.tickets.errors import Reason
from unyo.tickets.model import TicketKind

from .language import Words
from .language import marked as _

_SAYS: Final[Mapping[Reason, str]] = {
    Reason.UNAUTHENTICATED: _("You are no longer signed in."),
    Reason.MISSING: _("Please fill this in."),
    Reason.TOO_LONG: _("This is too long."),
    Reason.UNKNOWN: _("This field does not exist."),
    Reason.EMPTY: _("This cannot be empty."),
    Reason.WRONG: _("This value cannot be used here."),
    Reason.NOT_A_MEMBER: _("Your role in this service code does not allow this."),
    Reason.CALL_ID_REUSED: _("This form has already been sent with other values. Reload the page."),
    Reason.NO_TICKET: _("There is no such ticket, or you may not see it."),
    Reason.APPROVER_NEEDED: _("Choose an approver: closing a ticket, or requesting its close, requires one."),
    Reason.APPROVER_NOT_ALLOWED: _("Choose an approver only when the state is “Awaiting approval” or “Closed”."),
    Reason.GROUP_NEEDED: _("A ticket that is not closed must have a group in charge."),
    Reason.CONFLICT: _("Somebody else has saved this ticket in the meantime."),
    Reason.NO_RIGHT_TO_CLOSE: _("Closing a ticket requires the approval right, which you do not have."),
}
_KINDS: Final[Mapping[TicketKind, str]] = {TicketKind.INCIDENT: _("Incident"), TicketKind.REQUEST: _("Request")}
_UNFIT: Final[Mapping[Unfit, str]] = {
    Unfit.TOO_SHORT: _("This is shorter than %(least)s characters."),
    Unfit.TOO_LONG: _("This password is too long."),
    Unfit.LIKE_MASTER_ID: _("This is too close to your master ID."),
    Unfit.TOO_COMMON: _("This is too easy to guess: choose one that others do not use."),
}
# A link that is used up has a page of its own.
_REFUSED: Final[Mapping[Refusal, str]] = {
    Refusal.WRONG: _("Master ID or password is wrong."),
    Refusal.WAIT: _("Too many attempts have failed. Try again in %(wait)s."),
    Refusal.BUSY: _("Many people are signing in at the moment. Try again in a few seconds."),
}
# Where a refusal of several fields is said beside one of them.
BESIDE: Final[Mapping[Reason, str]] = {
    Reason.APPROVER_NEEDED: "approver",
    Reason.APPROVER_NOT_ALLOWED: "approver",
    Reason.GROUP_NEEDED: "supported_group",
}


def fault_says(reason: Reason, words: Words) -> str:
    """A reason in words."""
    return words.gettext(_SAYS[reason])


def unfit_says(unfit: Unfit | None, words: Words) -> str:
    """Why a text cannot be a password; ``""`` where it can."""
    return words.gettext(_UNFIT[unfit]) % {"least": LEAST_CHARACTERS} if unfit else ""


def refused_says(refusal: Refusal, wait: str, words: Words) -> str:
    """Why somebody was not let in; ``wait`` says in words how long another attempt is of no use."""
    return words.gettext(_REFUSED[refusal]) % {"wait": wait}


def kind_says(kind: TicketKind, words: Words) -> str:
    """What a kind of ticket is called."""
    return words.gettext(_KINDS[kind])
