"""Which calls a fault happens to, and what is told of one that did not happen."""

import sys
from collections.abc import Iterator
from datetime import datetime
from threading import Event, Thread
from typing import Any

import pytest

from support.clients import Clients
from unyo.client import (
    AddMemo,
    ExclusionFailure,
    ParameterError,
    SystemFailure,
)
from unyo.testkit import SATO, YAMADA, FaultNotMet, Uom


def test_a_fault_waits_for_the_calls_that_it_fits(uom: Uom, client_of: Clients) -> None:
    mine, other = uom.ticket(), uom.ticket()
    yamada, sato = client_of(tries=1), client_of(SATO, tries=1)
    uom.faults.on("GetTicketDetail", by=SATO, ticket=mine, times=2).system_error()
    yamada.tickets.get(mine.ticket_id)
    sato.tickets.get(other.ticket_id)
    for _ in range(2):
        with pytest.raises(SystemFailure):
            sato.tickets.get(mine.ticket_id)
    assert not uom.faults.waiting
    sato.tickets.get(mine.ticket_id)
    assert [call.faults for call in uom.journal] == [(), (), *[("system_error before the commit",)] * 2, ()]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("RegisterTicket", "caller_lacks_right is for UpdateTicket: nothing else requires the approval right"),
        ("GetTicketDetail", "a call of GetTicketDetail names no approver"),
    ],
)
def test_a_right_is_not_taken_for_calls_that_never_need_it(uom: Uom, action: str, said: str) -> None:
    faults = uom.faults.on(action)
    with pytest.raises(ValueError, match=said):
        faults.caller_lacks_right() if said.startswith("caller") else faults.approver_lacks_right()
    assert uom.faults.waiting == []


def test_an_outage_lasts_until_it_is_cleared(uom: Uom, recwarn: pytest.WarningsRecorder) -> None:
    ticket = uom.ticket()
    client = uom.client(tries=1)
    uom.faults.on("UpdateTicket", always=True).system_error()
    mark = uom.snapshot()
    for _ in range(3):
        with pytest.raises(SystemFailure):
            client.tickets.update(ticket, title="x")
    assert [str(each) for each in uom.faults.waiting] == ["system_error before the commit UpdateTicket always"]
    uom.warn()
    assert not recwarn.list, "it has happened"
    uom.faults.clear()
    client.tickets.update(ticket, title="x")
    uom.restore(mark)
    with pytest.warns(FaultNotMet, match="system_error before the commit UpdateTicket always"):
        uom.warn()
    uom.faults.clear()


def test_answers_queue_up_and_other_faults_go_together(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket()
    uom.faults.rate_limit()
    uom.faults.system_error()
    uom.faults.unreachable()
    uom.faults.latency(0)
    client_of().tickets.get(ticket.ticket_id)
    assert [call.faults for call in uom.journal] == [
        ("rate_limit", "latency 0 s"),
        ("system_error before the commit",),
        ("unreachable",),
        (),
    ]
    on = uom.faults.on("UpdateTicket")
    on.someone_edits(cause="佐藤の")
    on.lose_answer(carried_out=True)
    with pytest.raises(ExclusionFailure):
        client_of().tickets.update(ticket, title="私の")
    assert uom.journal.of("UpdateTicket")[0].faults == ("someone_edits", "lose_answer after the commit")
    assert uom.journal.of("UpdateTicket")[0].was_lost


def test_several_edits_meet_several_updates(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket(cause="元")
    uom.faults.on(times=10).someone_edits(memos=[AddMemo("また")])
    with pytest.raises(ExclusionFailure):
        client_of().tickets.memo.add(ticket, "私の")
    uom.journal.assert_called("UpdateTicket", times=10)
    client_of().tickets.memo.add(ticket, "私の")
    assert [memo.text for memo in ticket.memos] == [*["また"] * 10, "私の"]


def test_faults_are_disarmed_and_shown(uom: Uom) -> None:
    uom.faults.on("UpdateTicket", by=SATO, ticket="UTM1", times=3).bad_gateway()
    uom.faults.latency(1.5)
    uom.faults.clock_skew(hours=48)
    assert repr(uom.faults) == "<Faults: bad_gateway UpdateTicket by SA7654321 UTM1 ×3, latency 1.5 s>"
    uom.faults.clear()
    assert repr(uom.faults) == "<Faults: none waits>"
    uom.client().tickets.get(uom.ticket().ticket_id)
    assert [call.error_type for call in uom.journal] == [""]


def test_a_fault_that_could_never_happen_is_told_when_it_is_armed(uom: Uom) -> None:
    for refused, told in (
        (lambda: uom.faults.on("Updateticket"), "there is no action 'Updateticket': RegisterTicket, "),
        (lambda: uom.faults.on(times=0), "once at least"),
        (lambda: uom.faults.on(times=2, always=True), "so many times, or always"),
        (lambda: uom.faults.on("RegisterTicket").someone_edits(), "RegisterTicket names no ticket"),
        (lambda: uom.faults.on("GetTicketList").same_second(), "GetTicketList names no ticket"),
        (lambda: uom.faults.on("UpdateTicket").clock_skew(hours=1), "the same for all calls"),
        (lambda: uom.faults.clock_skew(hours=10**9), "a century at the most"),
        (lambda: uom.faults.clock_skew(hours=float("nan")), "a century at the most"),
        (lambda: uom.faults.latency(-1), "a number of seconds"),
        (lambda: uom.faults.latency(float("inf")), "a number of seconds"),
        (lambda: uom.faults.rate_limit(retry_after=0), "a second at least"),
    ):
        with pytest.raises(ValueError, match=told):
            refused()
    with pytest.raises(TypeError, match="no field titel"):
        uom.faults.someone_edits(titel="x")
    assert not uom.faults.waiting


def test_a_fault_that_did_not_happen_is_told_at_the_end() -> None:
    with pytest.warns(FaultNotMet, match="no call came that this fault fits: bad_gateway UpdateTicket"), Uom() as uom:
        uom.faults.on("UpdateTicket").bad_gateway()


@pytest.mark.parametrize(
    ("kind", "changes", "why"),
    [
        ("incident", {"title": "CPU使用率が高い"}, "it changes nothing"),
        ("request", {"cause": "x"}, "has no field cause"),
        ("incident", {"priority": "最高"}, "PARAMETER_ERROR"),
        ("incident", {"limit_date": datetime(2026, 5, 1)}, "limit_date needs a zone"),  # noqa: DTZ001 - what is refused
    ],
)
def test_an_edit_that_could_not_be_done_breaks_no_call_and_is_told(
    kind: str, changes: dict[str, Any], why: str
) -> None:
    with Uom() as uom:
        ticket = uom.ticket(kind)  # type: ignore[call-overload] # one of them
        uom.faults.someone_edits(**changes)
        assert uom.client().tickets.update(ticket, title="私の").title == "私の"
        with pytest.warns(FaultNotMet, match=f"of call 2 .UpdateTicket. is one which could not be done: .*{why}"):
            uom.warn()
        uom.journal.clear()


def test_an_update_that_is_refused_is_followed_by_no_other() -> None:
    with Uom() as uom:
        ticket = uom.ticket()
        uom.faults.same_second(cause="佐藤の")
        with pytest.raises(ParameterError):
            uom.client().tickets.update(ticket, priority="最高")
        assert uom.client().tickets.get(ticket.ticket_id).cause == ""  # type: ignore[union-attr] # an incident
        with pytest.warns(FaultNotMet, match="the call was not carried out"):
            uom.warn()
        uom.journal.clear()


@pytest.fixture
def many_turns() -> Iterator[None]:
    """Threads take turns far more often than usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("many_turns")
def test_a_fault_that_is_armed_while_calls_come_is_not_lost(uom: Uom) -> None:
    ticket, is_over = uom.ticket(), Event()

    def _call() -> None:
        client = uom.client()
        while not is_over.is_set():
            client.tickets.get(ticket.ticket_id)

    calling = Thread(target=_call)
    calling.start()
    try:
        for _ in range(200):
            uom.faults.on("GetTicketDetail", by=YAMADA).latency(0)
    finally:
        while uom.faults.waiting and calling.is_alive():
            uom.clock()
        is_over.set()
        calling.join()
    assert sum(len(call.faults) for call in uom.journal) == 200
