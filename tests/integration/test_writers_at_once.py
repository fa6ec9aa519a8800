"""Writers at the same time: of those that hold the same dates one wins, and no call is applied twice."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, SERVERS_INCIDENT, DeskUnderTest, desk_on, who
from support.gate import GateClock, at_once, outcome_of, write_call
from unyo.cast import YAMADA
from unyo.services.ports import Done
from unyo.tickets.errors import Reason, Refusal

ROUNDS = 8
WRITERS = 4


@contextmanager
def _two_desks(url: str) -> Iterator[tuple[DeskUnderTest, DeskUnderTest]]:
    """Two nodes on one database."""
    with desk_on(url, "over HTTP") as one, desk_on(url, "over HTTP") as other:
        yield one, other


def test_of_writers_with_the_same_dates_exactly_one_wins(served_desk: DeskUnderTest) -> None:
    for number in range(ROUNDS):
        echo = served_desk.echo()
        bodies = [{**echo, "Title": f"{number}の{writer}"} for writer in range(WRITERS)]
        answers = at_once(*(partial(served_desk.call, "UpdateTicket", body) for body in bodies))
        winners = [body["Title"] for body, answer in zip(bodies, answers, strict=True) if answer.error is None]
        assert sorted(answer.error_type for answer in answers) == ["", *["EXCLUSION_FAILURE"] * (WRITERS - 1)]
        assert [served_desk.detail()["Title"]] == winners
    assert len(served_desk.history()) == ROUNDS + _changes_before(served_desk)


def test_of_writers_on_two_desks_exactly_one_wins(filled_url: str) -> None:
    with _two_desks(filled_url) as desks:
        for number in range(ROUNDS):
            echo = desks[0].echo()
            answers = at_once(
                *(
                    partial(desk.call, "UpdateTicket", {**echo, "Title": f"{number}の{writer}"})
                    for writer, desk in enumerate(desks * 2)
                )
            )
            assert sorted(answer.error_type for answer in answers) == ["", *["EXCLUSION_FAILURE"] * 3]


def test_lock_dates_of_changes_at_once_are_all_different(served_desk: DeskUnderTest) -> None:
    seen: list[str] = []
    for number in range(ROUNDS):
        at_once(*(partial(served_desk.update, Title=f"{number}の{writer}") for writer in range(WRITERS)))
        seen.append(served_desk.detail()["StateUpdateDate"])
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("action", ["RegisterTicket", "UpdateTicket"])
def test_of_calls_with_one_call_id_one_is_applied_and_the_others_get_its_answer(filled_url: str, action: str) -> None:
    with _two_desks(filled_url) as desks:
        for number in range(ROUNDS):
            echo = {**desks[0].echo(), "Title": f"{number}回目"}
            body = {**who(YAMADA), **NEW_INCIDENT} if action == "RegisterTicket" else echo
            headers = {"x-iijapi-unyo-call": f"0d9f3b1e-6f0b-4c55-9d6c-0f7d3a4b5c{number:02x}"}
            answers = at_once(*(partial(desk.call, action, body, headers=headers) for desk in desks * 2))
            assert len({answer.content for answer in answers}) == 1
            assert answers[0].error is None
            assert sorted(answer.headers.get("x-unyo-replayed", "") for answer in answers) == ["", "1", "1", "1"]
            assert {answer.headers["x-request-id"] for answer in answers} == {answers[0].body["RequestId"]}
            ticket_id = answers[0].body.get("TicketId", INCIDENT)
            assert [entry["RequestId"] for entry in desks[1].history(ticket_id)].count(
                answers[0].body["RequestId"]
            ) == 1


def test_registrations_on_two_desks_never_share_a_number(filled_url: str) -> None:
    with _two_desks(filled_url) as desks:
        given = at_once(*(partial(_register, desk) for desk in desks * 2))
        ticket_ids = [ticket_id for each in given for ticket_id in each]
        assert len(set(ticket_ids)) == 4 * ROUNDS
        listed = desks[0].call("GetTicketList", {**who(YAMADA), "Limit": "200"}).body["TicketList"]
        assert {INCIDENT, REQUEST, SERVERS_INCIDENT, *ticket_ids} == {row["TicketId"] for row in listed}


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_nodes_that_update_the_same_tickets_in_opposite_order_never_wait_for_each_other(
    filled_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "unyo")
    clock, tickets = GateClock(), (INCIDENT, REQUEST, SERVERS_INCIDENT)
    with desk_on(filled_url, clock=clock) as one, desk_on(filled_url, clock=clock) as other:
        for number in range(2 * ROUNDS):
            bodies = {ticket: {**one.echo(ticket), "Title": f"{number}回目"} for ticket in tickets}
            with clock.holding(one, other):
                futures = [
                    desk.desk.writer.submit(write_call("UpdateTicket", bodies[ticket]))
                    for desk, order in ((one, tickets), (other, tickets[::-1]))
                    for ticket in order
                ]
            outcomes = [outcome_of(future) for future in futures]
            # The groups are whole: one node's calls all win, and the other's all lose.
            won = [isinstance(outcome, Done) for outcome in outcomes]
            assert won in ([True] * 3 + [False] * 3, [False] * 3 + [True] * 3)
            assert [outcome for outcome in outcomes if not isinstance(outcome, Done)] == [Refusal(Reason.CONFLICT)] * 3
    # The database would end a deadlock by failing a group, which would be told.
    assert caplog.records == []


def _changes_before(desk: DeskUnderTest) -> int:
    """How many changes the ticket had before the test: those dated before the clock's start."""
    return sum(entry["Date"] < "20260401090000" for entry in desk.history())


def _register(desk: DeskUnderTest) -> list[str]:
    return [desk.register(NEW_INCIDENT) for _ in range(ROUNDS)]
