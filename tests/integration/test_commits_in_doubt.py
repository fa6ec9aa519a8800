"""A COMMIT that gets no answer: what became of it is found out, and every call is answered by that, applied once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, SERVERS_INCIDENT, DeskUnderTest, desk_on, who
from support.faults import pause, pausing, terminate, wait_for_waiter
from support.gate import GateClock, as_one_group, outcome_of, write_call
from support.installations import contents
from support.proxy import Loss, Relay, relayed
from unyo.cast import YAMADA
from unyo.services.ports import Done
from unyo.tickets.errors import Reason, Refusal

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)

CALL_ID, OTHER_CALL_ID = (f"0d9f3b1e-6f0b-4c55-9d6c-0f7d3a4b5c{end}" for end in ("01", "02"))
NEXT_NUMBER = "UTM123459"
# For what waits for the transaction of another: a row's lock, or the end of the one that holds a unique key.
WAITING = ("transactionid", "tuple")


@dataclass(frozen=True)
class Kind:
    """A kind of call, and how many rows it leaves: of history, kept calls and tickets."""

    action: str
    changes: Mapping[str, str]
    leaves: tuple[int, int, int]

    @property
    def call_id(self) -> str:
        return CALL_ID if self.leaves[1] else ""

    def body(self, desk: DeskUnderTest) -> dict[str, Any]:
        start = {**who(YAMADA), **NEW_INCIDENT} if self.action == "RegisterTicket" else desk.echo()
        return {**start, **self.changes}


KINDS = {
    "update": Kind("UpdateTicket", {"Title": "変更"}, (1, 0, 0)),
    "update with call id": Kind("UpdateTicket", {"Title": "変更"}, (1, 1, 0)),
    "idle update with call id": Kind("UpdateTicket", {}, (0, 1, 0)),
    "registration": Kind("RegisterTicket", {}, (1, 0, 1)),
    "registration with call id": Kind("RegisterTicket", {}, (1, 1, 1)),
}


@dataclass(frozen=True)
class Doubtful:
    """A desk behind a relay; ``url`` leads to its database directly."""

    relay: Relay
    desk: DeskUnderTest
    url: str

    def rows(self) -> tuple[int, int, int]:
        found = contents(self.url)
        return len(found["history"]), len(found["calls"]), len(found["tickets"])

    def told(self, ticket_id: str, request_id: str) -> int:
        """How often the ticket's history tells of a call."""
        return [entry["RequestId"] for entry in self.desk.history(ticket_id)].count(request_id)


@pytest.fixture
def doubtful(filled_url: str) -> Iterator[Doubtful]:
    with relayed(filled_url) as (relay, through), desk_on(through, clock=GateClock()) as desk:
        yield Doubtful(relay, desk, filled_url)


def _sum(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sum(pair) for pair in zip(one, other, strict=True))


@pytest.mark.parametrize("loss", Loss)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_call_whose_commit_got_no_answer_is_applied_once_and_answered(
    doubtful: Doubtful, kind: Kind, loss: Loss
) -> None:
    body, rows, desk = kind.body(doubtful.desk), doubtful.rows(), doubtful.desk
    headers = {"x-iijapi-unyo-call": kind.call_id} if kind.call_id else {}
    doubtful.relay.lose(loss)
    answer = desk.call(kind.action, body, headers=headers)
    assert doubtful.relay.lost.is_set()
    assert answer.error is None
    assert "x-unyo-replayed" not in answer.headers
    assert doubtful.rows() == _sum(rows, kind.leaves)
    ticket_id = answer.body.get("TicketId", INCIDENT)
    assert ticket_id == (NEXT_NUMBER if kind.action == "RegisterTicket" else INCIDENT)
    assert doubtful.told(ticket_id, answer.body["RequestId"]) == kind.leaves[0]
    assert desk.update(Title="次の変更").error is None
    if kind.call_id:
        again = desk.call(kind.action, body, headers=headers)
        assert (again.content, again.headers["x-unyo-replayed"]) == (answer.content, "1")


@pytest.mark.parametrize("loss", Loss)
def test_each_call_of_a_group_whose_commit_got_no_answer_is_applied_once_and_answered(
    doubtful: Doubtful, loss: Loss
) -> None:
    desk, rows = doubtful.desk, doubtful.rows()
    first = write_call("UpdateTicket", {**desk.echo(), "Title": "先"})
    rival = write_call("UpdateTicket", {**desk.echo(), "Title": "後"})
    refused = write_call("RegisterTicket", {**NEW_INCIDENT, "Priority": "最高"})
    new = [write_call("RegisterTicket", NEW_INCIDENT) for _ in range(2)]
    idle = write_call("UpdateTicket", desk.echo(REQUEST), call_id=CALL_ID)
    named = write_call("UpdateTicket", {**desk.echo(SERVERS_INCIDENT), "Title": "先"}, call_id=OTHER_CALL_ID)
    twin = write_call("UpdateTicket", {**desk.echo(SERVERS_INCIDENT), "Title": "先"}, call_id=OTHER_CALL_ID)
    doubtful.relay.lose(loss)
    outcomes = as_one_group(desk, first, rival, refused, *new, idle, named, twin)
    assert doubtful.relay.lost.is_set()
    assert outcomes == [
        Done(first.request_id, INCIDENT),
        Refusal(Reason.CONFLICT),
        Refusal(Reason.WRONG, ("Priority",)),
        Done(new[0].request_id, NEXT_NUMBER),
        Done(new[1].request_id, "UTM123460"),
        Done(idle.request_id, REQUEST),
        Done(named.request_id, SERVERS_INCIDENT),
        Done(named.request_id, SERVERS_INCIDENT, replayed=True),
    ]
    assert doubtful.rows() == _sum(rows, (4, 2, 2))
    changed = [outcome for outcome in outcomes if isinstance(outcome, Done) and outcome.request_id != idle.request_id]
    assert [doubtful.told(done.ticket_id, done.request_id) for done in changed] == [1] * len(changed)


@pytest.mark.parametrize("fate", ["committed", "rolled back"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_transaction_that_still_lives_is_waited_for_and_its_end_decides(
    doubtful: Doubtful, kind: Kind, fate: str
) -> None:
    body, rows = kind.body(doubtful.desk), doubtful.rows()
    call = write_call(kind.action, body, call_id=kind.call_id)
    pause(doubtful.url, "history" if kind.leaves[0] else "calls", at_commit=True)
    doubtful.relay.lose(Loss.CONNECTION)
    with pausing(doubtful.url) as connection:
        future = doubtful.desk.desk.writer.submit(call)
        old = wait_for_waiter(connection, "advisory")
        wait_for_waiter(connection, *WAITING)
        assert not future.done()
        if fate == "rolled back":
            assert terminate(connection, f"pid = {old}") == 1
    outcome = outcome_of(future)
    ticket_id = NEXT_NUMBER if kind.action == "RegisterTicket" else INCIDENT
    assert outcome == Done(call.request_id, ticket_id)
    assert doubtful.rows() == _sum(rows, kind.leaves)
    assert doubtful.told(ticket_id, call.request_id) == kind.leaves[0]


@pytest.mark.parametrize("fate", ["committed", "rolled back"])
def test_of_a_call_in_doubt_and_a_rival_on_another_node_one_wins(doubtful: Doubtful, fate: str) -> None:
    rows = doubtful.rows()
    call, rival = (write_call("UpdateTicket", {**doubtful.desk.echo(), "Title": title}) for title in ("先", "後"))
    pause(doubtful.url, "history", at_commit=True)
    doubtful.relay.lose(Loss.CONNECTION)
    with desk_on(doubtful.url) as other, pausing(doubtful.url) as connection:
        future = doubtful.desk.desk.writer.submit(call)
        old = wait_for_waiter(connection, "advisory")
        against = other.desk.writer.submit(rival)
        wait_for_waiter(connection, *WAITING)
        if fate == "rolled back":
            assert terminate(connection, f"pid = {old}") == 1
        connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        outcomes = [outcome_of(each) for each in (future, against)]
    won = Done(call.request_id, INCIDENT), Refusal(Reason.CONFLICT)
    lost = Refusal(Reason.CONFLICT), Done(rival.request_id, INCIDENT)
    assert tuple(outcomes) in ([won] if fate == "committed" else [won, lost])
    assert doubtful.rows() == _sum(rows, (1, 0, 0))
    assert doubtful.desk.detail()["Title"] == ("先" if outcomes[0] == won[0] else "後")


@pytest.mark.parametrize("loss", [Loss.REQUEST, Loss.ANSWER])
def test_where_nobody_can_tell_the_caller_is_told_so_and_sending_the_call_again_applies_it_once_in_all(
    doubtful: Doubtful, loss: Loss
) -> None:
    kind = KINDS["update with call id"]
    body, rows, relay = kind.body(doubtful.desk), doubtful.rows(), doubtful.relay
    headers = {"x-iijapi-unyo-call": CALL_ID}
    relay.goes_down_with_the_loss = True
    relay.lose(loss)
    told = doubtful.desk.call(kind.action, body, headers=headers)
    assert (told.status, told.error) == (200, ("SYSTEM_ERROR", "システムエラーが発生しました。"))
    relay.is_down = False
    again = doubtful.desk.call(kind.action, body, headers=headers)
    assert again.error is None
    was_stored = loss is Loss.ANSWER
    assert ("x-unyo-replayed" in again.headers) == was_stored
    assert (again.body["RequestId"] == told.body["RequestId"]) == was_stored
    assert doubtful.rows() == _sum(rows, kind.leaves)
    assert doubtful.told(INCIDENT, again.body["RequestId"]) == 1
