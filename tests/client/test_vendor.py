"""Against the vendor's own endpoint: nothing but what the vendor documents, and nothing that may happen twice.

Whatever else reached it would fail the test (`support.clients.Vendor`).
"""

from collections.abc import Callable

import pytest

from support.clients import Clients, Faulty, ToDesk
from unyo.cast import SATO, YAMADA
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


@pytest.fixture
def client(clients: Clients, vendor: Faulty) -> Client:
    return clients(vendor)


@pytest.fixture
def ticket(client: Client, register: Callable[..., Incident]) -> Incident:
    return register(client, memos=["一"])


def test_a_ticket_goes_from_registration_to_close(client: Client, ticket: Incident) -> None:
    client.tickets.update(ticket, cause="設定", call_id="0c1b0a8e-7b0c-4f6e-8f5b-0d3e5d1f6a51")
    client.tickets.memo.add(ticket, "二")
    client.tickets.request_close(ticket, YAMADA.master_id)
    client.tickets.approve(ticket)
    assert (ticket.state, ticket.cause, len(ticket.memos)) == (State.CLOSED, "設定", 2)
    assert client.raw("GetTicketDetail", {"TicketId": ticket.ticket_id})["StateCode"] == "クローズ"


def test_what_only_unyo_has_is_not_offered(client: Client, to_desk: ToDesk) -> None:
    with pytest.raises(NotOffered, match="GetTicketList is an extension of unyo"):
        list(client.tickets.list())
    assert set(to_desk.actions()) == {"GetTicketDetail"}
    sent = len(to_desk.sent)
    with pytest.raises(NotOffered):
        list(client.tickets.history("UTM123456"))
    with pytest.raises(NotOffered):
        client.options()
    with pytest.raises(NotOffered):
        client.raw("GetTicketHistory", {"TicketId": "UTM123456"})
    assert len(to_desk.sent) == sent


def test_a_conflict_is_told_and_merged_without_a_history(
    clients: Clients, vendor: Faulty, client: Client, ticket: Incident
) -> None:
    clients(vendor, SATO).tickets.update(ticket.ticket_id, cause="佐藤の")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, title="私の")
    assert [(each.field, each.theirs, each.by) for each in failed.value.changes] == [("cause", "佐藤の", "")]
    client.tickets.update(ticket, title="私の", on_conflict="merge")
    assert (ticket.title, ticket.cause) == ("私の", "佐藤の")


@pytest.mark.parametrize("fault", ["lost", "failed after"])
def test_an_update_whose_answer_was_lost_is_looked_at_and_not_sent_again(
    client: Client, ticket: Incident, vendor: Faulty, to_desk: ToDesk, fault: str
) -> None:
    vendor.next(fault, action="UpdateTicket")  # type: ignore[arg-type] # one of them
    client.tickets.update(ticket, cause="¥n設定", memos=[AddMemo("二"), EditMemo(1, "壱")])
    assert (ticket.cause, [memo.text for memo in ticket.memos]) == ("\n設定", ["壱", "二"])
    assert len(to_desk.bodies("UpdateTicket")) == 1


@pytest.mark.parametrize(
    ("fault", "error"), [("timed out", NoAnswer), ("bad gateway", NoAnswer), ("failed", SystemFailure)]
)
def test_an_update_that_was_not_carried_out_is_told_and_not_sent_again(
    client: Client, ticket: Incident, vendor: Faulty, to_desk: ToDesk, fault: str, error: type[Exception]
) -> None:
    vendor.next(fault, action="UpdateTicket")  # type: ignore[arg-type] # one of them
    with pytest.raises(error):
        client.tickets.update(ticket, cause="設定")
    assert to_desk.bodies("UpdateTicket") == []
    assert (ticket.cause, client.tickets.get(ticket.ticket_id).values["cause"]) == ("", "")


def test_an_update_after_which_nothing_moved_was_not_carried_out(
    client: Client, ticket: Incident, vendor: Faulty
) -> None:
    vendor.next("timed out", action="UpdateTicket")
    with pytest.raises(NoAnswer):
        client.tickets.memo.delete(ticket, 99)


def test_somebody_elses_change_is_not_taken_for_the_lost_one(
    clients: Clients, client: Client, ticket: Incident, vendor: Faulty
) -> None:
    clients(vendor, SATO).tickets.memo.add(ticket.ticket_id, "同じ")
    vendor.next("timed out", action="UpdateTicket")
    with pytest.raises(NoAnswer):
        client.tickets.memo.add(ticket, "同じ")


def test_an_update_that_cannot_be_looked_at_is_told_as_it_is(
    clients: Clients, vendor: Faulty, ticket: Incident, to_desk: ToDesk
) -> None:
    client = clients(vendor, tries=1)
    client.tickets.get(ticket.ticket_id)
    vendor.next("lost", action="UpdateTicket")
    vendor.next("unreached", action="GetTicketDetail")
    with pytest.raises(NoAnswer, match="gave no answer"):
        client.tickets.update(ticket, cause="設定")
    assert len(to_desk.bodies("UpdateTicket")) == 1


def test_a_registration_whose_answer_was_lost_is_told_and_not_sent_again(
    client: Client, vendor: Faulty, to_desk: ToDesk, register: Callable[..., Incident]
) -> None:
    vendor.next("lost", action="RegisterTicket")
    with pytest.raises(NoAnswer):
        register(client)
    assert len(to_desk.bodies("RegisterTicket")) == 1


def test_a_write_that_never_left_is_sent_again(
    client: Client, vendor: Faulty, to_desk: ToDesk, register: Callable[..., Incident]
) -> None:
    vendor.next("unreached", "busy", "unreached", action="RegisterTicket")
    register(client)
    assert len(to_desk.bodies("RegisterTicket")) == 1


def test_what_an_action_of_ones_own_does_is_not_known(client: Client, vendor: Faulty) -> None:
    client.tickets.get("UTM123456")
    vendor.next("lost", action="UpdateTicket")
    with pytest.raises(NoAnswer):
        client.raw("UpdateTicket", {"TicketId": "UTM123456"})
    assert vendor.met == ["lost"]
