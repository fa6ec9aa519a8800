"""The use case that shows a member's work: four short lists, each by the rights of the member."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from unyo.tickets.commands import ListTickets
from unyo.tickets.directory import Member
from unyo.tickets.errors import Refusal
from unyo.tickets.field_tables import OPEN_STATES
from unyo.tickets.model import AWAITING_APPROVAL

from .ports import Caller, Page
from .reads import Reads

AT_ONCE: Final = 8
"""How many tickets of each list are shown."""


class Part(StrEnum):
    """The lists, in their order."""

    ASSIGNED = "assigned"
    TO_APPROVE = "to_approve"
    OVERDUE = "overdue"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class ShowMyWork:
    """Read what a member has to do as of ``now``."""

    service_code: str
    master_id: str
    now: datetime

    def queries(self) -> Mapping[Part, ListTickets]:
        """The list behind each part."""
        every = ListTickets(
            service_code=self.service_code,
            master_id=self.master_id,
            filters={},
            words=(),
            date_from=None,
            date_to=None,
            sort="last_update",
            descending=True,
            limit=AT_ONCE,
            cursor="",
        )
        mine = {"assignee": (self.master_id,), "state": OPEN_STATES}
        asked_for = {"approver": (self.master_id,), "state": (AWAITING_APPROVAL,)}
        return {
            Part.ASSIGNED: replace(every, filters=mine, sort="limit_date", descending=False),
            Part.TO_APPROVE: replace(every, filters=asked_for, descending=False),
            Part.OVERDUE: replace(every, overdue_at=self.now, sort="limit_date", descending=False),
            Part.RECENT: every,
        }


def parts_of(member: Member) -> tuple[Part, ...]:
    """The lists that concern a member: tickets to approve only those with approval right."""
    return tuple(part for part in Part if part is not Part.TO_APPROVE or member.may_approve)


def show_my_work(reads: Reads, caller: Caller, command: ShowMyWork) -> Mapping[Part, Page] | Refusal:
    """What a member has to do; of each list the first tickets, and how many there are.

    A list that does not concern the member is left out unless it holds a ticket all the same: whoever lost the
    approval right may still be some ticket's approver.
    """
    found: dict[Part, Page] = {}
    for part, query in command.queries().items():
        shown = reads.list_tickets(caller, query)
        if isinstance(shown, Refusal):
            return shown
        if shown.page.rows or part in parts_of(shown.service.members[command.master_id]):
            found[part] = shown.page
    return found
