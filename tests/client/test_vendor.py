"""Against the vendor's own endpoint: nothing but what the vendor documents, and nothing that may happen twice.

Whatever else reached it would fail the test (`nothing_of_ours`).
"""

from collections.abc import Iterator
from typing import Any

import pytest

from support.clients import FAULTS, Clients
from unyo.client import (
    AddMemo,
    Client,
    EditMemo,
    ExclusionFailure,
    Incident,
    NoAnswer,
    NotOffered,
    State,
    SystemFailure,
)
from unyo.testkit import YAMADA, Uom

pytestmark = pytest.mark.uom(as_vendor=True)


@pytest.fixture(autouse=True)
def nothing_of_ours(uom: Uom) -> Iterator[None]:
    """Whatever else than the vendor knows reached it fails the test."""
    yield
    known = {"x-iijapi-expire", "x-iijapi-signaturemethod", "x-iijapi-signatureversion"}
    for call in uom.journal:
        assert call.action in {"RegisterTicket", "GetTicketDetail", "UpdateTicket"}
        assert {name for name in call.headers if "unyo" in name or name.startswith("x-")} == known


def test_a_ticket_goes_from_registration_to_close(client: Client, whole: dict[str, Any]) -> None:
    ticket = client.tickets.register("incident", memos=["一"], **whole)
    client.tickets.update(ticket, cause="設定", call_id="0c1b0a8e-7b0c-4f6e-8f5b-0d3e5d1f6a51")
    client.tickets.memo.add(ticket, "二")
    client.tickets.request_close(ticket, YAMADA.master_id)
    client.tickets.approve(ticket)
    assert (ticket.state, ticket.cause, len(ticket.memos)) == (State.CLOSED, "設定", 2)
    assert client.raw("GetTicketDetail", {"TicketId": ticket.ticket_id})["StateCode"] == "クローズ"


def test_what_only_unyo_has_is_not_offered(client: Client, uom: Uom) -> None:
    with pytest.raises(NotOffered, match="GetTicketList is an extension of unyo"):
        list(client.tickets.list())
    uom.journal.assert_actions("GetTicketDetail")
    with pytest.raises(NotOffered):
        list(client.tickets.history("UTM123456"))
    with pytest.raises(NotOffered):
        client.options()
    with pytest.raises(NotOffered):
        client.raw("GetTicketHistory", {"TicketId": "UTM123456"})
    uom.journal.assert_actions("GetTicketDetail")


def test_a_conflict_is_told_and_merged_without_a_history(client: Client, uom: Uom, ticket: Incident) -> None:
    uom.faults.someone_edits(cause="佐藤の")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, title="私の")
    assert [(each.field, each.theirs, each.by) for each in failed.value.changes] == [("cause", "佐藤の", "")]
    client.tickets.update(ticket, title="私の", on_conflict="merge")
    assert (ticket.title, ticket.cause) == ("私の", "佐藤の")


@pytest.mark.parametrize("fault", ["lost after", "failed after", "bad gateway after"])
def test_an_update_whose_answer_was_lost_is_looked_at_and_not_sent_again(
    client: Client, ticket: Incident, uom: Uom, fault: str
) -> None:
    FAULTS[fault](uom.faults.on("UpdateTicket"))
    client.tickets.update(ticket, cause="¥n設定", memos=[AddMemo("三"), EditMemo(1, "壱")])
    assert (ticket.cause, [memo.text for memo in ticket.memos]) == ("\n設定", ["壱", "二", "三"])
    uom.journal.assert_called("UpdateTicket", times=1)


@pytest.mark.parametrize(
    ("fault", "error"), [("lost before", NoAnswer), ("bad gateway", NoAnswer), ("failed", SystemFailure)]
)
def test_an_update_that_was_not_carried_out_is_told_and_not_sent_again(
    client: Client, ticket: Incident, uom: Uom, fault: str, error: type[Exception]
) -> None:
    FAULTS[fault](uom.faults.on("UpdateTicket"))
    with pytest.raises(error):
        client.tickets.update(ticket, cause="設定")
    uom.journal.assert_called("UpdateTicket", times=1)
    assert (ticket.cause, client.tickets.get(ticket.ticket_id).values["cause"]) == ("元", "元")


def test_an_update_after_which_nothing_moved_was_not_carried_out(client: Client, ticket: Incident, uom: Uom) -> None:
    uom.faults.on("UpdateTicket").lose_answer(carried_out=False)
    with pytest.raises(NoAnswer):
        client.tickets.memo.delete(ticket, 99)


def test_somebody_elses_change_is_not_taken_for_the_lost_one(client: Client, ticket: Incident, uom: Uom) -> None:
    update = uom.faults.on("UpdateTicket")
    update.someone_edits(memos=[AddMemo("同じ")])
    update.lose_answer(carried_out=False)
    with pytest.raises(NoAnswer):
        client.tickets.memo.add(ticket, "同じ")


def test_an_update_that_cannot_be_looked_at_is_told_as_it_is(clients: Clients, ticket: Incident, uom: Uom) -> None:
    client = clients(tries=1)
    client.tickets.get(ticket.ticket_id)
    uom.faults.on("UpdateTicket").lose_answer(carried_out=True)
    uom.faults.on("GetTicketDetail").unreachable()
    with pytest.raises(NoAnswer, match="gave no answer"):
        client.tickets.update(ticket, cause="設定")
    uom.journal.assert_called("UpdateTicket", times=1)


def test_a_registration_whose_answer_was_lost_is_told_and_not_sent_again(
    client: Client, uom: Uom, whole: dict[str, Any]
) -> None:
    uom.faults.on("RegisterTicket").lose_answer(carried_out=True)
    with pytest.raises(NoAnswer):
        client.tickets.register("incident", **whole)
    uom.journal.assert_called("RegisterTicket", times=1)


def test_a_write_that_never_left_is_sent_again(client: Client, uom: Uom, whole: dict[str, Any]) -> None:
    for fault in ("unreached", "busy", "unreached"):
        FAULTS[fault](uom.faults.on("RegisterTicket"))
    client.tickets.register("incident", **whole)
    assert [call.error_type for call in uom.journal.of("RegisterTicket")] == ["", "TOO_MANY_REQUESTS", "", ""]
    assert uom.ticket().ticket_id == "UTM100002"


def test_what_an_action_of_ones_own_does_is_not_known(client: Client, uom: Uom) -> None:
    client.tickets.get(uom.ticket().ticket_id)
    uom.faults.on("UpdateTicket").lose_answer(carried_out=True)
    with pytest.raises(NoAnswer):
        client.raw("UpdateTicket", {"TicketId": "UTM123456"})
    uom.journal.assert_called("UpdateTicket", times=1)
