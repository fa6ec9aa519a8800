"""The vendor page's own sample runs against the desk unchanged."""

import pytest

from support.databases import Databases
from support.desks import INCIDENT, TRANSPORTS, desk_on
from unyo.demo import sample


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_sample_closes_the_ticket_edits_deletes_and_adds_a_memo(databases: Databases, transport: str) -> None:
    with desk_on(databases.filled(), transport) as desk:
        answer = desk.call("UpdateTicket", sample.BODY)
        after = desk.detail(INCIDENT)
    assert answer.status == 200
    assert list(answer.envelope) == ["UpdateTicketResponse"]
    assert after["StateCode"] == "クローズ"
    assert {memo["CorrespondProcessSeq"]: memo["CorrespondProcess"] for memo in after["CorrespondProcessList"]} == {
        "1": "updateTest",
        "3": "addTest",
    }
