"""The kit reads a call's body as the desk does."""

import pytest

from support.demonstration import SATO
from support.processes import Client
from unyo.testkit import Served, Uom


def test_a_body_quoted_by_the_pages_rule_meets_its_fault_and_is_in_the_journal(uom: Uom, uom_server: Served) -> None:
    ticket_id = uom.ticket().ticket_id
    uom.faults.on(ticket=ticket_id).rate_limit()
    with Client(uom_server.url, SATO) as client:
        path, content, headers = client.signed("GetTicketDetail", {"TicketId": ticket_id, "Title": "it's"})
        answer = client.post(path, content.replace(b"'", rb"\'"), headers)
    assert answer.status == 429
    (call,) = uom.journal
    assert (call.ticket_id, call.holds({"Title": "it's"})) == (ticket_id, True)


@pytest.mark.parametrize(
    "content", [b'{"Title": NaN}', b'{"Title":' * 40 + b"1" + b"}" * 40, b'{"Title": "\xff"}', b"[]"]
)
def test_what_the_desk_does_not_read_is_no_body_to_the_kit_either(uom: Uom, uom_server: Served, content: bytes) -> None:
    with Client(uom_server.url, SATO) as client:
        path, _, headers = client.signed("GetTicketDetail", {})
        assert client.post(path, content, headers).status == 400
    assert [(call.action, call.body) for call in uom.journal] == [("GetTicketDetail", None)]


def test_a_name_that_no_terminal_should_get_is_escaped_where_the_journal_tells_of_it(
    uom: Uom, uom_server: Served
) -> None:
    with Client(uom_server.url, SATO) as client:
        client.call("GetTicketDetail", {"TicketId": "UTM1", "a\x1b[2J\n\ud800": "x"})
    assert str(uom.journal).endswith(r"PARAMETER_ERROR a\x1b[2J\n\ud800")


def test_a_journal_that_is_asked_of_no_action_says_so_and_does_not_pass(uom: Uom) -> None:
    for ask in (uom.journal.of, uom.journal.assert_called, uom.journal.assert_not_called, uom.journal.assert_actions):
        with pytest.raises(ValueError, match="there is no action 'UpdateTickt': RegisterTicket, "):
            ask("UpdateTickt")
