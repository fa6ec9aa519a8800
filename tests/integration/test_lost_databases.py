"""Connections that are cut, and a database that is away: calls are told so, and nothing is left half done."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy.engine import Connection

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, DeskUnderTest, desk_on, who
from support.faults import connected, pause, pausing, terminate, wait_for_waiter
from support.gate import GateClock, as_one_group, outcome_of, write_call
from support.installations import contents
from support.processes import PATIENCE, wait_until
from support.proxy import Relay, relayed
from unyo.cast import YAMADA
from unyo.services.ports import Done, StorageFailed

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)

SYSTEM_ERROR = 200, ("SYSTEM_ERROR", "システムエラーが発生しました。")
# A group, and then one of its calls alone three times: so often the writer tries before it gives a call up.
TRIES = 4


def _cut_the_waiting(connection: Connection, *kinds: str) -> None:
    """Cut off the connection that waits for a lock, and see that it is gone."""
    pid = wait_for_waiter(connection, *kinds)
    assert terminate(connection, f"pid = {pid}") == 1
    gone = f"SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = {pid}"  # noqa: S608 - a number
    wait_until(f"process {pid} is gone", lambda: bool(connection.exec_driver_sql(gone).scalar_one()))


def test_after_idle_connections_were_cut_the_next_write_and_the_next_read_succeed(desk: DeskUnderTest) -> None:
    assert desk.update(Title="前").error is None
    body = {**desk.echo(), "Title": "後"}
    with connected(desk.url) as connection:
        assert terminate(connection, "true") >= 2
        answer = desk.call("UpdateTicket", body)
        assert answer.error is None
        assert terminate(connection, "true") >= 1
        assert desk.detail()["Title"] == "後"
    assert [entry["RequestId"] for entry in desk.history()].count(answer.body["RequestId"]) == 1


def test_a_group_whose_connection_is_cut_in_the_middle_is_carried_out_once_on_another(filled_url: str) -> None:
    with desk_on(filled_url, clock=GateClock()) as desk:
        calls = [
            write_call("UpdateTicket", {**desk.echo(), "Title": "変更"}),
            write_call("RegisterTicket", NEW_INCIDENT),
        ]
        before = contents(filled_url)
        pause(filled_url, "history", at_commit=False)
        with pausing(filled_url) as connection, ThreadPoolExecutor(1) as pool:
            outcomes = pool.submit(as_one_group, desk, *calls)
            _cut_the_waiting(connection, "advisory")
            assert contents(filled_url) == before
            connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            assert outcomes.result(PATIENCE) == [
                Done(calls[0].request_id, INCIDENT),
                Done(calls[1].request_id, "UTM123459"),
            ]
        after = contents(filled_url)
        assert len(after["history"]) == len(before["history"]) + 2
        assert len(after["tickets"]) == len(before["tickets"]) + 1


def test_a_write_whose_every_connection_is_cut_is_told_so_and_has_changed_nothing(desk: DeskUnderTest) -> None:
    body = {**desk.echo(), "Title": "変更"}
    before = contents(desk.url)
    pause(desk.url, "history", at_commit=False)
    with pausing(desk.url) as connection:
        future = desk.desk.writer.submit(write_call("UpdateTicket", body))
        for _ in range(TRIES):
            _cut_the_waiting(connection, "advisory")
        assert isinstance(outcome_of(future), StorageFailed)
    assert contents(desk.url) == before
    assert desk.call("UpdateTicket", body).error is None


@pytest.mark.parametrize("table", ["installation", "tickets"])
def test_a_read_whose_connection_is_cut_in_the_middle_is_told_so_and_the_next_succeeds(
    desk: DeskUnderTest, table: str
) -> None:
    with connected(desk.url) as holding, connected(desk.url) as watching, ThreadPoolExecutor(1) as pool:
        holding.exec_driver_sql("BEGIN")
        holding.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        read = pool.submit(desk.call, "GetTicketDetail", {**who(YAMADA), "TicketId": INCIDENT})
        _cut_the_waiting(watching, "relation")
        answer = read.result(PATIENCE)
        holding.exec_driver_sql("ROLLBACK")
    assert (answer.status, answer.error) == SYSTEM_ERROR
    assert desk.detail()["TicketId"] == INCIDENT


@contextmanager
def _away(relay: Relay, url: str) -> Iterator[None]:
    """The database cannot be reached while this lasts."""
    relay.is_down = True
    with connected(url) as connection:
        terminate(connection, "true")
    yield
    relay.is_down = False


def _calls(desk: DeskUnderTest) -> list[tuple[str, dict[str, object]]]:
    """Each action once."""
    ticket = {**who(YAMADA), "TicketId": INCIDENT}
    return [
        ("GetOptionList", who(YAMADA)),
        ("GetTicketDetail", ticket),
        ("GetTicketHistory", ticket),
        ("GetTicketList", who(YAMADA)),
        ("UpdateTicket", {**desk.echo(REQUEST), "Title": "変更"}),
        ("RegisterTicket", {**who(YAMADA), **NEW_INCIDENT}),
    ]


def _ready(desk: DeskUnderTest) -> tuple[int, str]:
    """The status of the page, and its reason."""
    answer = desk.transport.request("GET", "/readyz", b"", [])
    return answer.status, answer.envelope.get("reason", "")


def test_while_the_database_is_away_every_action_is_told_so_and_afterwards_works_at_once(filled_url: str) -> None:
    with relayed(filled_url) as (relay, through), desk_on(through) as desk:
        calls = _calls(desk)
        before = contents(filled_url)
        with _away(relay, filled_url):
            # What was read of the directory may serve for a moment longer.
            wait_until("the directory is stale", lambda: desk.call(*calls[0]).error is not None)
            answers = [desk.call(*call) for call in calls]
            assert [(answer.status, answer.error) for answer in answers] == [SYSTEM_ERROR] * len(calls)
            assert {frozenset(answer.body) for answer in answers} == {
                frozenset({"RequestId", "ErrorType", "ErrorMessage"})
            }
            assert contents(filled_url) == before
        assert [desk.call(*call).error for call in calls] == [None] * len(calls)


def test_a_server_whose_database_is_away_lives_and_is_not_ready_until_it_is_back(filled_url: str) -> None:
    with relayed(filled_url) as (relay, through), desk_on(through) as desk:
        assert _ready(desk) == (200, "")
        for _ in range(2):
            with _away(relay, filled_url):
                assert _ready(desk) == (503, "the database does not answer")
                assert desk.transport.request("GET", "/livez", b"", []).envelope == {"status": "ok"}
            assert _ready(desk) == (200, "")
