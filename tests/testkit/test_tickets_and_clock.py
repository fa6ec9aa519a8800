"""Tickets as a test wants them, by the desk's own rules; a clock that goes as it is told; rights that are taken."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan
from typing import Any

import pytest

from support.contract_tables import STATES
from unyo.client import (
    AddMemo,
    DeleteMemo,
    Incident,
    NoRolesToClose,
    NoTicketId,
    ParameterError,
    Refused,
    Request,
    State,
)
from unyo.storage import administration
from unyo.testkit import ITO, JAPAN, SATO, SUZUKI, TAKAHASHI, TANAKA, YAMADA, Uom
from unyo.testkit.clock import FIRST, LAST, DeskClock
from unyo.tickets.model import TicketKind

NOW = datetime(2026, 4, 1, 9, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("kind", "state"),
    [(kind, state) for kind in TicketKind for state in STATES[kind.value]],
    ids=lambda each: getattr(each, "name", each),
)
def test_a_ticket_is_seeded_in_any_state_and_goes_on_from_there(uom: Uom, kind: TicketKind, state: str) -> None:
    ticket: Incident | Request = uom.ticket(kind.name.lower(), state=state)  # type: ignore[call-overload] # one of them
    assert (ticket.state, ticket.kind, ticket.ticket_id) == (state, kind, "UTM100001")
    client = uom.client()
    assert client.tickets.get("UTM100001").values == ticket.values
    client.tickets.update(ticket, title="別の件名", state=State.IN_PROGRESS, approver="")
    client.tickets.request_close(ticket, YAMADA.master_id)
    client.tickets.approve(ticket)
    assert ticket.state == State.CLOSED
    assert not uom.journal.of("RegisterTicket")


def test_memos_fields_and_author_are_as_they_are_given(uom: Uom) -> None:
    ticket = uom.ticket(
        "request", memos=["一", "二"], by=SATO, title="件名", accept_way="電話", requested_at=NOW, priority="高"
    )
    assert [(memo.number, memo.text, memo.author) for memo in ticket.memos] == [
        (1, "一", SATO.master_id),
        (2, "二", SATO.master_id),
    ]
    assert (ticket.title, ticket.accept_way, ticket.requested_at, ticket.priority) == ("件名", "電話", NOW, "高")
    assert uom.ticket(by=ITO, management_group="制限しない", assignee=ITO.master_id).ticket_id == "UTM100002"
    with pytest.raises(NoTicketId):
        uom.client().tickets.get("UTM100002")


def test_a_ticket_of_a_group_is_seen_by_its_members(uom: Uom) -> None:
    ticket = uom.ticket(management_group=TAKAHASHI.groups[0], assignee=TAKAHASHI.master_id)
    assert uom.client(TAKAHASHI).tickets.get(ticket.ticket_id).values == ticket.values
    with pytest.raises(NoTicketId):
        uom.client(TANAKA).tickets.get(ticket.ticket_id)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"state": State.CLOSED, "by": SATO}, Refused),
        ({"state": State.AWAITING_APPROVAL, "approver": SATO.master_id}, ParameterError),
        ({"state": "新規"}, ParameterError),
        ({"by": SUZUKI}, ParameterError),
        ({"title": "x" * 257}, Refused),
        ({"titel": "x"}, TypeError),
        ({"limit_date": datetime(2026, 5, 1)}, ValueError),  # noqa: DTZ001 - what is refused
    ],
    ids=str,
)
def test_what_the_rules_refuse_is_not_seeded(uom: Uom, fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        uom.ticket(**fields)
    assert list(uom.client().tickets.list()) == []
    assert uom.ticket().ticket_id == "UTM100001"


def test_somebody_edits_now(uom: Uom) -> None:
    ticket = uom.ticket(memos=["一"])
    assert uom.edit(ticket, cause="佐藤の").cause == "佐藤の"  # type: ignore[union-attr] # an incident
    edited = uom.edit(ticket.ticket_id, by=TAKAHASHI, memos=[DeleteMemo(1), AddMemo("二")])
    assert [(memo.text, memo.author) for memo in edited.memos] == [("二", TAKAHASHI.master_id)]
    assert [entry.user_id for entry in uom.client().tickets.history(ticket)][:2] == [
        TAKAHASHI.master_id,
        SATO.master_id,
    ]
    with pytest.raises(ParameterError):
        uom.edit(ticket, priority="最高")
    with pytest.raises(NoTicketId):
        uom.edit("UTM1", title="x")
    assert [call.action for call in uom.journal] == ["GetTicketDetail", "GetTicketHistory"]


def test_a_right_that_is_taken_is_seen_by_the_next_call(uom: Uom) -> None:
    ticket = uom.ticket(state=State.AWAITING_APPROVAL)
    client, other = uom.client(), uom.client(TAKAHASHI)
    other.tickets.get(ticket.ticket_id)
    for may_approve in (False, True, False):
        with uom.administer() as admin:
            administration.set_role(admin, YAMADA.service_code, YAMADA.master_id, YAMADA.role, may_approve=may_approve)
    with pytest.raises(NoRolesToClose):
        client.tickets.approve(ticket.ticket_id)
    with uom.administer() as admin:
        administration.enable_account(admin, TAKAHASHI.master_id, enabled=False)
    with pytest.raises(Refused):
        other.tickets.get(ticket.ticket_id)


# The clock.


def test_a_clock_stands_until_it_is_told_otherwise(uom: Uom) -> None:
    assert uom.clock() == NOW
    ticket = uom.ticket()
    assert ticket.limit_date == NOW + timedelta(days=7)
    uom.clock.advance(days=1, hours=2, minutes=3, seconds=4)
    uom.edit(ticket, title="佐藤の")
    later = NOW + timedelta(days=1, hours=2, minutes=3, seconds=4)
    moments = [entry.at for entry in uom.client().tickets.history(ticket)]
    assert moments == [later, NOW]
    uom.clock.set(datetime(2026, 12, 31, 10, tzinfo=timezone(timedelta(hours=-5))))
    assert uom.ticket().updated_at == datetime(2027, 1, 1, tzinfo=JAPAN)
    uom.clock.advance(seconds=-1)
    assert uom.clock() == datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC)
    assert repr(uom.clock) == "<DeskClock 2026-12-31 14:59:59 UTC, stands>"


def test_a_clock_that_runs_goes_as_time_does() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    clock = DeskClock(NOW, lambda: now)
    clock.run()
    now += timedelta(minutes=5)
    assert (clock(), clock.runs) == (NOW + timedelta(minutes=5), True)
    clock.advance(hours=1)
    clock.run()
    now += timedelta(minutes=5)
    assert clock() == NOW + timedelta(hours=1, minutes=10)
    clock.stand()
    now += timedelta(days=1)
    assert (clock(), clock.runs) == (NOW + timedelta(hours=1, minutes=10), False)
    clock.run()
    clock.set(NOW)
    now += timedelta(days=1)
    assert (clock(), clock.runs) == (NOW, False)


def test_a_clock_that_is_moved_while_it_is_read_tells_a_time_that_it_had() -> None:
    others: list[Callable[[], None]] = []

    def _true_time() -> datetime:
        while others:
            others.pop()()
        return NOW + timedelta(minutes=5)

    clock = DeskClock(NOW, _true_time)
    for other in (lambda: clock.set(NOW + timedelta(days=1)), lambda: clock.advance(days=1), clock.stand):
        clock.put(NOW, runs=True, skew=timedelta())
        others.append(other)
        assert clock() in {NOW, NOW + timedelta(minutes=5)}


@pytest.mark.parametrize("moment", [FIRST, datetime(1999, 12, 31, tzinfo=UTC), LAST], ids=lambda each: str(each.year))
def test_signatures_hold_wherever_the_clock_stands(uom: Uom, moment: datetime) -> None:
    uom.clock.set(moment)
    ticket = uom.ticket(memos=["一"])
    client = uom.client()
    assert (ticket.updated_at, client.tickets.get(ticket.ticket_id).values) == (moment, ticket.values)
    client.tickets.memo.add(ticket, "二")
    assert [memo.text for memo in ticket.memos] == ["一", "二"]
    assert "AUTH_FAILURE" not in str(uom.journal)


@pytest.mark.parametrize(
    "moved",
    [
        lambda clock: clock.set(FIRST - timedelta(seconds=1)),
        lambda clock: clock.set(LAST + timedelta(seconds=1)),
        lambda clock: clock.set(datetime.max.replace(tzinfo=timezone(-timedelta(hours=12)))),
        lambda clock: clock.advance(days=-365 * 200),
        lambda clock: clock.advance(days=365 * 8000),
        lambda clock: clock.advance(days=1e300),
        lambda clock: clock.advance(hours=-inf),
        lambda clock: clock.advance(seconds=nan),
    ],
)
def test_a_clock_stays_in_the_years_that_dates_can_have(uom: Uom, moved: Callable[[DeskClock], None]) -> None:
    with pytest.raises(ValueError, match="the years 1900 to 9999"):
        moved(uom.clock)
    assert uom.clock() == NOW


def test_a_moment_needs_a_zone(uom: Uom) -> None:
    with pytest.raises(ValueError, match="a moment needs a zone"):
        uom.clock.set(datetime(2026, 4, 1, 9))  # noqa: DTZ001 - what is refused
    assert uom.clock() == NOW


@pytest.mark.uom(now=datetime(2031, 1, 1, tzinfo=JAPAN))
def test_a_desk_begins_when_it_is_told_to(uom: Uom) -> None:
    assert uom.ticket().updated_at == datetime(2031, 1, 1, tzinfo=JAPAN)
    uom.clock.advance(days=1)
    uom.reset()
    assert uom.ticket().updated_at == datetime(2031, 1, 1, tzinfo=JAPAN)
