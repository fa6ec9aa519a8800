"""What was read, as records by our names: the members of JSON and YAML, the columns of tables and CSV."""

from dataclasses import asdict, fields
from typing import Any

from unyo.client import HistoryEntry, Memo, Option, Ticket, TicketSummary
from unyo.tickets.dates import parse_date
from unyo.tickets.field_tables import LOCK_FIELDS

SUMMARY = tuple(each.name for each in fields(TicketSummary) if each.name != "more")
OPTION = tuple(each.name for each in fields(Option))


def ticket_record(ticket: Ticket) -> dict[str, Any]:
    """A ticket with its memos and lock dates; what this release does not know stands in ``more``."""
    lock = {row.key: ticket.lock[row.wire] for row in LOCK_FIELDS if row.wire in ticket.lock}
    return {
        "ticket_id": ticket.ticket_id,
        "kind": ticket.kind,
        **ticket.values,
        "assignee_name": ticket.assignee_name,
        "parent_id": ticket.parent_id,
        "memos": [_memo(each) for each in ticket.memos],
        "lock_dates": {key: parse_date(date) if date else None for key, date in lock.items()},
        **({"more": dict(ticket.more)} if ticket.more else {}),
    }


def summary_record(summary: TicketSummary) -> dict[str, Any]:
    """A ticket as a list tells it."""
    return {name: getattr(summary, name) for name in SUMMARY}


def history_record(entry: HistoryEntry) -> dict[str, Any]:
    """A change of a ticket."""
    return {**asdict(entry), "changes": [asdict(each) for each in entry.changes]}


def option_record(option: Option) -> dict[str, Any]:
    """A value of an option list."""
    return asdict(option)


def _memo(memo: Memo) -> dict[str, Any]:
    return asdict(memo)
