"""When a ticket is late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from unyo.tickets.decide import blank_ticket
from unyo.tickets.model import TicketKind, TicketRow

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "state", "is_late"),
    [
        (NOW - timedelta(seconds=1), "対応中", True),
        (NOW - timedelta(seconds=1), "クローズ承認待ち", True),
        (NOW - timedelta(days=99), "クローズ", False),
        (NOW, "対応中", False),
        (None, "対応中", False),
    ],
)
def test_a_ticket_is_late_when_its_day_has_passed_and_it_is_not_closed(
    due: datetime | None, state: str, *, is_late: bool
) -> None:
    blank = blank_ticket("uom1", 1, TicketKind.INCIDENT, NOW)
    values = {**blank.values, "limit_date": due, "state": state}
    assert replace(blank, values=values).is_overdue(NOW) is is_late
    assert TicketRow(1, TicketKind.INCIDENT, values, NOW, NOW).is_overdue(NOW) is is_late
