"""What was read, as records by our names: the members of JSON and YAML, the columns of tables and CSV."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from unyo.client import FieldChange, HistoryEntry, Option, Ticket, TicketSummary
from unyo.tickets.dates import parse_date
from unyo.tickets.field_tables import BY_KEY, LOCK_FIELDS
from unyo.tickets.fields import Date

SUMMARY = tuple(each.name for each in fields(TicketSummary) if each.name != "more")
OPTION = tuple(each.name for each in fields(Option))


def ticket_record(ticket: Ticket) -> dict[str, Any]:
    """A ticket with its memos and lock dates; what this release does not know stands in ``more``."""
    return {
        "ticket_id": ticket.ticket_id,
        "kind": ticket.kind,
        **ticket.values,
        "assignee_name": ticket.assignee_name,
        "parent_id": ticket.parent_id,
        "memos": [asdict(each) for each in ticket.memos],
        "lock_dates": lock_dates(ticket),
        **({"more": dict(ticket.more)} if ticket.more else {}),
    }


def lock_dates(ticket: Ticket) -> dict[str, datetime | str | None]:
    """The lock dates by our names; None where a section was never registered, or changed."""
    lock = {row.key: ticket.lock[row.wire] for row in LOCK_FIELDS if row.wire in ticket.lock}
    return {key: _moment(key, date) or None for key, date in lock.items()}


def summary_record(summary: TicketSummary) -> dict[str, Any]:
    """A ticket as a list tells it."""
    return {name: getattr(summary, name) for name in SUMMARY}


def history_record(entry: HistoryEntry) -> dict[str, Any]:
    """A change of a ticket."""
    return {**asdict(entry), "changes": [_change(each) for each in entry.changes]}


def option_record(option: Option) -> dict[str, Any]:
    """A value of an option list."""
    return asdict(option)


def _change(change: FieldChange) -> dict[str, Any]:
    return {
        "field": change.field,
        "before": _moment(change.field, change.before),
        "after": _moment(change.field, change.after),
    }


def _moment(key: str, text: str) -> datetime | str:
    """A date as a moment; any other text as it is."""
    if not text or key not in BY_KEY or not isinstance(BY_KEY[key].kind, Date):
        return text
    try:
        return parse_date(text)
    except ValueError:
        return text
