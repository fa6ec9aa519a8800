"""Answers kept under a call id: as long as they must be, and not for ever."""

from collections.abc import Callable

import pytest

from support.desks import NEW_INCIDENT, Answer, DeskUnderTest, who
from support.faults import cure, poison
from support.installations import contents
from support.processes import wait_until
from unyo.cast import SATO, YAMADA, Actor

OLD, YOUNG = (f"0d9f3b1e-6f0b-4c55-9d6c-0f7d3a4b5c{end}" for end in ("01", "02"))


def _register(desk: DeskUnderTest, call_id: str, actor: Actor = YAMADA) -> Answer:
    headers = {"x-iijapi-unyo-call": call_id}
    answer = desk.call("RegisterTicket", {**who(actor), **NEW_INCIDENT}, actor=actor, headers=headers)
    assert answer.error is None
    return answer


def _was_replayed(answer: Answer) -> bool:
    return answer.headers.get("x-unyo-replayed") == "1"


def _kept(desk: DeskUnderTest) -> set[object]:
    """The call ids under which answers are kept."""
    return {value for row in contents(desk.url)["calls"] for value in row if value in {OLD, YOUNG}}


def _keeps(desk: DeskUnderTest, *call_ids: str) -> Callable[[], bool]:
    return lambda: _kept(desk) == set(call_ids)


def test_an_answer_is_given_again_for_seven_days(desk: DeskUnderTest) -> None:
    first = _register(desk, OLD)
    for _ in range(7):
        desk.clock.move(days=1)
        desk.register(NEW_INCIDENT)  # whatever the writer does beside its calls, it has had reason to do
        again = _register(desk, OLD)
        assert (again.content, _was_replayed(again)) == (first.content, True)


def test_answers_older_than_they_must_be_are_deleted_and_younger_ones_are_kept(desk: DeskUnderTest) -> None:
    first = _register(desk, OLD)
    desk.clock.move(days=2)
    young = _register(desk, YOUNG, SATO)
    desk.clock.move(days=6, hours=1)
    desk.register(NEW_INCIDENT)
    wait_until("only the younger answer is kept", _keeps(desk, YOUNG))
    again = _register(desk, YOUNG, SATO)
    assert (again.content, _was_replayed(again)) == (young.content, True)
    anew = _register(desk, OLD)
    assert not _was_replayed(anew)
    assert anew.body["TicketId"] != first.body["TicketId"]


def test_a_deletion_that_fails_stops_no_call_and_is_tried_again_later(
    desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    _register(desk, OLD)
    desk.clock.move(days=2)
    _register(desk, YOUNG)
    poison(desk.url, "calls", "DELETE", "OLD.action <> ''")
    desk.clock.move(days=6, hours=1)
    desk.register(NEW_INCIDENT)
    told = "old call ids could not be deleted"
    wait_until("the failure is told", lambda: any(told in record.getMessage() for record in caplog.records))
    assert desk.update(Title="変更").error is None
    assert _kept(desk) == {OLD, YOUNG}
    cure(desk.url)
    desk.clock.move(hours=2)
    desk.register(NEW_INCIDENT)
    wait_until("only the younger answer is kept", _keeps(desk, YOUNG))
