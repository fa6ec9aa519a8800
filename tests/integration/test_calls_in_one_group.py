"""Calls that are committed together are decided one after the other, each on what the one before it left."""

from collections.abc import Iterator

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, DeskUnderTest, desk_on
from support.gate import GateClock, as_one_group, write_call
from unyo.services.ports import Done
from unyo.tickets.errors import Reason, Refusal

CALL_ID = "0d9f3b1e-6f0b-4c55-9d6c-0f7d3a4b5c6d"
CONFLICT = Refusal(Reason.CONFLICT)


@pytest.fixture
def desk(filled_url: str) -> Iterator[DeskUnderTest]:
    with desk_on(filled_url, clock=GateClock()) as opened:
        yield opened


def test_of_two_updates_of_one_ticket_the_second_meets_an_exclusion_failure(desk: DeskUnderTest) -> None:
    echo = desk.echo()
    first, second = (write_call("UpdateTicket", {**echo, "Title": title}) for title in ("先", "後"))
    assert as_one_group(desk, first, second) == [Done(first.request_id, INCIDENT), CONFLICT]
    assert desk.detail()["Title"] == "先"
    assert [entry["RequestId"] for entry in desk.history()][:1] == [first.request_id]


def test_an_update_that_changes_nothing_does_not_stop_the_next(desk: DeskUnderTest) -> None:
    echo = desk.echo()
    idle, real = write_call("UpdateTicket", echo), write_call("UpdateTicket", {**echo, "Title": "後"})
    assert as_one_group(desk, idle, real) == [Done(idle.request_id, INCIDENT), Done(real.request_id, INCIDENT)]
    assert desk.history()[0]["RequestId"] == real.request_id


def test_an_update_that_knows_the_dates_the_one_before_it_leaves_succeeds_in_the_same_group(
    desk: DeskUnderTest,
) -> None:
    echo = desk.echo()
    # The first state update of this second leaves the later of now and the insert date.
    left = {**echo, "Title": "先", "StateUpdateDate": "20260401090000"}
    first, second = write_call("UpdateTicket", {**echo, "Title": "先"}), write_call("UpdateTicket", left)
    third = write_call("UpdateTicket", {**left, "Title": "後"})
    outcomes = as_one_group(desk, first, second, third)
    assert outcomes == [Done(each.request_id, INCIDENT) for each in (first, second, third)]
    assert desk.detail()["StateUpdateDate"] == "20260401090001"
    changes = [entry["ChangeList"] for entry in desk.history()[:2]]
    assert [[(line["Before"], line["After"]) for line in lines] for lines in changes] == [
        [("先", "後")],
        [(echo["Title"], "先")],
    ]


def test_memos_added_by_two_calls_of_a_group_get_two_numbers(desk: DeskUnderTest) -> None:
    add = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": "追記"}]
    echo = {**desk.echo(REQUEST), "CorrespondProcessList": add}
    last = len(desk.detail(REQUEST)["CorrespondProcessList"])
    again = {**echo, "CorrespondUpdateDate": "20260401090000"}
    outcomes = as_one_group(desk, write_call("UpdateTicket", echo), write_call("UpdateTicket", again))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    numbers = [int(memo["CorrespondProcessSeq"]) for memo in desk.detail(REQUEST)["CorrespondProcessList"]]
    assert numbers == list(range(1, last + 3))


def test_a_refused_call_between_two_others_changes_neither_of_them(desk: DeskUnderTest) -> None:
    incident, request = desk.echo(), desk.echo(REQUEST)
    good = write_call("UpdateTicket", {**incident, "Title": "よい"})
    bad = write_call("UpdateTicket", {**request, "Title": "わるい", "Priority": "最高"})
    new = write_call("RegisterTicket", NEW_INCIDENT)
    outcomes = as_one_group(desk, good, bad, new)
    assert outcomes[:2] == [Done(good.request_id, INCIDENT), Refusal(Reason.WRONG, ("Priority",))]
    assert isinstance(outcomes[2], Done)
    assert desk.detail()["Title"] == "よい"
    assert desk.echo(REQUEST) == request


def test_registrations_of_a_group_get_numbers_in_their_order_and_a_refused_one_leaves_no_gap(
    desk: DeskUnderTest,
) -> None:
    first = int(desk.register(NEW_INCIDENT).removeprefix("UTM"))
    good = [write_call("RegisterTicket", NEW_INCIDENT) for _ in range(3)]
    refused = write_call("RegisterTicket", {**NEW_INCIDENT, "Priority": "最高"})
    outcomes = as_one_group(desk, good[0], refused, good[1], good[2])
    given = [outcome.ticket_id for outcome in outcomes if isinstance(outcome, Done)]
    assert given == [f"UTM{first + step}" for step in (1, 2, 3)]
    assert outcomes[1] == Refusal(Reason.WRONG, ("Priority",))


def test_of_two_calls_with_one_call_id_the_second_gets_the_answer_of_the_first(desk: DeskUnderTest) -> None:
    first, second = (write_call("RegisterTicket", NEW_INCIDENT, call_id=CALL_ID) for _ in range(2))
    given, replayed = as_one_group(desk, first, second)
    assert isinstance(given, Done)
    assert replayed == Done(first.request_id, given.ticket_id, replayed=True)


def test_a_call_id_with_another_body_is_refused_within_its_group_too(desk: DeskUnderTest) -> None:
    first = write_call("RegisterTicket", NEW_INCIDENT, call_id=CALL_ID)
    other = write_call("RegisterTicket", NEW_INCIDENT, call_id=CALL_ID, digest=b"other")
    outcomes = as_one_group(desk, first, other)
    assert isinstance(outcomes[0], Done)
    assert outcomes[1] == Refusal(Reason.CALL_ID_REUSED)


def test_a_refused_call_keeps_no_call_id_so_the_next_with_it_is_carried_out(desk: DeskUnderTest) -> None:
    echo = desk.echo()
    refused = write_call("UpdateTicket", {**echo, "Priority": "最高"}, call_id=CALL_ID, digest=b"refused")
    good = write_call("UpdateTicket", {**echo, "Title": "よい"}, call_id=CALL_ID, digest=b"good")
    assert as_one_group(desk, refused, good) == [
        Refusal(Reason.WRONG, ("Priority",)),
        Done(good.request_id, INCIDENT),
    ]
