"""The journal says what was called and answered; its assertions fail with all of it; no secret is in any of it."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest

from support.processes import PATIENCE
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
INSTEAD = """
which hold instead:
    2 Title='私の', Priority='中'
   10 Title=(nothing), Priority=(nothing)"""

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
    assert str(failed.value) == TOLD + INSTEAD
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


def test_calls_are_chosen_by_how_they_were_answered(uom: Uom) -> None:
    _work(uom)
    uom.journal.assert_called("UpdateTicket", times=1, error_type="EXCLUSION_FAILURE")
    uom.journal.assert_not_called("UpdateTicket", error_type="")
    # Three were answered with a success, one of which was lost on its way; of two nobody knows anything.
    assert len(uom.journal.of("GetTicketDetail", error_type="")) == 3
    with pytest.raises(AssertionError, match=r"expected UpdateTicket\(Title='私の', error_type=''\) 1×, found 0×:"):
        uom.journal.assert_called("UpdateTicket", times=1, error_type="", Title="私の")


def test_a_value_by_the_clients_name_is_told_the_wires(uom: Uom) -> None:
    for check in (uom.journal.of, uom.journal.assert_called, uom.journal.assert_not_called, uom.journal.wait_for):
        with pytest.raises(ValueError, match=r"the wire's names: FinishApprovalUserId, not approver"):
            check("UpdateTicket", approver=YAMADA.master_id)


def test_a_test_waits_for_what_a_program_beside_it_calls(uom: Uom) -> None:
    ticket = uom.ticket()
    uom.faults.someone_edits(cause="ログの肥大")

    def _program() -> None:
        uom.client().tickets.update(ticket, title="私の", on_conflict="merge")

    program = threading.Thread(target=_program)
    program.start()
    (call,) = uom.journal.wait_for("UpdateTicket", error_type="", Title="私の")
    assert call.number == uom.journal.of("UpdateTicket")[-1].number
    assert len(uom.journal.wait_for("UpdateTicket", times=2, within=0)) == 2
    program.join()


def test_what_does_not_come_in_time_is_told_with_every_call(uom: Uom) -> None:
    _work(uom)
    with pytest.raises(AssertionError) as failed:
        uom.journal.wait_for("UpdateTicket", times=2, within=0.01, Title="私の")
    expected, _, told = str(failed.value).partition("\n")
    assert expected == "expected UpdateTicket(Title='私の') 2× within 0.01 s, found 1×:"
    assert told == f"{uom.journal}\nwhich hold instead:\n   10 Title=(nothing)"


@pytest.mark.parametrize("wrong", [{"times": 0}, {"within": -1}, {"within": float("nan")}, {"within": float("inf")}])
def test_what_would_wait_for_ever_or_for_nothing_is_refused(uom: Uom, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one call at least, and for a number of seconds"):
        uom.journal.wait_for("UpdateTicket", **wrong)
    with pytest.raises(ValueError, match="there is no action 'Update'"):
        uom.journal.wait_for("Update")
    with pytest.raises(TypeError, match="no call comes to a part of a journal"):
        uom.journal[:].wait_for("UpdateTicket")


class _Watched:
    """A value that no body has, which tells when it is compared: by then somebody waits."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()

    def __eq__(self, other: object) -> bool:
        self.is_asked.set()
        return False

    __hash__ = None  # type: ignore[assignment] # nothing looks it up


def test_who_waits_when_the_desk_is_served_no_longer_is_told_at_once(uom: Uom) -> None:
    uom.client().tickets.get(uom.ticket().ticket_id)
    watched, told = _Watched(), []

    def _waits() -> None:
        with pytest.raises(AssertionError) as failed:
            uom.journal.wait_for("GetTicketDetail", within=2 * PATIENCE, TicketId=watched)
        told.append(str(failed.value))

    waiting = threading.Thread(target=_waits, daemon=True)
    with uom.serve():
        waiting.start()
        assert watched.is_asked.wait(PATIENCE)
    waiting.join(PATIENCE)
    assert ["found 0×" in each for each in told] == [True]


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
