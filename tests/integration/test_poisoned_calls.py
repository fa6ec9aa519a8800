"""A call that the database cannot store hurts no other, and leaves nothing of itself behind."""

from collections.abc import Iterator

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, SERVERS_INCIDENT, DeskUnderTest, desk_on
from support.faults import cure, poison, poison_commit
from support.gate import GateClock, as_one_group, write_call
from support.installations import contents
from unyo.services.ports import Done, StorageFailed

CALL_ID = "0d9f3b1e-6f0b-4c55-9d6c-0f7d3a4b5c6d"
POISON = "毒"
ADD_MEMO = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": "追記"}]
# From the first statement of a group's writes to the last, and the COMMIT itself.
MOMENTS = {
    "tickets": ("tickets", "UPDATE", f"NEW.title = '{POISON}'"),
    "memos": ("memos", "INSERT", "NEW.text = '追記'"),
    "history": ("history", "INSERT", "NEW.ticket_number = 123457"),
    "calls": ("calls", "INSERT", "NEW.access_key <> ''"),
    "commit": None,
}


@pytest.fixture
def desk(filled_url: str) -> Iterator[DeskUnderTest]:
    with desk_on(filled_url, clock=GateClock()) as opened:
        yield opened


@pytest.fixture(params=MOMENTS)
def poisoned_desk(request: pytest.FixtureRequest, desk: DeskUnderTest) -> DeskUnderTest:
    """A database that fails, at one moment or another, what `_poisoned` asks for."""
    moment = MOMENTS[request.param]
    if moment is None:
        poison_commit(desk.url, f"NEW.title = '{POISON}'")
    else:
        poison(desk.url, *moment)
    return desk


def _poisoned(desk: DeskUnderTest) -> dict[str, object]:
    """An update that touches every table, and that every poison hits."""
    return {**desk.echo(REQUEST), "Title": POISON, "CorrespondProcessList": ADD_MEMO}


def _failed(outcome: object) -> bool:
    return isinstance(outcome, StorageFailed)


def test_a_poisoned_call_is_answered_with_a_system_error_and_has_changed_nothing(poisoned_desk: DeskUnderTest) -> None:
    body = _poisoned(poisoned_desk)
    before = contents(poisoned_desk.url)
    answer = poisoned_desk.call("UpdateTicket", body, headers={"x-iijapi-unyo-call": CALL_ID})
    assert (answer.status, answer.error) == (200, ("SYSTEM_ERROR", "システムエラーが発生しました。"))
    assert contents(poisoned_desk.url) == before


def test_its_answer_says_nothing_of_the_inside(poisoned_desk: DeskUnderTest) -> None:
    answer = poisoned_desk.call("UpdateTicket", _poisoned(poisoned_desk), headers={"x-iijapi-unyo-call": CALL_ID})
    assert set(answer.body) == {"RequestId", "ErrorType", "ErrorMessage"}
    assert answer.headers["x-request-id"] == answer.body["RequestId"]


def test_it_succeeds_once_the_cause_is_gone(poisoned_desk: DeskUnderTest) -> None:
    body = _poisoned(poisoned_desk)
    headers = {"x-iijapi-unyo-call": CALL_ID}
    assert poisoned_desk.call("UpdateTicket", body, headers=headers).error_type == "SYSTEM_ERROR"
    cure(poisoned_desk.url)
    answer = poisoned_desk.call("UpdateTicket", body, headers=headers)
    assert answer.error is None
    assert "x-unyo-replayed" not in answer.headers
    assert poisoned_desk.detail(REQUEST)["Title"] == POISON
    assert [entry["RequestId"] for entry in poisoned_desk.history(REQUEST)].count(answer.body["RequestId"]) == 1


def test_its_neighbours_in_the_group_are_carried_out_once_each(poisoned_desk: DeskUnderTest) -> None:
    before = write_call("UpdateTicket", {**poisoned_desk.echo(), "Title": "前の呼び出し"})
    bad = write_call("UpdateTicket", _poisoned(poisoned_desk), call_id=CALL_ID)
    after = write_call("UpdateTicket", {**poisoned_desk.echo(SERVERS_INCIDENT), "Title": "後の呼び出し"})
    new = write_call("RegisterTicket", NEW_INCIDENT)
    untouched = poisoned_desk.echo(REQUEST)
    outcomes = as_one_group(poisoned_desk, before, bad, after, new)
    assert [_failed(outcome) for outcome in outcomes] == [False, True, False, False]
    assert poisoned_desk.echo(REQUEST) == untouched
    for call, outcome in ((before, outcomes[0]), (after, outcomes[2]), (new, outcomes[3])):
        assert isinstance(outcome, Done)
        assert outcome.request_id == call.request_id
        told = [entry["RequestId"] for entry in poisoned_desk.history(outcome.ticket_id)]
        assert told.count(call.request_id) == 1


def test_a_refusal_that_rested_on_what_was_rolled_back_is_decided_anew(desk: DeskUnderTest) -> None:
    poison(desk.url, "tickets", "UPDATE", f"NEW.title = '{POISON}'")
    echo = desk.echo()
    # In the group the second meets what the first left, and is refused; but that was never stored.
    first, second = (write_call("UpdateTicket", {**echo, "Title": title}) for title in (POISON, "よい"))
    outcomes = as_one_group(desk, first, second)
    assert _failed(outcomes[0])
    assert outcomes[1] == Done(second.request_id, INCIDENT)
    assert desk.detail()["Title"] == "よい"


def test_a_replay_that_rested_on_what_was_rolled_back_is_decided_anew(desk: DeskUnderTest) -> None:
    poison(desk.url, "tickets", "UPDATE", f"NEW.title = '{POISON}'")
    # In the group the second is the same call again; but the first was never stored.
    first = write_call("UpdateTicket", {**desk.echo(), "Title": POISON}, call_id=CALL_ID)
    second = write_call("UpdateTicket", {**desk.echo(), "Title": "よい"}, call_id=CALL_ID)
    outcomes = as_one_group(desk, first, second)
    assert _failed(outcomes[0])
    assert outcomes[1] == Done(second.request_id, INCIDENT)


def test_a_registration_keeps_the_number_it_drew_while_its_group_is_tried_again(desk: DeskUnderTest) -> None:
    poison(desk.url, "tickets", "UPDATE", f"NEW.title = '{POISON}'")
    last = int(desk.register(NEW_INCIDENT).removeprefix("UTM"))
    bad = write_call("UpdateTicket", {**desk.echo(), "Title": POISON})
    good = [write_call("RegisterTicket", NEW_INCIDENT) for _ in range(2)]
    outcomes = as_one_group(desk, good[0], bad, good[1])
    assert outcomes[0] == Done(good[0].request_id, f"UTM{last + 1}")
    assert outcomes[2] == Done(good[1].request_id, f"UTM{last + 2}")
    assert int(desk.register(NEW_INCIDENT).removeprefix("UTM")) > last + 2


def test_after_two_failures_in_a_row_the_rest_of_the_group_is_told_so_untried(desk: DeskUnderTest) -> None:
    poison(desk.url, "tickets", "UPDATE", f"NEW.title = '{POISON}'")
    bad = [write_call("UpdateTicket", {**desk.echo(each), "Title": POISON}) for each in (INCIDENT, REQUEST)]
    good = write_call("RegisterTicket", NEW_INCIDENT)
    before = contents(desk.url)
    assert all(_failed(outcome) for outcome in as_one_group(desk, *bad, good))
    assert contents(desk.url) == before
    assert desk.register(NEW_INCIDENT)
