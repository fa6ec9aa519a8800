"""The lists that everybody has: those of "My work", and those that open tickets are looked for in."""

from collections.abc import Iterator, Mapping
from typing import Final

from unyo.services.my_work import Part
from unyo.services.people import SavedView
from unyo.tickets.model import AWAITING_APPROVAL

from .asked import ME, OPEN, Asked
from .language import Words


def _(message: str) -> str:
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


WHOLE: Final[Mapping[Part, Asked]] = {
    Part.ASSIGNED: Asked({"state": (OPEN,), "assignee": (ME,)}, sort="limit_date"),
    Part.TO_APPROVE: Asked({"state": (AWAITING_APPROVAL,), "approver": (ME,)}, sort="last_update"),
    Part.OVERDUE: Asked(is_overdue=True, sort="limit_date"),
    Part.RECENT: Asked(),
}
"""The whole list of each part of "My work"."""
TITLES: Final[Mapping[Part, str]] = {
    Part.ASSIGNED: _("Assigned to me"),
    Part.TO_APPROVE: _("Waiting for my approval"),
    Part.OVERDUE: _("Overdue"),
    Part.RECENT: _("Recently changed"),
}


def fixed_views(words: Words, *, may_approve: bool) -> Iterator[SavedView]:
    """Them as views, in the reader's words."""
    yield SavedView(words.gettext(_("All")), Asked().query())
    yield SavedView(words.gettext(_("Not closed")), Asked({"state": (OPEN,)}).query())
    for part in (Part.ASSIGNED, Part.TO_APPROVE, Part.OVERDUE):
        if part is not Part.TO_APPROVE or may_approve:
            yield SavedView(words.gettext(TITLES[part]), WHOLE[part].query())
