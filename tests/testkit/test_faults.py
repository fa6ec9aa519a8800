"""Every fault happens to the call that it fits, as the client of a program meets it: both clients, both ways."""

import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from support.clients import A_MOMENT, Clients, know
from unyo.bootstrap.clock import system_clock
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
from unyo.testkit import SATO, SUZUKI, TAKAHASHI, YAMADA, Uom
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


def test_two_updates_are_of_one_second_on_a_clock_that_runs_too(uom: Uom, client_of: Clients) -> None:
    ticket, seconds = uom.ticket(), count()
    uom.clock.true_time = lambda: system_clock() + timedelta(seconds=next(seconds))
    uom.clock.run()
    uom.faults.same_second(title="佐藤の")
    client_of().tickets.update(ticket, title="私の")
    theirs, mine, _ = client_of().tickets.history(ticket)
    assert (theirs.user_id, theirs.at) == (SATO.master_id, mine.at)
    assert uom.clock.runs
    assert uom.clock() > mine.at + timedelta(seconds=1)


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
    client = client_of(timeout=A_MOMENT, tries=1)
    know(client, ticket.ticket_id)
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
