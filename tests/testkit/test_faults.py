"""Every fault happens to the call that it fits, as the client of a program meets it: both clients, both ways."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest

from support.clients import Clients
from unyo.client import (
    AddMemo,
    AuthFailure,
    Clash,
    Client,
    ExclusionFailure,
    NoAnswer,
    NoRolesToClose,
    NotReached,
    NotTheApi,
    ParameterError,
    State,
    SystemFailure,
    TooManyRequests,
)
from unyo.storage import administration
from unyo.testkit import SATO, SUZUKI, TAKAHASHI, YAMADA, FaultNotMet, Uom
from unyo.tickets.directory import Role


def titles(uom: Uom, ticket_id: str) -> str:
    """What is stored, asked of nobody's client under test."""
    return uom.client(SUZUKI).tickets.get(ticket_id).title


# Conflicts.


def test_somebody_edits_before_the_next_update(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket()
    uom.faults.someone_edits(cause="佐藤の")
    with pytest.raises(ExclusionFailure) as failed:
        client_of().tickets.update(ticket, title="私の")
    assert failed.value.changes == (Clash("cause", "", "佐藤の", by=SATO.master_id),)
    assert titles(uom, ticket.ticket_id) == "CPU使用率が高い"
    assert client_of().tickets.update(ticket, title="私の", on_conflict="merge").cause == "佐藤の"


def test_who_edits_what_is_chosen_and_a_memo_does_as_well(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket()
    uom.faults.someone_edits(someone=TAKAHASHI)
    with pytest.raises(ExclusionFailure) as failed:
        client_of().tickets.update(ticket, title="私の")
    assert failed.value.changes == (Clash("memos.1", None, "確認しました。", by=TAKAHASHI.master_id),)
    uom.faults.someone_edits(memos=[AddMemo("佐藤の")], title="佐藤の件名")
    with pytest.raises(ExclusionFailure) as failed:
        client_of().tickets.update(uom.ticket(), title="私の")
    assert [each.field for each in failed.value.changes] == ["title", "memos.1"]


@pytest.mark.parametrize("mine", [{"title": "私の"}, {"memos": [AddMemo("私の")]}], ids=["a field", "a memo"])
def test_two_updates_of_one_second_leave_a_date_ahead_of_the_clock(
    uom: Uom, client_of: Clients, mine: dict[str, Any]
) -> None:
    ticket = uom.ticket()
    second = uom.clock()
    theirs: dict[str, Any] = {"title": "佐藤の"} if "title" in mine else {}
    uom.faults.same_second(**theirs)
    client_of().tickets.update(ticket, **mine)
    assert ticket.updated_at == second + timedelta(seconds=1)
    entries = list(client_of().tickets.history(ticket))
    assert [(entry.user_id, entry.at) for entry in entries] == [
        (SATO.master_id, second),
        (YAMADA.master_id, second),
        (YAMADA.master_id, second),
    ]
    client_of().tickets.update(ticket, title="また")


# Answers that do not come.


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_lost_answer_with_a_call_id_is_sent_again_and_carried_out_once(
    uom: Uom, client_of: Clients, *, carried_out: bool
) -> None:
    ticket = uom.ticket()
    uom.faults.on("UpdateTicket").lose_answer(carried_out=carried_out)
    client_of().tickets.memo.add(ticket, "一度だけ")
    assert [memo.text for memo in uom.client(SUZUKI).tickets.get(ticket.ticket_id).memos] == ["一度だけ"]
    lost, again = uom.journal.assert_called("UpdateTicket", times=2)
    assert (lost.was_lost, again.was_lost) == (True, False)
    assert bool(lost.answer) is carried_out
    if carried_out:
        assert lost.answer == again.answer
    assert lost.headers["x-iijapi-unyo-call"] == again.headers["x-iijapi-unyo-call"]


@pytest.mark.uom(as_vendor=True)
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_lost_answer_without_a_call_id_is_looked_up(uom: Uom, client_of: Clients, *, carried_out: bool) -> None:
    ticket = uom.ticket()
    uom.faults.on("UpdateTicket").lose_answer(carried_out=carried_out)
    client = client_of()
    if carried_out:
        assert client.tickets.update(ticket, title="私の").title == "私の"
    else:
        with pytest.raises(NoAnswer):
            client.tickets.update(ticket, title="私の")
    uom.journal.assert_called("UpdateTicket", times=1)
    assert titles(uom, ticket.ticket_id) == ("私の" if carried_out else "CPU使用率が高い")
    uom.faults.on("RegisterTicket").lose_answer(carried_out=carried_out)
    with pytest.raises(NoAnswer):
        client.tickets.register("incident", **uom_fields())
    stored = uom.journal.assert_called("RegisterTicket", times=1)[0].answer
    assert (stored is not None) is carried_out
    if stored:
        assert titles(uom, stored["TicketId"]) == "新しい"


def uom_fields() -> dict[str, Any]:
    return {
        "title": "新しい",
        "state": State.OPEN,
        "substate": "未対応",
        "priority": "中",
        "supported_group": "お客様",
        "importance": "中",
        "management_group": "制限しない",
    }


def test_nobody_is_reached(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket()
    uom.faults.on(times=2).unreachable()
    # A connection that was made cannot be unmade: over HTTP it ends.
    with pytest.raises(NoAnswer if client_of.url else NotReached):
        client_of(tries=2).tickets.get(ticket.ticket_id)
    assert client_of().tickets.get(ticket.ticket_id).title == ticket.title
    assert [call.status for call in uom.journal] == [0, 0, 200]


@pytest.mark.parametrize("before", [True, False])
def test_a_slow_call_is_carried_out_though_nobody_waits_for_it(uom: Uom, client_of: Clients, *, before: bool) -> None:
    ticket = uom.ticket()
    client = client_of(timeout=0.1, tries=1)
    client.tickets.get(ticket.ticket_id)
    uom.faults.on("UpdateTicket").latency(60, before=before)
    with pytest.raises(NoAnswer, match="ReadTimeout"):
        client.tickets.update(ticket, title="私の")
    uom.snapshot()  # which waits for calls that are on their way, and lets them hurry
    assert titles(uom, ticket.ticket_id) == "私の"
    assert uom.journal.assert_called("UpdateTicket", times=1)[0].faults == ("latency 60 s",)


def test_a_slow_answer_comes_all_the_same(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket()
    uom.faults.latency(0.1)
    started = time.monotonic()
    client_of().tickets.get(ticket.ticket_id)
    assert time.monotonic() - started >= 0.1


# Answers that are errors.


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_system_error_does_not_tell_whether_it_was_carried_out(
    uom: Uom, client_of: Clients, *, carried_out: bool
) -> None:
    ticket = uom.ticket()
    client = client_of(tries=1)
    client.tickets.get(ticket.ticket_id)
    uom.faults.on("UpdateTicket").system_error(carried_out=carried_out)
    with pytest.raises(SystemFailure) as failed:
        client.tickets.update(ticket, title="私の")
    assert (failed.value.error_type, failed.value.status, bool(failed.value.request_id)) == ("SYSTEM_ERROR", 200, True)
    assert titles(uom, ticket.ticket_id) == ("私の" if carried_out else "CPU使用率が高い")


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_proxy_answers_in_the_desks_place(uom: Uom, client_of: Clients, *, carried_out: bool) -> None:
    ticket = uom.ticket()
    client = client_of(tries=1)
    client.tickets.get(ticket.ticket_id)
    uom.faults.on("UpdateTicket").bad_gateway(carried_out=carried_out)
    with pytest.raises(NoAnswer, match="a proxy answered in place of the API: HTTP 502"):
        client.tickets.update(ticket, title="私の")
    assert titles(uom, ticket.ticket_id) == ("私の" if carried_out else "CPU使用率が高い")


def test_a_web_site_answers(uom: Uom, client_of: Clients) -> None:
    uom.faults.web_page()
    with pytest.raises(NotTheApi, match="is the endpoint right"):
        client_of().tickets.get("UTM1")


def test_a_rate_limit_says_when_to_come_again(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket()
    uom.faults.rate_limit(retry_after=3600)
    with pytest.raises(TooManyRequests) as refused:
        client_of().tickets.update(ticket.ticket_id, title="私の")
    assert (refused.value.retry_after, refused.value.status) == (3600, 429)
    assert titles(uom, ticket.ticket_id) == "CPU使用率が高い"


# Rights.


def test_the_approver_has_lost_the_right(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket(state=State.IN_PROGRESS)
    uom.faults.approver_lacks_right()
    with pytest.raises(ParameterError) as refused:
        client_of(SATO).tickets.request_close(ticket, YAMADA.master_id)
    assert refused.value.fields == ("FinishApprovalUserId",)
    assert uom.client().tickets.get(ticket.ticket_id).state == State.IN_PROGRESS
    with pytest.raises(ParameterError):  # for good
        client_of(SATO).tickets.request_close(ticket, YAMADA.master_id)


def test_the_caller_has_lost_the_right_that_closing_needs(uom: Uom, client_of: Clients) -> None:
    with uom.administer() as admin:
        administration.set_role(admin, TAKAHASHI.service_code, TAKAHASHI.master_id, Role.UPDATER, may_approve=True)
    ticket = uom.ticket(state=State.AWAITING_APPROVAL)
    uom.faults.caller_lacks_right()
    with pytest.raises(NoRolesToClose) as refused:
        client_of().tickets.update(ticket, state=State.CLOSED, approver=TAKAHASHI.master_id)
    assert refused.value.error_type == "NO_ROLES_TO_CLOSE"
    assert uom.client().tickets.get(ticket.ticket_id).state == State.AWAITING_APPROVAL
    with pytest.raises(NoRolesToClose):
        client_of().tickets.approve(ticket.ticket_id)
    client_of(TAKAHASHI).tickets.approve(ticket.ticket_id)


# Signatures and clocks.


def test_a_signature_expires_on_its_way(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket()
    uom.faults.clock_skew(hours=40)
    client = client_of()
    client.tickets.get(ticket.ticket_id)
    uom.faults.clear()  # what that client signs now is good for two days more
    uom.faults.expired_signature()
    with pytest.raises(AuthFailure):
        client_of().tickets.update(ticket.ticket_id, title="私の")
    uom.faults.expired_signature()
    client.tickets.get(ticket.ticket_id)
    assert [call.error_type for call in uom.journal[-3:]] == ["AUTH_FAILURE", "AUTH_FAILURE", ""]


@pytest.mark.parametrize("hours", [-200 * 24, -1, 30, 9000 * 24])
def test_a_clock_that_is_off_is_learnt_from_the_date(uom: Uom, client_of: Clients, hours: float) -> None:
    ticket = uom.ticket()
    uom.faults.clock_skew(hours=hours)
    client = client_of()
    client.tickets.update(ticket.ticket_id, title="私の")
    refused = [call.error_type for call in uom.journal].count("AUTH_FAILURE")
    assert refused == (0 if hours == -1 else 1)
    assert uom.edit(ticket.ticket_id, title="佐藤の").title == "佐藤の"  # whoever is inside goes by the true time


# What is aimed at.


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


@pytest.mark.uom(tls=True)
def test_faults_happen_over_tls(uom: Uom, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = uom.ticket()
    with uom.serve(tls=True) as served:
        for name, value in served.environment(SATO).items():
            monkeypatch.setenv(name, value)
        with Client.from_profile() as client:
            uom.faults.on("UpdateTicket").lose_answer(carried_out=True)
            client.tickets.memo.add(ticket, "一度だけ")
            uom.faults.clock_skew(hours=1000)
            assert len(client.tickets.get(ticket.ticket_id).memos) == 1
    assert served.url.startswith("https://127.0.0.1:")
    assert datetime.now(UTC) - uom.clock.true_time() < timedelta(minutes=1)
