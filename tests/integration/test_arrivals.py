"""Calls gather in the event loop while the writer is at a group, and go over to it together."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from support.desks import NEW_INCIDENT, DeskUnderTest, desk_on
from support.gate import write_call
from support.installations import contents
from support.processes import PATIENCE
from unyo.api.arrivals import Arrivals
from unyo.services.ports import Done, Outcome, QueueFull
from unyo.storage.writing.queue import Bounds


@pytest.fixture
def desk(filled_url: str) -> Iterator[DeskUnderTest]:
    with desk_on(filled_url, bounds=Bounds(waiting_calls=12, group_calls=4)) as opened:
        yield opened


class Transactions:
    """Counts the writer's transactions; while the gate is shut each waits at its beginning."""

    def __init__(self) -> None:
        self.committed = 0
        self.gate = threading.Event()
        self.gate.set()
        self.at_the_gate = threading.Semaphore(0)

    def begin(self, _connection: object) -> None:
        self.at_the_gate.release()
        assert self.gate.wait(PATIENCE)

    def commit(self, _connection: object) -> None:
        self.committed += 1


@contextmanager
def counting(desk: DeskUnderTest) -> Iterator[Transactions]:
    for title in ("前", "後"):  # by the second, what the writer does once an hour is done
        assert desk.update(Title=title).error is None
    seen = Transactions()
    engine = desk.desk.engines.writing
    sa.event.listen(engine, "begin", seen.begin)
    sa.event.listen(engine, "commit", seen.commit)
    yield seen
    sa.event.remove(engine, "begin", seen.begin)
    sa.event.remove(engine, "commit", seen.commit)


def registration(arrivals: Arrivals, title: str = "新しいチケット") -> Coroutine[Any, Any, Outcome]:
    return arrivals.carry_out(write_call("RegisterTicket", {**NEW_INCIDENT, "Title": title}))


async def several(arrivals: Arrivals, count: int) -> list[Outcome]:
    return await asyncio.gather(*(registration(arrivals) for _ in range(count)))


def stored(desk: DeskUnderTest) -> set[object]:
    return {value for row in contents(desk.url)["tickets"] for value in row}


@pytest.mark.parametrize(("calls", "groups"), [(4, 1), (10, 3)])
def test_calls_of_one_turn_of_the_loop_are_committed_in_as_few_groups_as_hold_them(
    desk: DeskUnderTest, calls: int, groups: int
) -> None:
    with counting(desk) as seen:
        outcomes = asyncio.run(several(Arrivals(desk.desk.writer), calls))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert seen.committed == groups


def test_calls_that_come_turn_after_turn_are_committed_together(desk: DeskUnderTest) -> None:
    async def _late(arrivals: Arrivals, turns: int) -> Outcome:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await registration(arrivals)

    async def _play(arrivals: Arrivals) -> None:
        await asyncio.gather(*(_late(arrivals, turns) for turns in range(4)))

    with counting(desk) as seen:
        asyncio.run(_play(Arrivals(desk.desk.writer)))
    assert seen.committed == 1


def test_a_call_alone_is_committed_alone_at_once(desk: DeskUnderTest) -> None:
    async def _one_after_another(arrivals: Arrivals) -> None:
        for _ in range(3):
            assert isinstance(await registration(arrivals), Done)

    with counting(desk) as seen:
        asyncio.run(_one_after_another(Arrivals(desk.desk.writer)))
    assert seen.committed == 3


def test_what_comes_while_the_writer_is_at_a_group_gathers_and_goes_together(desk: DeskUnderTest) -> None:
    async def _play(arrivals: Arrivals, seen: Transactions) -> list[Outcome]:
        seen.gate.clear()
        tasks = [asyncio.create_task(registration(arrivals))]
        assert await asyncio.to_thread(seen.at_the_gate.acquire, timeout=PATIENCE)
        for _ in range(4):
            tasks.append(asyncio.create_task(registration(arrivals)))
            await asyncio.sleep(0)  # each in a turn of its own
        seen.gate.set()
        return await asyncio.gather(*tasks)

    with counting(desk) as seen:
        outcomes = asyncio.run(_play(Arrivals(desk.desk.writer), seen))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert seen.committed == 2


def test_what_a_caller_sends_on_its_answer_goes_with_what_had_gathered_by_then(desk: DeskUnderTest) -> None:
    async def _twice(arrivals: Arrivals) -> None:
        for _ in range(2):
            assert isinstance(await registration(arrivals), Done)

    async def _play(arrivals: Arrivals, seen: Transactions) -> None:
        seen.gate.clear()
        twice = asyncio.create_task(_twice(arrivals))
        assert await asyncio.to_thread(seen.at_the_gate.acquire, timeout=PATIENCE)
        meanwhile = asyncio.create_task(registration(arrivals))
        await asyncio.sleep(0)
        seen.gate.set()
        await asyncio.gather(twice, meanwhile)

    with counting(desk) as seen:
        asyncio.run(_play(Arrivals(desk.desk.writer), seen))
    assert seen.committed == 2


def test_a_caller_that_goes_away_is_served_and_keeps_nobody_waiting(desk: DeskUnderTest) -> None:
    async def _play(arrivals: Arrivals, seen: Transactions) -> Outcome:
        seen.gate.clear()
        leaving = asyncio.create_task(registration(arrivals, "去った人の"))
        assert await asyncio.to_thread(seen.at_the_gate.acquire, timeout=PATIENCE)
        leaving.cancel()
        staying = asyncio.create_task(registration(arrivals, "残った人の"))
        await asyncio.sleep(0)
        seen.gate.set()
        return await asyncio.wait_for(staying, PATIENCE)

    with counting(desk) as seen:
        assert isinstance(asyncio.run(_play(Arrivals(desk.desk.writer), seen)), Done)
    assert {"去った人の", "残った人の"} <= stored(desk)


def test_a_call_that_finds_no_room_is_refused_and_those_before_it_are_served(desk: DeskUnderTest) -> None:
    async def _too_many(arrivals: Arrivals) -> list[Outcome | BaseException]:
        return await asyncio.gather(*(registration(arrivals) for _ in range(14)), return_exceptions=True)

    with counting(desk):
        outcomes = asyncio.run(_too_many(Arrivals(desk.desk.writer)))
    assert [type(outcome) for outcome in outcomes] == [Done] * 12 + [QueueFull] * 2
