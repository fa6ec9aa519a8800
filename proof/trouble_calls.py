"""The kinds of call that meet database trouble, and what each reads or leaves."""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from support.desks import INCIDENT, NEW_INCIDENT, Answer, DeskUnderTest, who
from unyo.cast import YAMADA
from unyo.uom.actions import CALL_ID_HEADER

from .trouble_world import World

Moves = Mapping[str, tuple[int, int]]
"""How many rows a call takes away and adds, by table."""
_TICKET = {**who(YAMADA), "TicketId": INCIDENT}


@dataclass(frozen=True)
class Call:
    """A call; what it reads, or how many rows of which table it takes away and adds, and what stands in these."""

    action: str
    body: Mapping[str, Any]
    reads: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    moves: Moves = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def send(self, desk: DeskUnderTest) -> Answer:
        """Make the call."""
        return desk.call(self.action, self.body, headers=self.headers)


Prepare = Callable[[DeskUnderTest, random.Random], Call]


def _write(action: str, body: dict[str, Any], memos: list[dict[str, str]], rng: random.Random, moves: Moves) -> Call:
    title, memo = (f"{what} {rng.getrandbits(64):x}" for what in ("件名", "追記"))
    operations = [*memos, {"CorrespondProcessOperationClass": "0", "CorrespondProcess": memo}]
    # So long that room is needed for it, by which a full disk is noticed.
    body |= {"Title": title, "DetectionMessage": rng.randbytes(3000).hex(), "CorrespondProcessList": operations}
    headers = {CALL_ID_HEADER: str(uuid.UUID(int=rng.getrandbits(128)))}
    moves = {"history": (0, 1), "calls": (0, 1), **moves}
    return Call(action, body, headers=headers, moves=moves, texts={"tickets": title, "memos": memo})


def _update(desk: DeskUnderTest, rng: random.Random) -> Call:
    """One memo edited, one deleted, one added."""
    first, *_, last = (memo["CorrespondProcessSeq"] for memo in desk.detail()["CorrespondProcessList"])
    edit = {
        "CorrespondProcessOperationClass": "1",
        "CorrespondProcessSeq": first,
        "CorrespondProcess": rng.choice("甲乙"),
    }
    edit["CorrespondProcess"] += f" {rng.getrandbits(64):x}"
    delete = {"CorrespondProcessOperationClass": "2", "CorrespondProcessSeq": last}
    return _write("UpdateTicket", desk.echo(), [edit, delete], rng, {"tickets": (1, 1), "memos": (2, 2)})


def _register(desk: DeskUnderTest, rng: random.Random) -> Call:
    counter = {"ticket_counter": (1, 1)} if desk.desk.engines.is_sqlite else {}
    body = {**who(YAMADA), **NEW_INCIDENT}
    return _write("RegisterTicket", body, [], rng, {"tickets": (0, 1), "memos": (0, 1), **counter})


def _read(action: str, body: Mapping[str, Any]) -> Prepare:
    def _prepare(desk: DeskUnderTest, _rng: random.Random) -> Call:
        return Call(action, body, told(desk.call(action, body)))

    return _prepare


FIRST = "first GetTicketDetail"
"""The call by which a desk just opened reads the directory."""
KINDS: Final[Mapping[str, Prepare]] = {
    "UpdateTicket": _update,
    "RegisterTicket": _register,
    "GetTicketDetail": _read("GetTicketDetail", _TICKET),
    "GetTicketList": _read("GetTicketList", {**who(YAMADA), "Limit": "5"}),
    "GetTicketHistory": _read("GetTicketHistory", {**_TICKET, "Limit": "5"}),
    FIRST: _read("GetTicketDetail", _TICKET),
}


def told(answer: Answer) -> dict[str, Any]:
    """What a read tells; the key by which a page goes on is another each time."""
    return {name: value for name, value in answer.body.items() if name not in {"RequestId", "NextCursor"}}


@contextmanager
def desk_for(kind: str, world: World, warm: DeskUnderTest) -> Iterator[DeskUnderTest]:
    """The desk that such a call is made to."""
    if kind != FIRST:
        yield warm
        return
    with world.desk() as fresh:
        yield fresh
