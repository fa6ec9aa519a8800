"""The journal says what was called and answered; its assertions fail with all of it; no secret is in any of it."""

import re
from datetime import timedelta

import pytest

from unyo.client import ExclusionFailure, NoAnswer
from unyo.testkit import SATO, YAMADA, Journal, Uom

TOLD = """\
expected UpdateTicket(Title='別の', Priority='高') at least once, found 0×:
    1 09:00:00 GetTicketDetail  SA1234567 UTM1      200 NO_TICKET_ID
    2 09:00:00 UpdateTicket     SA1234567 UTM100001 200 EXCLUSION_FAILURE [fault: someone_edits]
    3 09:00:00 GetTicketDetail  SA1234567 UTM100001 200 OK
    4 09:00:00 GetTicketHistory SA1234567 UTM100001 200 OK
    5 21:30:00 GetTicketDetail  SA7654321 UTM100001 200 OK [answer lost] [fault: lose_answer after the commit]
    6 21:30:00 GetTicketDetail  SA7654321 UTM100001 --- (no answer) [answer lost] [fault: unreachable]
    7 21:30:00 GetTicketDetail  SA7654321 UTM100001 502 (no answer) [fault: bad_gateway]
    8 21:30:00 GetTicketDetail  SA7654321 UTM100001 200 OK
    9 21:30:00 Nothing          SA7654321           404 NOT_FOUND
   10 21:30:00 UpdateTicket     SA7654321 UTM100001 200 PARAMETER_REQUIRED \
TicketProcessType, Priority, CorrespondLimitDate, StateInse…"""

_TWICE = "UpdateTicket, UpdateTicket"


def _work(uom: Uom) -> None:
    ticket = uom.ticket()
    uom.faults.someone_edits()
    with pytest.raises(ExclusionFailure):
        uom.client().tickets.update(ticket, title="私の")
    uom.clock.advance(hours=12, minutes=30)
    uom.faults.lose_answer(carried_out=True)
    uom.faults.unreachable()
    uom.faults.bad_gateway()
    client = uom.client(SATO)
    client.tickets.get(ticket.ticket_id)
    for action, body in (("Nothing", {}), ("UpdateTicket", {"TicketId": ticket.ticket_id})):
        with pytest.raises(Exception, match=r"NOT_FOUND|PARAMETER_REQUIRED"):
            client.raw(action, body)


def test_an_assertion_that_fails_shows_every_call(uom: Uom) -> None:
    _work(uom)
    with pytest.raises(AssertionError) as failed:
        uom.journal.assert_called("UpdateTicket", Title="別の", Priority="高")
    assert str(failed.value) == TOLD
    calls = TOLD.partition("\n")[2]
    assert str(uom.journal) == calls
    for check, told in (
        (lambda: uom.journal.assert_called("UpdateTicket", times=3), "expected UpdateTicket() 3×, found 2×:\n"),
        (lambda: uom.journal.assert_not_called("GetTicketHistory"), "expected GetTicketHistory() 0×, found 1×:\n"),
        (lambda: uom.journal.assert_actions("UpdateTicket", "UpdateTicket"), f"expected the calls {_TWICE}, found:\n"),
        (uom.journal.assert_actions, "expected the calls (none), found:\n"),
    ):
        with pytest.raises(AssertionError) as failed:
            check()
        assert str(failed.value) == told + calls
    uom.journal.clear()
    with pytest.raises(AssertionError, match=r"found 0×:\n  \(no call was received\)"):
        uom.journal.assert_called("UpdateTicket")


def test_assertions_that_hold_give_the_calls(uom: Uom) -> None:
    _work(uom)
    (mine,) = uom.journal.assert_called("UpdateTicket", times=1, Title="私の")
    assert mine.body is not None
    assert (mine.body["Title"], mine.ticket_id, mine.master_id) == ("私の", "UTM100001", YAMADA.master_id)
    assert (mine.error_type, mine.at) == ("EXCLUSION_FAILURE", uom.clock() - timedelta(hours=12, minutes=30))
    assert re.fullmatch(r"0{8}-0{8}-0{8}-0{8}-[0-9a-f]{8}", mine.request_id)
    assert len(uom.journal.assert_called("UpdateTicket")) == 2
    uom.journal.assert_not_called("UpdateTicket", Title="別の")
    uom.journal.assert_not_called("RegisterTicket")
    uom.journal[:4].assert_actions("GetTicketDetail", "UpdateTicket", "GetTicketDetail", "GetTicketHistory")
    assert isinstance(uom.journal[1:3], Journal)
    assert uom.journal.of("GetTicketDetail", TicketId="UTM100001")[0] == uom.journal[2]
    assert mine in uom.journal


def test_a_call_is_found_by_what_its_body_holds_and_not_by_what_it_lacks(uom: Uom) -> None:
    client = uom.client()
    with pytest.raises(Exception, match="PARAMETER"):
        client.raw("GetTicketDetail", {"TicketId": None})
    assert len(uom.journal.of("GetTicketDetail", TicketId=None)) == 1
    uom.journal.assert_not_called("GetTicketDetail", Title=None)


def test_no_secret_is_in_anything_that_the_kit_shows(uom: Uom) -> None:
    ticket = uom.ticket()
    client = uom.client(tries=1)
    uom.faults.lose_answer(carried_out=True)
    with pytest.raises(NoAnswer) as failed:
        client.tickets.get(ticket.ticket_id)
    uom.faults.on(by=YAMADA, ticket=ticket).bad_gateway()
    mark = uom.snapshot()
    with pytest.raises(AssertionError) as untrue:
        uom.journal.assert_called("UpdateTicket")
    with uom.serve() as served:
        shown = [repr(each) for each in (uom, uom.journal, *uom.journal, uom.faults, mark, served, client, YAMADA)]
        shown += [repr(call.headers) for call in uom.journal]
    shown += [str(uom.journal), str(untrue.value), repr(failed.value), str(failed.value), str(ticket)]
    everything = "\n".join(shown)
    assert "IIJAPI" not in everything
    assert "authorization" not in everything.lower()
    assert YAMADA.key.secret_key not in everything
    assert uom.environment()["UNYO_SECRET_KEY"] == YAMADA.key.secret_key
    uom.faults.clear()
