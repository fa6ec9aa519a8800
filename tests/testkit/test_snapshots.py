"""A desk is again as it was: database, clock, numbers, journal, faults; and two desks are alike to the byte."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from support.clients import A_MOMENT, clients_of, know
from support.desks import NEW_INCIDENT, NO_PARAMETERS, DeskUnderTest, who
from support.kits import by_hand, without_date
from unyo.client import ExclusionFailure, NoAnswer, NoTicketId, SystemFailure
from unyo.testkit import SATO, YAMADA, FaultNotMet, Uom


def test_a_restored_desk_is_as_it_was_in_everything(uom: Uom) -> None:
    ticket = uom.ticket(memos=["一"])
    client = uom.client(SATO, tries=1)
    client.tickets.get(ticket.ticket_id)
    uom.clock.advance(hours=1)
    uom.clock.run()
    uom.faults.clock_skew(hours=2)
    uom.faults.on("UpdateTicket", times=2).system_error()
    mark, before = uom.snapshot(), uom.clock()

    with pytest.raises(SystemFailure):
        client.tickets.update(ticket, title="x")
    uom.faults.clear()
    uom.faults.rate_limit()
    uom.edit(ticket, title="佐藤の")
    assert uom.ticket().ticket_id == "UTM100002"
    uom.clock.set(before + timedelta(days=7))

    uom.restore(mark)
    assert client.tickets.get(ticket.ticket_id).values == ticket.values
    assert uom.clock.runs
    assert timedelta() <= uom.clock() - before < timedelta(minutes=1)
    assert uom.clock.skew == timedelta(hours=2)
    assert repr(uom.faults) == "<Faults: system_error before the commit UpdateTicket ×2>"
    assert [call.action for call in uom.journal] == ["GetTicketDetail"] * 2
    for _ in range(2):
        with pytest.raises(SystemFailure):
            client.tickets.update(ticket, title="x")
    assert client.tickets.update(ticket, title="私の").title == "私の"
    assert uom.ticket().ticket_id == "UTM100002"


def test_a_snapshot_can_be_restored_again_and_there_can_be_several(uom: Uom) -> None:
    ticket = uom.ticket(title="元")
    first = uom.snapshot()
    uom.edit(ticket, title="一")
    second = uom.snapshot()
    uom.edit(ticket, title="二")
    for mark, title in ((second, "一"), (first, "元"), (second, "一"), (first, "元"), (first, "元")):
        uom.restore(mark)
        assert uom.client().tickets.get(ticket.ticket_id).title == title
        uom.edit(ticket, title="また")
    uom.reset()
    with pytest.raises(NoTicketId):
        uom.client().tickets.get(ticket.ticket_id)
    uom.restore(second)
    assert uom.client().tickets.get(ticket.ticket_id).title == "一"


def test_a_reset_desk_is_a_fresh_one(uom: Uom) -> None:
    def _all(desk: DeskUnderTest) -> list[object]:
        return [without_date(desk.call("RegisterTicket", {**who(YAMADA), **NEW_INCIDENT})) for _ in range(2)]

    with by_hand(uom) as desk:
        first = _all(desk)
        uom.faults.latency(60)
        uom.clock.advance(days=1)
        uom.reset()
        assert _all(desk) == first
    assert len(uom.journal) == 2
    assert not uom.faults.waiting


def test_a_snapshot_of_another_desk_is_refused(uom: Uom) -> None:
    ticket = uom.ticket()
    with Uom() as other:
        for mark in (other.snapshot(), other._beginning):  # noqa: SLF001 - what reset restores
            with pytest.raises(ValueError, match="on the desk that it was made of"):
                uom.restore(mark)
    assert uom.client().tickets.get(ticket.ticket_id).title == ticket.title


CALLS: dict[str, Mapping[str, Any]] = {
    "RegisterTicket": NEW_INCIDENT,
    "GetTicketDetail": {"TicketId": "UTM100001"},
    "UpdateTicket": {
        "AssignUserId": SATO.master_id,
        "CorrespondLimitDate": "20260501090000",
        "CauseClassification": "調査中",
        "CorrespondProcessList": [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": "一"}],
    },
    "GetTicketHistory": {"TicketId": "UTM100001"},
    "GetTicketList": {},
    "GetOptionList": {},
}


def test_two_desks_that_are_told_the_same_answer_the_same_bytes() -> None:
    with ExitStack() as opened:
        desks = [opened.enter_context(Uom()) for _ in range(2)]
        calls = [opened.enter_context(by_hand(desk)) for desk in desks]
        read: dict[str, Any] = {}
        for action, parameters in CALLS.items():
            body = {**who(YAMADA), **(read if action == "UpdateTicket" else {}), **parameters}
            for fault in ("", "system_error", "rate_limit"):
                for desk in desks:
                    if fault:
                        getattr(desk.faults, fault)()
                one, two = [call.call(action, body) for call in calls]
                assert without_date(one) == without_date(two)
                if not fault:
                    assert one.error is None, one.body
                if action == "GetTicketDetail" and not fault:
                    read = {name: value for name, value in one.body.items() if name not in NO_PARAMETERS}
        assert str(desks[0].journal) == str(desks[1].journal)
        assert one.body["RequestId"].endswith(f"-{len(CALLS) * 3:08x}")


MANY = 4


def test_a_restore_waits_for_calls_and_loses_none(uom: Uom) -> None:
    ticket_id = uom.ticket().ticket_id
    mark, together = uom.snapshot(), Barrier(MANY + 1)

    def _work(number: int) -> int:
        client, done = uom.client(), 0
        together.wait(30)
        for turn in range(12):
            try:
                client.tickets.memo.add(ticket_id, f"{number}-{turn}")
            except ExclusionFailure:  # ten times in a row somebody else was faster
                continue
            done += 1
        return done

    with ThreadPoolExecutor(MANY) as pool:
        working = [pool.submit(_work, number) for number in range(MANY)]
        together.wait(30)
        while not all(each.done() for each in working):
            uom.restore(mark)
            uom.restore(uom.snapshot())
    assert sum(each.result() for each in working) > 0
    carried_out = [call for call in uom.journal.of("UpdateTicket") if not call.error_type]
    memos = uom.client().tickets.get(ticket_id).memos
    assert len(memos) == len(carried_out)
    assert [call.number for call in uom.journal] == list(range(1, len(uom.journal) + 1))
    assert all(call.status == 200 for call in uom.journal)
    assert "SYSTEM_ERROR" not in str(uom.journal)


def test_a_restore_does_not_wait_for_a_slow_answer(uom: Uom) -> None:
    ticket = uom.ticket()
    mark = uom.snapshot()
    client = uom.client(tries=1, timeout=A_MOMENT)
    know(client, ticket.ticket_id)
    uom.faults.on("UpdateTicket").latency(600)
    with pytest.raises(NoAnswer):
        client.tickets.update(ticket, title="x")
    uom.restore(mark)
    assert uom.client().tickets.get(ticket.ticket_id).title == ticket.title


@pytest.mark.parametrize("before", [True, False])
def test_a_desk_is_closed_without_waiting_for_a_slow_answer(*, before: bool) -> None:
    with Uom() as uom, clients_of("Client", uom, over_http=True) as clients:
        uom.faults.latency(600, before=before)
        with pytest.raises(NoAnswer):
            clients(tries=1, timeout=A_MOMENT).tickets.get("UTM1")


def test_threads_may_restore_at_once(uom: Uom) -> None:
    marks = [(uom.ticket(title=f"{number}").ticket_id, uom.snapshot()) for number in range(MANY)]

    def _restore(number: int) -> None:
        uom.restore(marks[number % MANY][1])
        uom.restore(uom.snapshot())

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(_restore, range(3 * MANY)))
    for there, (_, mark) in enumerate(marks, 1):
        uom.restore(mark)
        assert sorted(each.title for each in uom.client().tickets.list()) == [f"{number}" for number in range(there)]


def test_faults_that_wait_in_a_snapshot_are_told_once_they_are_restored() -> None:
    with pytest.warns(FaultNotMet), Uom() as uom:  # noqa: PT031 - it warns when the desk is closed
        uom.faults.bad_gateway()
        mark = uom.snapshot()
        uom.faults.clear()
        uom.restore(mark)
