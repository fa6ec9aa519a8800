"""Somebody else was faster: what is raised, what is sent again, what is merged."""

from collections.abc import Callable
from typing import Literal

import pytest

from support.clients import Clients, Faulty, ToDesk
from unyo.cast import SATO, YAMADA
from unyo.client import (
    AddMemo,
    Clash,
    Client,
    DeleteMemo,
    EditMemo,
    ExclusionFailure,
    Incident,
    State,
)

Mode = Literal["raise", "retry", "merge"]


@pytest.fixture
def sato(clients: Clients, to_desk: ToDesk) -> Client:
    return clients(to_desk, SATO)


@pytest.fixture
def ticket(client: Client, register: Callable[..., Incident]) -> Incident:
    """One that YAMADA has read, with two memos."""
    return register(client, memos=["一", "二"], cause="元")


def test_a_conflict_tells_what_was_changed_meanwhile_and_by_whom(
    client: Client, sato: Client, ticket: Incident
) -> None:
    sato.tickets.update(ticket.ticket_id, cause="佐藤の", memos=[EditMemo(1, "壱"), DeleteMemo(2), AddMemo("三")])
    ticket.title, ticket.cause = "私の件名", "私の"
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, memos=[EditMemo(1, "1")])
    assert failed.value.changes == (
        Clash("cause", "元", "佐藤の", "私の", SATO.master_id, is_mine=True),
        Clash("memos.1", "一", "壱", "1", SATO.master_id, is_mine=True),
        Clash("memos.2", "二", None, None, SATO.master_id),
        Clash("memos.3", None, "三", None, SATO.master_id),
    )
    assert ticket.changes == {"title": ("CPU使用率が高い", "私の件名"), "cause": ("元", "私の")}
    assert client.tickets.get(ticket.ticket_id).title == "CPU使用率が高い"


@pytest.mark.parametrize("changes", [1, 3])
def test_who_is_told_of_several_changes_within_one_second(
    client: Client, sato: Client, ticket: Incident, changes: int
) -> None:
    for number in range(changes):
        client.tickets.update(ticket.ticket_id, cause=f"{number}")
    sato.tickets.update(ticket.ticket_id, cause="最後")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, title="x")
    assert failed.value.changes == (Clash("cause", "元", "最後", None, SATO.master_id),)


def test_memos_are_added_whoever_was_faster(client: Client, sato: Client, ticket: Incident) -> None:
    sato.tickets.memo.add(ticket.ticket_id, "佐藤の")
    client.tickets.memo.add(ticket, "私の")
    assert [memo.text for memo in ticket.memos] == ["一", "二", "佐藤の", "私の"]


def test_retry_changes_memos_that_nobody_else_touched_and_no_others(
    client: Client, sato: Client, ticket: Incident
) -> None:
    sato.tickets.update(ticket.ticket_id, title="佐藤の", memos=[EditMemo(1, "壱")])
    client.tickets.memo.edit(ticket, 2, "弐")
    assert [memo.text for memo in ticket.memos] == ["壱", "弐"]
    stale = client.tickets.get(ticket.ticket_id)
    sato.tickets.memo.edit(stale.ticket_id, 2, "にい")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.memo.edit(stale, 2, "ふた")
    assert failed.value.changes == (Clash("memos.2", "弐", "にい", "ふた", SATO.master_id, is_mine=True),)


def test_retry_does_not_send_fields_again(client: Client, sato: Client, ticket: Incident) -> None:
    sato.tickets.memo.add(ticket.ticket_id, "佐藤の")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, title="x", on_conflict="retry")
    assert [each.field for each in failed.value.changes] == ["memos.3"]


def test_merge_keeps_what_each_side_changed(client: Client, sato: Client, ticket: Incident) -> None:
    sato.tickets.update(ticket.ticket_id, cause="佐藤の", node_name="web01", memos=[DeleteMemo(2)])
    ticket.title, ticket.node_name = "私の件名", "web01"
    client.tickets.update(ticket, memos=[DeleteMemo(2), AddMemo("私の")], on_conflict="merge")
    assert (ticket.title, ticket.cause, ticket.node_name) == ("私の件名", "佐藤の", "web01")
    assert [(memo.number, memo.text) for memo in ticket.memos] == [(1, "一"), (3, "私の")]


def test_merge_raises_only_what_both_changed_to_different_values(
    client: Client, sato: Client, ticket: Incident
) -> None:
    sato.tickets.update(ticket.ticket_id, cause="佐藤の", title="同じ", node_name="web01")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, cause="私の", title="同じ", influence="無", on_conflict="merge")
    assert failed.value.changes == (Clash("cause", "元", "佐藤の", "私の", SATO.master_id, is_mine=True),)
    assert ticket.changes == {}
    assert client.tickets.get(ticket.ticket_id).values["influence"] == ""


def test_merge_has_nothing_left_to_do_where_both_did_the_same(
    client: Client, sato: Client, ticket: Incident, to_desk: ToDesk
) -> None:
    sato.tickets.update(ticket.ticket_id, title="同じ", memos=[DeleteMemo(1)])
    client.tickets.update(ticket, title="同じ", memos=[DeleteMemo(1)], on_conflict="merge")
    assert (ticket.title, len(ticket.memos), len(to_desk.bodies("UpdateTicket"))) == ("同じ", 1, 2)


def test_an_approval_is_merged_with_its_approver(client: Client, sato: Client, ticket: Incident) -> None:
    sato.tickets.request_close(ticket.ticket_id, YAMADA.master_id)
    client.tickets.update(ticket, title="私の件名", on_conflict="merge")
    assert (ticket.state, ticket.approver) == (State.AWAITING_APPROVAL, YAMADA.master_id)
    sato.tickets.update(ticket.ticket_id, cause="佐藤の")
    client.tickets.approve(ticket, on_conflict="merge")
    assert (ticket.state, ticket.approver, ticket.cause) == (State.CLOSED, YAMADA.master_id, "佐藤の")


@pytest.mark.parametrize("mode", ["raise", "retry", "merge"])
def test_a_change_that_was_taken_back_is_no_conflict(
    client: Client, sato: Client, ticket: Incident, mode: Mode
) -> None:
    sato.tickets.update(ticket.ticket_id, cause="佐藤の")
    sato.tickets.update(ticket.ticket_id, cause="元")
    client.tickets.update(ticket, title="私の件名", on_conflict=mode)
    assert (ticket.title, ticket.cause) == ("私の件名", "元")


def test_somebody_who_is_always_faster_ends_the_tries(
    client: Client, sato: Client, ticket: Incident, to_desk: ToDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry, number = to_desk.handle_request, 0

    def _faster(request: object) -> object:
        nonlocal number
        mine = to_desk.sent[-1:] and request.url.path.endswith("/UpdateTicket.json")  # type: ignore[attr-defined] # a request
        if mine and b"always" in request.read():  # type: ignore[attr-defined] # likewise
            number += 1
            sato.tickets.memo.add(ticket.ticket_id, f"{number}")
        return carry(request)  # type: ignore[arg-type] # likewise

    monkeypatch.setattr(to_desk, "handle_request", _faster)
    with pytest.raises(ExclusionFailure):
        client.tickets.memo.add(ticket, "always")
    assert number == 10
    assert len(ticket.memos) == 2


def test_a_conflict_is_told_though_what_was_changed_cannot_be_read(
    clients: Clients, faulty: Faulty, sato: Client, ticket: Incident
) -> None:
    mine = clients(faulty, tries=1)
    sato.tickets.update(ticket.ticket_id, cause="佐藤の")
    stale = Incident({})
    stale.__dict__.update(ticket.__dict__)
    mine.tickets.get(ticket.ticket_id)
    faulty.next("lost", action="GetTicketHistory")
    with pytest.raises(ExclusionFailure) as untold:
        mine.tickets.update(stale, title="x")
    assert untold.value.changes == (Clash("cause", "元", "佐藤の"),)
    faulty.next("lost", action="GetTicketDetail")
    with pytest.raises(ExclusionFailure) as failed:
        mine.tickets.update(stale, title="x")
    assert failed.value.changes == ()
