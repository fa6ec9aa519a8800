"""The writers of `crash`: each changes tickets of its own, and keeps what it was answered."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from support.desks import NEW_INCIDENT, NEW_REQUEST, NO_PARAMETERS
from support.installations import MASTER_ID

from .crash_door import Door

MEMOS: Final = "CorrespondProcessList"
_ADD, _EDIT, _DELETE = "0", "1", "2"
_LIMIT = {"CorrespondLimitDate": "20300101000000"}
# What an update needs beyond a registration is given at once.
_NEW: Final[Mapping[str, Mapping[str, Any]]] = {
    "1": {**NEW_INCIDENT, **_LIMIT, "AssignUserId": MASTER_ID, "CauseClassification": "調査中"},
    "2": {**NEW_REQUEST, **_LIMIT},
}
# Values of several sections; most of them are searched.
_TEXTS: Final = {
    "1": ("Title", "Cause", "DetectionMessage", "NodeName"),
    "2": ("Title", "RelatedSystem", "RequestContents", "RespondContents"),
}
# A bound, should nothing ever stop a writer.
_MOST_STEPS = 1000
_IN_USE = 3


@dataclass
class Change:
    """A call that changes a ticket, what the history must say of it, and the RequestId that it was answered.

    ``mark`` is the text of the memo that it adds: no other call writes it.
    """

    action: str
    body: Mapping[str, Any]
    lines: list[list[str]]
    mark: str
    call_id: str
    request_id: str = ""


@dataclass
class Ticket:
    """A ticket as it must stand after the changes that were carried out; without ID until it is registered."""

    kind: str
    ticket_id: str = ""
    values: dict[str, str] = field(default_factory=dict)
    memos: dict[int, str] = field(default_factory=dict)
    last_memo: int = 0
    done: list[Change] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Its number in the database."""
        return int(self.ticket_id.removeprefix("UTM"))

    def carry_out(self, change: Change, request_id: str, ticket_id: str) -> None:
        """A change is known to be stored."""
        change.request_id, self.ticket_id = request_id, ticket_id
        self.done.append(change)
        self.last_memo += 1
        for name, _, after in change.lines:
            number = name.partition(".")[2]
            if not number:
                self.values[name] = after
            elif after:
                self.memos[int(number)] = after
            else:
                del self.memos[int(number)]


class Writer:
    """Writes until no answer comes; what it then does not know is its ``doubt``."""

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._seed = seed
        self._random = random.Random(f"{name} {seed}")
        self._calls = 0
        self.tickets: list[Ticket] = []
        self.touched: list[Ticket] = []
        self.doubt: tuple[Ticket, Change] | None = None

    def begin_round(self, number: int) -> None:
        """What it does from here on follows from the seed and the round."""
        self._random = random.Random(f"{self._name} {self._seed} {number}")

    def write(self, door: Door, stopped: threading.Event, acknowledged: threading.Semaphore) -> None:
        """Make one change after the other, and tell of each that was acknowledged.

        Raises:
            NoAnswer: a call got none.
        """
        for _ in range(_MOST_STEPS):
            if stopped.is_set():
                return
            self.step(door)
            acknowledged.release()

    def step(self, door: Door) -> None:
        """Make one change.

        Raises:
            NoAnswer: a call got none.
        """
        if not self.tickets or self._random.random() < 0.1:
            ticket, change = self._registration()
        else:
            ticket, change = self._update(door, self._random.choice(self.tickets[-_IN_USE:]))
        self.doubt = ticket, change
        self.send(door, ticket, change)
        self.doubt = None

    def send(self, door: Door, ticket: Ticket, change: Change) -> bool:
        """Make the call of a change; whether it was answered as one that had been carried out before."""
        answer = door.call(change.action, change.body, change.call_id)
        self.stored(ticket, change, answer.body["RequestId"], answer.body.get("TicketId", ticket.ticket_id))
        return "X-Unyo-Replayed" in answer.headers

    def stored(self, ticket: Ticket, change: Change, request_id: str, ticket_id: str) -> None:
        """A change is known to be stored."""
        if not ticket.ticket_id:
            self.tickets.append(ticket)
        if ticket not in self.touched:
            self.touched.append(ticket)
        ticket.carry_out(change, request_id, ticket_id)

    def _registration(self) -> tuple[Ticket, Change]:
        kind = self._random.choice([*_NEW])
        mark = self._mark()
        values = {**_NEW[kind], **{wire: _text(mark, wire) for wire in _TEXTS[kind]}}
        lines = [[wire, "", value] for wire, value in values.items() if wire != "TicketProcessType"]
        body = {**values, MEMOS: [_operation(_ADD, "", mark)]}
        return Ticket(kind), self._change("RegisterTicket", body, [*lines, [f"{MEMOS}.1", "", mark]], mark)

    def _update(self, door: Door, ticket: Ticket) -> tuple[Ticket, Change]:
        """Two values, a memo edited, now and then one deleted, one added; all else as it is sent back."""
        detail = door.detail(ticket.ticket_id)
        echo = {wire: value for wire, value in detail.items() if wire not in NO_PARAMETERS}
        mark = self._mark()
        values = {wire: _text(mark, wire) for wire in self._random.sample(_TEXTS[ticket.kind], 2)}
        lines = [[wire, ticket.values.get(wire, ""), value] for wire, value in values.items()]
        edited, *others = self._random.sample(sorted(ticket.memos), len(ticket.memos))
        memos = [(_EDIT, edited, _text(mark, "memo")), (_ADD, ticket.last_memo + 1, mark)]
        if others and self._random.random() < 0.25:
            memos.insert(1, (_DELETE, others[0], ""))
        lines += [[f"{MEMOS}.{number}", ticket.memos.get(number, ""), text] for _, number, text in memos]
        operations = [_operation(what, "" if what == _ADD else str(number), text) for what, number, text in memos]
        return ticket, self._change("UpdateTicket", {**echo, **values, MEMOS: operations}, lines, mark)

    def _change(self, action: str, body: Mapping[str, Any], lines: list[list[str]], mark: str) -> Change:
        call_id = str(UUID(int=self._random.getrandbits(128), version=4)) if self._random.random() < 0.5 else ""
        return Change(action, body, lines, mark, call_id)

    def _mark(self) -> str:
        self._calls += 1
        return _text(f"{self._name}x{self._calls:06}", "追記")


def _text(mark: str, what: str) -> str:
    """A text that is searched as it stands: NFKC and folding leave it as it is."""
    return f"{mark}の{what.lower()}"


def _operation(what: str, number: str, text: str) -> dict[str, str]:
    return {
        "CorrespondProcessSeq": number,
        "CorrespondProcessOperationClass": what,
        "CorrespondProcess": text,
    }
