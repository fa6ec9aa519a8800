"""Somebody else was faster: what is raised, what is sent again, what is merged."""

from typing import Literal

import pytest

from support.clients import Clients
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
from unyo.testkit import SATO, YAMADA, Uom

Mode = Literal["raise", "retry", "merge"]


def test_a_conflict_tells_what_was_changed_meanwhile_and_by_whom(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, cause="佐藤の", memos=[EditMemo(1, "壱"), DeleteMemo(2), AddMemo("三")])
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
    client: Client, uom: Uom, ticket: Incident, changes: int
) -> None:
    for number in range(changes):
        client.tickets.update(ticket.ticket_id, cause=f"{number}")
    uom.edit(ticket, cause="最後")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, title="x")
    assert failed.value.changes == (Clash("cause", "元", "最後", None, SATO.master_id),)


def test_memos_are_added_whoever_was_faster(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, memos=[AddMemo("佐藤の")])
    client.tickets.memo.add(ticket, "私の")
    assert [memo.text for memo in ticket.memos] == ["一", "二", "佐藤の", "私の"]


def test_retry_changes_memos_that_nobody_else_touched_and_no_others(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, title="佐藤の", memos=[EditMemo(1, "壱")])
    client.tickets.memo.edit(ticket, 2, "弐")
    assert [memo.text for memo in ticket.memos] == ["壱", "弐"]
    stale = client.tickets.get(ticket.ticket_id)
    uom.edit(stale, memos=[EditMemo(2, "にい")])
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.memo.edit(stale, 2, "ふた")
    assert failed.value.changes == (Clash("memos.2", "弐", "にい", "ふた", SATO.master_id, is_mine=True),)


def test_retry_does_not_send_fields_again(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, memos=[AddMemo("佐藤の")])
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, title="x", on_conflict="retry")
    assert [each.field for each in failed.value.changes] == ["memos.3"]


def test_merge_keeps_what_each_side_changed(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, cause="佐藤の", node_name="web01", memos=[DeleteMemo(2)])
    ticket.title, ticket.node_name = "私の件名", "web01"
    client.tickets.update(ticket, memos=[DeleteMemo(2), AddMemo("私の")], on_conflict="merge")
    assert (ticket.title, ticket.cause, ticket.node_name) == ("私の件名", "佐藤の", "web01")
    assert [(memo.number, memo.text) for memo in ticket.memos] == [(1, "一"), (3, "私の")]


def test_merge_raises_only_what_both_changed_to_different_values(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, cause="佐藤の", title="同じ", node_name="web01")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, cause="私の", title="同じ", influence="無", on_conflict="merge")
    assert failed.value.changes == (Clash("cause", "元", "佐藤の", "私の", SATO.master_id, is_mine=True),)
    assert ticket.changes == {}
    assert client.tickets.get(ticket.ticket_id).values["influence"] == ""


def test_merge_has_nothing_left_to_do_where_both_did_the_same(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, title="同じ", memos=[DeleteMemo(1)])
    client.tickets.update(ticket, title="同じ", memos=[DeleteMemo(1)], on_conflict="merge")
    assert (ticket.title, len(ticket.memos)) == ("同じ", 1)
    uom.journal.assert_called("UpdateTicket", times=1)


def test_an_approval_is_merged_with_its_approver(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.edit(ticket, state=State.AWAITING_APPROVAL, approver=YAMADA.master_id)
    client.tickets.update(ticket, title="私の件名", on_conflict="merge")
    assert (ticket.state, ticket.approver) == (State.AWAITING_APPROVAL, YAMADA.master_id)
    uom.edit(ticket, cause="佐藤の")
    client.tickets.approve(ticket, on_conflict="merge")
    assert (ticket.state, ticket.approver, ticket.cause) == (State.CLOSED, YAMADA.master_id, "佐藤の")


@pytest.mark.parametrize("mode", ["raise", "retry", "merge"])
def test_a_change_that_was_taken_back_is_no_conflict(client: Client, uom: Uom, ticket: Incident, mode: Mode) -> None:
    uom.edit(ticket, cause="佐藤の")
    uom.edit(ticket, cause="元")
    client.tickets.update(ticket, title="私の件名", on_conflict=mode)
    assert (ticket.title, ticket.cause) == ("私の件名", "元")


def test_somebody_who_is_always_faster_ends_the_tries(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.faults.on(times=10).someone_edits()
    with pytest.raises(ExclusionFailure):
        client.tickets.memo.add(ticket, "私の")
    uom.journal.assert_called("UpdateTicket", times=10)
    assert len(ticket.memos) == 2


def test_a_conflict_is_told_though_what_was_changed_cannot_be_read(
    clients: Clients, uom: Uom, ticket: Incident
) -> None:
    mine = clients(tries=1)
    mine.tickets.get(ticket.ticket_id)
    uom.edit(ticket, cause="佐藤の")
    uom.faults.on("GetTicketHistory").lose_answer(carried_out=True)
    with pytest.raises(ExclusionFailure) as untold:
        mine.tickets.update(ticket, title="x")
    assert untold.value.changes == (Clash("cause", "元", "佐藤の"),)
    uom.faults.on("GetTicketDetail").lose_answer(carried_out=True)
    with pytest.raises(ExclusionFailure) as failed:
        mine.tickets.update(ticket, title="x")
    assert failed.value.changes == ()
