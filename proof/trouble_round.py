"""One call that meets one trouble at one statement: the claims, checked one after the other."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx2

from support.desks import Answer, DeskUnderTest

from .telling import Disproved
from .trouble_calls import KINDS, Call, desk_for, told
from .trouble_moments import Moment, listening
from .trouble_striker import Striker, Trouble
from .trouble_world import Rows, World

_SYSTEM_ERROR = "SYSTEM_ERROR", "システムエラーが発生しました。"
_ERROR_KEYS = {"RequestId", "ErrorType", "ErrorMessage"}


@dataclass
class Tally:
    """What was seen."""

    answers: Counter[str] = field(default_factory=Counter)
    worst: float = 0
    in_doubt: int = 0


@dataclass(frozen=True)
class Round:
    """One combination, carried out; its claims are checked one after the other."""

    world: World
    warm: DeskUnderTest
    kind: str
    moment: Moment
    name: str
    trouble: Trouble
    tally: Tally
    healthy_within: float

    def carry_out(self, before: Rows, rng: random.Random) -> Rows:
        """Raise Disproved where a claim does not hold; the rows as they are afterwards."""
        call = KINDS[self.kind](self.warm, rng)
        if self.world.relay is None:
            # Room in the log of changes would hide that the disk is full.
            self.world.beside.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        with desk_for(self.kind, self.world, self.warm) as desk:
            answer = self._in_trouble(desk, call)
            since = time.monotonic()
            self._check_answer(call, answer)
            self.tally.answers[f"{self.name}: {answer.error_type or 'OK'}"] += 1
            if answer.error:
                self._check_nothing_half(call, before, answer)
            again = self._healthy(since, desk, call)
            if call.reads is not None:
                self._demand(told(again) == call.reads, "the next read told something else")
                after = before if answer.error else self.world.rows()
                self._demand(after == before, "a read changed rows")
                self._ready(desk, since)
                return after
            self._check_applied_once(call, before, answer, again)
            if "x-unyo-replayed" in again.headers:
                self._healthy(since, desk, KINDS[self.kind](desk, rng))
            self._ready(desk, since)
        return self.world.rows()

    def _in_trouble(self, desk: DeskUnderTest, call: Call) -> Answer:
        striker = Striker(self.trouble, self.world, desk, self.moment)
        with striker, listening(desk, striker.hear):
            return self._send(desk, call)

    def _send(self, desk: DeskUnderTest, call: Call) -> Answer:
        try:
            return call.send(desk)
        except httpx2.TransportError as error:
            raise Disproved(self._text(f"no answer: {error!r}")) from None

    def _check_answer(self, call: Call, answer: Answer) -> None:
        self._demand(answer.status == 200, f"HTTP status {answer.status}")
        if answer.error:
            shape = answer.error == _SYSTEM_ERROR and set(answer.body) == _ERROR_KEYS
            self._demand(shape, f"not the documented answer: {answer.envelope}")
            self._demand(not self.trouble.overcome(self.moment), "SYSTEM_ERROR, where the call must succeed")
        elif call.reads is not None:
            self._demand(told(answer) == call.reads, "a read told something else than without the trouble")
        else:
            keys = {"RequestId"} | ({"TicketId"} if call.action == "RegisterTicket" else set())
            self._demand(set(answer.body) == keys, f"not the documented answer: {answer.envelope}")
            self._demand("x-unyo-replayed" not in answer.headers, "a new call was answered as one sent again")
        self._demand(answer.headers["x-request-id"] == answer.body["RequestId"], "two RequestIds")

    def _check_nothing_half(self, call: Call, before: Rows, answer: Answer) -> None:
        """Only where the COMMIT met the trouble may a call be stored that was answered with an error."""
        found = self.world.rows()
        if found == before:
            return
        self._demand(call.reads is None, "a read changed rows")
        self._demand(self.moment.is_commit, "a call that was answered with an error has changed rows")
        self._check_moves(call, before, found, answer)
        self.tally.in_doubt += 1

    def _check_applied_once(self, call: Call, before: Rows, answer: Answer, again: Answer) -> None:
        """After the same call was sent again, under its call id."""
        if not answer.error:
            same = again.content == answer.content and "x-unyo-replayed" in again.headers
            self._demand(same, f"answered {answer.envelope}, and sent again {again.envelope}")
        self._check_moves(call, before, self.world.rows(), again)

    def _check_moves(self, call: Call, before: Rows, found: Rows, answer: Answer) -> None:
        """All of the call is stored, and once."""
        moves: dict[str, tuple[int, int]] = {}
        texts = {**call.texts, "history": answer.body["RequestId"], "calls": answer.body["RequestId"]}
        for table, rows in found.items():
            gone, come = Counter(before[table]) - Counter(rows), Counter(rows) - Counter(before[table])
            if gone or come:
                moves[table] = gone.total(), come.total()
            if table in texts:
                self._demand(any(texts[table] in row for row in come), f"not in {table}: {texts[table]}")
        self._demand(moves == call.moves, f"rows gone and come: {moves}, of the whole call {call.moves}")

    def _healthy(self, since: float, desk: DeskUnderTest, call: Call) -> Answer:
        """What the call is answered once it succeeds, which is soon."""
        while True:
            answer = self._send(desk, call)
            self._in_time(since, answer)
            if answer.error is None:
                return answer
            self._demand(answer.error == _SYSTEM_ERROR, f"after the trouble: {answer.envelope}")

    def _ready(self, desk: DeskUnderTest, since: float) -> None:
        answer = desk.transport.request("GET", "/readyz", b"", [])
        self._in_time(since, answer)
        self._demand(answer.status == 200, f"not ready after the trouble: {answer.status}")

    def _in_time(self, since: float, answer: Answer) -> None:
        seconds = time.monotonic() - since
        self.tally.worst = max(self.tally.worst, seconds)
        late = f"not healthy {seconds:.1f} s after the trouble: {answer.status} {answer.content!r}"
        self._demand(seconds <= self.healthy_within, late)

    def _demand(self, holds: bool, seen: str) -> None:  # noqa: FBT001 - it reads as a sentence: demand that, or else
        if not holds:
            raise Disproved(self._text(seen))

    def _text(self, seen: str) -> str:
        moment = f"{self.moment.engine} {self.moment.statement} {self.moment.occurrence}"
        return f"{self.kind}, {self.name} at {moment}: {seen}"
