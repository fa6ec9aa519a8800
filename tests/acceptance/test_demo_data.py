"""The demonstration's tickets: an ordinary quarter before the day it is dated by."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.demonstration import NOW, YAMADA, demonstration, details_of
from support.desks import LOCK_DATES, NO_PARAMETERS
from support.processes import Client, Running
from unyo.tickets.dates import format_date

Tickets = dict[str, dict[str, Any]]
PAGE_TICKET = "UTM123456"
FIRST_DAY, LAST_DAY = "20260101", "20260401"
STATES = {
    "1": {"未対応", "対応中", "復旧済み", "クローズ承認待ち", "差し戻し", "クローズ"},
    "2": {"新規", "対応中", "クローズ承認待ち", "差し戻し", "クローズ"},
}
# Dates of things that have happened, so that they cannot lie in the future; a limit may.
HAPPENED = (
    "CorrespondStartDate",
    "CorrespondFinishDate",
    "ObstacleDetectionTime",
    "FaultRecoveryDate",
    "RequestDate",
    *LOCK_DATES,
)


def _dates(ticket: dict[str, Any]) -> list[str]:
    """When things happened to a ticket."""
    of_memos = ("CorrespondProcessInsertDate", "CorrespondProcessUpdateDate")
    held = [ticket.get(name, "") for name in HAPPENED]
    return [date for date in held + [memo[n] for memo in ticket["CorrespondProcessList"] for n in of_memos] if date]


def test_there_are_enough_tickets_of_both_kinds(demo_tickets: Tickets) -> None:
    kinds = [ticket["TicketProcessType"] for ticket in demo_tickets.values()]
    assert len(kinds) >= 60
    assert kinds.count("1") >= 20
    assert kinds.count("2") >= 20


@pytest.mark.parametrize("kind", STATES)
def test_every_state_of_the_kind_is_there(demo_tickets: Tickets, kind: str) -> None:
    found = {ticket["StateCode"] for ticket in demo_tickets.values() if ticket["TicketProcessType"] == kind}
    assert found == STATES[kind]


def test_every_priority_and_group_is_there(demo_tickets: Tickets) -> None:
    assert {ticket["Priority"] for ticket in demo_tickets.values()} == {"高", "中", "低"}
    groups = {ticket["ManagementGroupId"] for ticket in demo_tickets.values()}
    assert groups == {"制限しない", "サーバ運用", "ネットワーク"}


def test_the_pages_ticket_has_the_pages_lock_dates_and_two_memos(demo_tickets: Tickets) -> None:
    ticket = demo_tickets[PAGE_TICKET]
    assert {name: ticket[name] for name in LOCK_DATES if name in ticket} == {
        "StateInsertDate": "20221005143629",
        "StateUpdateDate": "20221005163649",
        "SummaryInsertDate": "20221005143630",
        "SummaryUpdateDate": "20221005143630",
        "CorrespondInsertDate": "20221005143630",
        "CorrespondUpdateDate": "",
    }
    assert [memo["CorrespondProcessSeq"] for memo in ticket["CorrespondProcessList"]] == ["1", "2"]
    assert (ticket["TicketProcessType"], ticket["StateCode"]) == ("1", "対応中")


def test_two_known_tickets_stand_beside_it(demo_tickets: Tickets) -> None:
    request, incident = demo_tickets["UTM123457"], demo_tickets["UTM123458"]
    assert (request["TicketProcessType"], request["StateCode"]) == ("2", "対応中")
    assert (incident["TicketProcessType"], incident["ManagementGroupId"]) == ("1", "サーバ運用")


def test_every_other_ticket_was_registered_in_the_ninety_days_before(demo_tickets: Tickets) -> None:
    registered = [t["StateInsertDate"] for ticket_id, t in demo_tickets.items() if ticket_id != PAGE_TICKET]
    assert FIRST_DAY <= min(registered)[:8] <= "20260110"
    assert "20260325" <= max(registered)[:8] <= LAST_DAY


def test_nothing_has_happened_after_the_day(demo_tickets: Tickets) -> None:
    late = {ticket_id: max(_dates(ticket)) for ticket_id, ticket in demo_tickets.items()}
    assert {ticket_id: date for ticket_id, date in late.items() if date > f"{LAST_DAY}090000"} == {}


def test_tickets_are_numbered_in_the_order_of_their_registration(demo_tickets: Tickets) -> None:
    numbers = [int(ticket_id.removeprefix("UTM")) for ticket_id in demo_tickets]
    assert numbers == list(range(123456, 123456 + len(numbers)))
    quarter = [ticket["StateInsertDate"] for ticket in list(demo_tickets.values())[3:]]
    assert quarter == sorted(quarter)


def test_every_ticket_can_be_sent_back_as_it_is(demo: tuple[Running, Client], demo_tickets: Tickets) -> None:
    _, client = demo
    for ticket_id, ticket in demo_tickets.items():
        echo = {wire: value for wire, value in ticket.items() if wire not in NO_PARAMETERS}
        answer = client.call("UpdateTicket", {**echo, "CorrespondProcessList": []}, YAMADA)
        assert answer.error is None, (ticket_id, answer.envelope)
    assert details_of(client) == demo_tickets


def test_every_ticket_has_a_history_that_ends_where_it_stands(
    demo: tuple[Running, Client], demo_tickets: Tickets
) -> None:
    for ticket_id, ticket in demo_tickets.items():
        asked = {"TicketId": ticket_id, "Limit": "200"}
        history = demo[1].succeed("GetTicketHistory", asked, YAMADA)["HistoryList"]
        states = [c["After"] for entry in history for c in entry["ChangeList"] if c["Parameter"] == "StateCode"]
        assert states[0] == ticket["StateCode"]
        assert {entry["Door"] for entry in history} == {"API"}
        assert len({entry["RequestId"] for entry in history}) == len(history)


def test_the_same_day_gives_the_same_tickets(demo_tickets: Tickets, tmp_path: Path) -> None:
    with demonstration("--serve-only", "--now", NOW, folder=tmp_path) as (_, url), Client(url) as client:
        assert details_of(client) == demo_tickets


def test_without_a_day_nothing_has_happened_after_the_present(tmp_path: Path) -> None:
    with demonstration("--serve-only", folder=tmp_path) as (_, url), Client(url) as client:
        late = {ticket_id: max(_dates(ticket)) for ticket_id, ticket in details_of(client).items()}
    present = format_date(datetime.now(UTC))
    assert {ticket_id: date for ticket_id, date in late.items() if date > present} == {}
    assert max(late.values()) > format_date(datetime.now(UTC) - timedelta(days=3))
