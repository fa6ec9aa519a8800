"""As the vendor's desk is: without what only unyo has; and what a program leans on is told by name."""

import warnings
from typing import Any

import pytest

from support.clients import Clients
from support.desks import NEW_INCIDENT, who
from support.kits import by_hand
from unyo.client import ExclusionFailure, NotOffered, State
from unyo.testkit import SATO, YAMADA, ExtensionUsed, Uom
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER

UUID = "5f0c7f5a-3a6e-4f7a-9d3c-1f2e3d4c5b6a"


@pytest.mark.uom(as_vendor=True)
def test_the_client_works_as_against_the_vendor(uom: Uom, client_of: Clients) -> None:
    ticket = uom.ticket(memos=["一"])
    client = client_of()
    client.tickets.update(ticket, cause="設定", call_id=UUID)
    uom.faults.someone_edits(title="佐藤の")
    with pytest.raises(ExclusionFailure) as failed:
        client.tickets.update(ticket, cause="また")
    assert [(each.field, each.by) for each in failed.value.changes] == [("title", "")]
    client.tickets.request_close(client.tickets.get(ticket.ticket_id), YAMADA.master_id)
    assert client.tickets.approve(ticket.ticket_id).state == State.CLOSED
    for asked in (lambda: list(client.tickets.list()), lambda: list(client.tickets.history(ticket)), client.options):
        with pytest.raises(NotOffered):
            asked()
    assert {call.action for call in uom.journal} == {"GetTicketDetail", "UpdateTicket"}
    assert not any(call.extensions for call in uom.journal)


@pytest.mark.uom(as_vendor=True)
@pytest.mark.parametrize("action", [name for name, action in ACTIONS.items() if action.is_extension])
def test_an_extension_is_not_there(uom: Uom, action: str) -> None:
    with by_hand(uom) as desk:
        answer = desk.call(action, who(YAMADA))
        nothing = desk.transport.request("POST", "/r/20221221/Nothing.json", b"{}", [])
    assert (answer.status, answer.error) == (nothing.status, nothing.error)
    assert answer.error_type == "NOT_FOUND"
    assert [name for name in answer.headers if name.lower().startswith(("x-", "ratelimit"))] == []


@pytest.mark.uom(as_vendor=True)
def test_no_answer_has_a_header_of_ours_and_a_call_id_means_nothing(uom: Uom) -> None:
    with by_hand(uom) as desk:
        body = {**who(YAMADA), **NEW_INCIDENT}
        for number, call_id in enumerate((UUID, UUID, "no call id"), 1):
            answer = desk.call("RegisterTicket", body, headers={CALL_ID_HEADER: call_id})
            assert answer.body["TicketId"] == f"UTM10000{number}"
            assert sorted(name.lower() for name in answer.headers) == ["content-length", "content-type", "date"]
        uom.faults.system_error()
        uom.faults.rate_limit()
        for _ in range(2):
            answer = desk.call("GetTicketDetail", body)
            assert [name for name in answer.headers if name.lower().startswith(("x-", "ratelimit"))] == []


def _warned(uom: Uom) -> list[str]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        uom.warn()
    assert all(each.category is ExtensionUsed for each in told)
    return [str(each.message) for each in told]


def test_a_strict_desk_names_what_a_program_leans_on() -> None:
    with Uom(strict=True) as uom:
        client = uom.client()
        ticket = uom.ticket()
        list(client.tickets.list())
        list(client.tickets.list())
        list(client.tickets.history(ticket))
        with by_hand(uom) as desk:
            desk.call("RegisterTicket", {**who(YAMADA), **NEW_INCIDENT}, headers={CALL_ID_HEADER: UUID})
        says = "is an extension of unyo: the vendor has no such thing"
        assert _warned(uom) == [
            f"GetTicketList (2×) {says}",
            f"GetTicketHistory (1×) {says}",
            f"x-iijapi-unyo-call (1×) {says}",
        ]
        uom.journal.clear()


def test_what_our_client_does_without_elsewhere_is_leant_on_by_nobody() -> None:
    with Uom(strict=True) as uom:
        client, ticket = uom.client(), uom.ticket()
        client.tickets.update(ticket, title="x")
        uom.faults.someone_edits(title="佐藤の")
        with pytest.raises(ExclusionFailure):
            client.tickets.update(ticket, cause="私の")
        assert uom.journal.of("GetTicketHistory")
        assert _warned(uom) == []
        list(uom.client(SATO).tickets.history(ticket))
        assert len(_warned(uom)) == 1
        uom.journal.clear()


@pytest.mark.parametrize("options", [{}, {"strict": False}, {"as_vendor": True}])
def test_a_desk_that_is_not_strict_names_nothing(options: dict[str, Any]) -> None:
    with Uom(**options) as uom:
        with by_hand(uom) as desk:
            desk.call("GetTicketList", who(YAMADA))
        assert _warned(uom) == []
