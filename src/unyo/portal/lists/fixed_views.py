"""The views that everybody has without saving them: all tickets, the open ones, and the lists of "My work"."""

from collections.abc import Iterator, Mapping
from typing import Final

from unyo.portal.words.language import Words
from unyo.portal.words.language import marked as _
from unyo.services.my_work import Part, parts_of
from unyo.services.people import SavedView
from unyo.tickets.directory import Member
from unyo.tickets.model import AWAITING_APPROVAL

from .asked import ME, NOBODY, OPEN, Asked

WHOLE: Final[Mapping[Part, Asked]] = {
    Part.ASSIGNED: Asked({"state": (OPEN,), "assignee": (ME,)}, sort="limit_date"),
    Part.TO_APPROVE: Asked({"state": (AWAITING_APPROVAL,), "approver": (ME,)}, sort="last_update"),
    Part.OVERDUE: Asked(is_overdue=True, sort="limit_date"),
    Part.RECENT: Asked(),
}
"""The whole list of each part of "My work", as its address asks for it."""
UNASSIGNED: Final = Asked({"state": (OPEN,), "assignee": (NOBODY,)}, sort="registration")
"""What waits for somebody to take it, the oldest first."""
TITLES: Final[Mapping[Part, str]] = {
    Part.ASSIGNED: _("Assigned to me"),
    Part.TO_APPROVE: _("Waiting for my approval"),
    Part.OVERDUE: _("Overdue"),
    Part.RECENT: _("Recently changed"),
}


def fixed_views(words: Words, member: Member) -> Iterator[SavedView]:
    """The lists that a member is offered as views, in the reader's words."""
    yield SavedView(words.gettext(_("All")), Asked().query())
    yield SavedView(words.gettext(_("Not closed")), Asked({"state": (OPEN,)}).query())
    yield SavedView(words.gettext(_("Unassigned")), UNASSIGNED.query())
    for part in parts_of(member):
        if WHOLE[part].narrows:  # the others are all tickets
            yield SavedView(words.gettext(TITLES[part]), WHOLE[part].query())
