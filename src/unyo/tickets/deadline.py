"""When a ticket is late."""

from datetime import datetime

from .model import CLOSED, Values


def is_overdue(values: Values, now: datetime) -> bool:
    """Whether the date by which the ticket was due has passed, and it is not closed; ``now`` is aware."""
    due = values["limit_date"]
    return isinstance(due, datetime) and due < now and values["state"] != CLOSED
