"""The forms of the steps of a close: one table of what each step is called, and what is said beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from unyo.portal.words.language import marked as _
from unyo.tickets.model import AWAITING_APPROVAL
from unyo.tickets.transitions import Transition

_COMMENT: Final = _("Comment (kept as a memo)")


@dataclass(frozen=True, slots=True)
class StepForm:
    """The form of a step: what opens it, what it says, what sends it, and what its text is called.

    ``is_likely`` says whether its buttons are those that one looks for first.
    """

    title: str
    says: str
    submit: str
    label: str = _COMMENT
    is_likely: bool = False


STEP_FORMS: Final[Mapping[Transition, StepForm]] = {
    Transition.REQUEST_CLOSE: StepForm(
        _("Request close"),
        _("An approver checks the ticket, then closes it or sends it back."),
        _("Request close"),
        is_likely=True,
    ),
    Transition.APPROVE: StepForm(
        _("Approve…"),
        _("This closes the ticket with you as its approver. Continue?"),
        _("Approve and close"),
        is_likely=True,
    ),
    Transition.SEND_BACK: StepForm(
        _("Send back…"),
        _("This sends the ticket back to be worked on. Say what is missing."),
        _("Send back"),
        _("Reason (kept as a memo)"),
    ),
    Transition.WITHDRAW: StepForm(
        _("Withdraw the request…"),
        _("This returns the ticket to “In progress”, and no approver is asked any more."),
        _("Withdraw the request"),
    ),
    Transition.REOPEN: StepForm(
        _("Reopen…"),
        _("This returns the ticket to “In progress” and withdraws its approval."),
        _("Reopen"),
    ),
}


def asks_for_approver(step: Transition) -> bool:
    """Whether whoever takes the step names the approver."""
    return step.leads_to == AWAITING_APPROVAL
