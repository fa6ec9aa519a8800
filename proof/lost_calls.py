"""The kinds of call that get no answer, and what each must leave, once."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.engine import Connection

from support.desks import NEW_INCIDENT, Answer
from support.processes import Client

from .crash_checks import expect
from .volley import NEEDED, READ, UPDATE, Detail, update_of

REGISTER: Final = "RegisterTicket"
TICKET: Final = {**NEW_INCIDENT, **NEEDED, "CauseClassification": "調査中"}
_TABLES: Final = ("tickets", "memos", "history", "calls")


@dataclass(frozen=True)
class Call:
    """A call with its call id.

    ``before`` is the ticket that it is about, as it was read; empty for a registration. ``text`` is the title and the
    memo that it writes, if any; ``leaves`` are the rows that it adds to each table.
    """

    action: str
    body: Mapping[str, Any]
    call_id: str
    before: Detail
    text: str
    leaves: Mapping[str, int]

    def send(self, client: Client) -> Answer:
        """Make the call."""
        return client.call(self.action, self.body, call_id=self.call_id)

    def expect_done_once(self, client: Client, answer: Answer) -> None:
        """See that the call's effect is there once, and that the history tells of the answered RequestId."""
        ticket = {"TicketId": answer.body["TicketId"] if self.action == REGISTER else self.before["TicketId"]}
        detail = _read(client, ticket)
        if self.text:
            texts = [memo["CorrespondProcess"] for memo in detail["CorrespondProcessList"]]
            expect(detail["Title"] == self.text and texts.count(self.text) == 1, f"the ticket is {detail}")
        else:
            expect(detail == self.before, f"an update that changes nothing made {detail} of {self.before}")
        history = client.succeed("GetTicketHistory", {**ticket, "Limit": "200"})["HistoryList"]
        told = [entry["RequestId"] for entry in history].count(answer.body["RequestId"])
        expect(told == self.leaves["history"], f"the history tells {told} times of {answer.envelope}")


def make_call(client: Client, tickets: list[str], chance: random.Random) -> Call:
    """A call of some kind, on one of the tickets if it is about any."""
    text, call_id = f"題 {chance.getrandbits(64):x}", str(uuid.UUID(int=chance.getrandbits(128)))
    memo = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": text}]
    changes = {"Title": text, "CorrespondProcessList": memo}
    kind = chance.choice(("registration", "update", "update that changes nothing"))
    if kind == "registration":
        return Call(REGISTER, {**TICKET, **changes}, call_id, {}, text, _rows(1, 1, 1, 1))
    before = _read(client, {"TicketId": chance.choice(tickets)})
    if kind == "update":
        return Call(UPDATE, update_of(before, **changes), call_id, before, text, _rows(0, 1, 1, 1))
    return Call(UPDATE, update_of(before), call_id, before, "", _rows(0, 0, 0, 1))


def rows_of(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    count = "SELECT count(*) FROM {}"
    return _rows(*(connection.exec_driver_sql(count.format(table)).scalar_one() for table in _TABLES))


def _rows(*counts: int) -> dict[str, int]:
    return dict(zip(_TABLES, counts, strict=True))


def _read(client: Client, ticket: Mapping[str, str]) -> Detail:
    return {name: value for name, value in client.succeed(READ, ticket).items() if name != "RequestId"}
