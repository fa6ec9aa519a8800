"""The queue before the writer: how much waits, what makes a group, in which order, and how it ends."""

import threading
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.processes import PATIENCE
from unyo.services.ports import Caller, QueueFull, StorageFailed, WriteCall
from unyo.storage.writing.queue import Bounds, CallQueue
from unyo.tickets.commands import RegisterTicket
from unyo.tickets.model import TicketKind

COMMAND = RegisterTicket("uom12345678", "SA1234567", TicketKind.INCIDENT, {}, ())
SIZES = st.lists(st.integers(0, 30), max_size=40)
MODEST = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def _call(name: str, size: int = 0) -> WriteCall:
    return WriteCall(COMMAND, Caller("SA1234567"), name, size=size)


def _filled(sizes: Mapping[str, int], **bounds: int) -> CallQueue:
    queue = CallQueue(Bounds(**bounds))
    for name, size in sizes.items():
        queue.put(_call(name, size))
    return queue


def _group(queue: CallQueue) -> list[str]:
    return [queued.call.request_id for queued in queue.take()]


def test_a_call_alone_is_a_group_at_once() -> None:
    queue = _filled({"a": 10})
    assert _group(queue) == ["a"]


def test_what_has_queued_up_is_one_group_in_the_order_in_which_it_came() -> None:
    queue = _filled({"b": 1, "c": 1, "a": 1})
    assert _group(queue) == ["b", "c", "a"]


def test_a_group_holds_no_more_calls_than_it_may() -> None:
    queue = _filled(dict.fromkeys("abcde", 0), group_calls=2)
    assert [_group(queue) for _ in range(3)] == [["a", "b"], ["c", "d"], ["e"]]


def test_a_group_holds_no_more_bytes_than_it_may() -> None:
    queue = _filled({"a": 40, "b": 60, "c": 1, "d": 99, "e": 1}, group_bytes=100)
    assert [_group(queue) for _ in range(3)] == [["a", "b"], ["c", "d"], ["e"]]


def test_a_call_larger_than_a_group_goes_alone() -> None:
    queue = _filled({"a": 1, "large": 101, "b": 1}, group_bytes=100)
    assert [_group(queue) for _ in range(3)] == [["a"], ["large"], ["b"]]


def test_the_queue_takes_as_many_calls_as_may_wait_and_no_more() -> None:
    queue = _filled({"a": 0, "b": 0}, waiting_calls=3)
    assert not queue.is_full()
    queue.put(_call("c"))
    assert queue.is_full()
    with pytest.raises(QueueFull):
        queue.put(_call("d"))


def test_the_queue_takes_as_many_bytes_as_may_wait_and_no_more() -> None:
    queue = _filled({"a": 60}, waiting_bytes=100)
    assert not queue.is_full(40)
    assert queue.is_full(41)
    with pytest.raises(QueueFull):
        queue.put(_call("b", 41))
    queue.put(_call("c", 40))
    assert queue.is_full(1)


def test_what_is_taken_makes_room_for_calls_and_for_bytes() -> None:
    queue = _filled({"a": 50, "b": 50}, waiting_calls=2, waiting_bytes=100, group_calls=1)
    assert queue.is_full()
    assert _group(queue) == ["a"]
    assert not queue.is_full(50)
    assert queue.is_full(51)
    queue.put(_call("c", 50))
    assert [_group(queue), _group(queue)] == [["b"], ["c"]]


def test_a_refused_call_takes_no_room_and_is_in_no_group() -> None:
    queue = _filled({"a": 90}, waiting_bytes=100)
    with pytest.raises(QueueFull):
        queue.put(_call("b", 20))
    queue.put(_call("c", 10))
    assert _group(queue) == ["a", "c"]


def test_the_future_that_a_caller_holds_is_the_one_that_the_writer_answers() -> None:
    queue = CallQueue(Bounds())
    futures = [queue.put(_call("a")), queue.put(_call("b"))]
    assert [queued.future for queued in queue.take()] == futures


def test_a_closed_queue_gives_out_what_waits_and_then_nothing() -> None:
    queue = _filled({"a": 0, "b": 0, "c": 0}, group_calls=2)
    queue.close()
    assert [_group(queue) for _ in range(4)] == [["a", "b"], ["c"], [], []]


def test_a_closed_queue_takes_no_more_calls() -> None:
    queue = _filled({"a": 0})
    queue.close()
    with pytest.raises(StorageFailed):
        queue.put(_call("b"))
    assert _group(queue) == ["a"]


@pytest.mark.parametrize("ending", [True, False], ids=["closing", "a call"])
def test_whoever_waits_for_a_group_is_woken_by(*, ending: bool) -> None:
    queue = CallQueue(Bounds())
    taken: list[list[str]] = []
    waiting = threading.Thread(target=lambda: taken.append(_group(queue)))
    waiting.start()
    if ending:
        queue.close()
    else:
        queue.put(_call("a"))
    waiting.join(PATIENCE)
    assert taken == [[] if ending else ["a"]]


@MODEST
@given(SIZES, st.integers(1, 5), st.integers(0, 60))
def test_groups_keep_the_order_lose_nothing_and_are_as_large_as_they_may_be(
    sizes: list[int], calls: int, size: int
) -> None:
    queue = _filled({f"{n}": each for n, each in enumerate(sizes)}, group_calls=calls, group_bytes=size)
    queue.close()
    groups = list(iter(lambda: [queued.call for queued in queue.take()], []))
    assert [call.request_id for group in groups for call in group] == [f"{n}" for n in range(len(sizes))]
    for group in groups:
        assert len(group) <= calls
        assert len(group) == 1 or sum(call.size for call in group) <= size
    for group, following in pairwise(groups):
        assert len(group) == calls or sum(call.size for call in [*group, following[0]]) > size


@MODEST
@given(SIZES, st.integers(1, 10), st.integers(0, 100))
def test_never_more_waits_than_may_and_a_call_is_refused_only_then(sizes: list[int], calls: int, size: int) -> None:
    queue = CallQueue(Bounds(waiting_calls=calls, waiting_bytes=size))
    waiting: list[int] = []
    for each in sizes:
        has_room = len(waiting) < calls and sum(waiting) + each <= size
        assert queue.is_full(each) is not has_room
        if has_room:
            queue.put(_call("", each))
            waiting.append(each)
        else:
            with pytest.raises(QueueFull):
                queue.put(_call("", each))
