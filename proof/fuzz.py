"""Whatever comes in, an answer of the contract goes out, soon; and what is refused has changed nothing."""

import time
from collections import Counter
from contextlib import ExitStack
from random import Random
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from support.desks import Answer, DeskUnderTest, desk_on
from support.faults import connected
from support.installations import contents_through
from support.targets import TABLES, Target

from .fuzz_calls import Call, hostile_call
from .places import filled_on
from .telling import Disproved, Figures, Plan, Proof

SECONDS: Final = 5.0
# Every so many calls, one goes over HTTP, and for one the whole database is compared before and after.
_OVER_HTTP, _WHOLE = 10, 50
_TABLES: Final = tuple(TABLES)
_COUNTS: Final = sa.text(
    "SELECT (SELECT count(*) FROM tickets), (SELECT sum(version) FROM tickets), (SELECT count(*) FROM history), "
    "(SELECT count(*) FROM memos), (SELECT count(*) FROM calls)"
)


def fuzz(plan: Plan, *, within: float = SECONDS) -> Figures:
    """Make one hostile call a round; ``within`` is how many seconds each may take."""
    fuzzing = _Fuzzing(plan, within)
    with filled_on(plan.database) as url, ExitStack() as opened:
        desk = opened.enter_context(desk_on(url))
        served = opened.enter_context(desk_on(url, "over HTTP", clock=desk.clock))
        store = opened.enter_context(connected(url))
        target = Target(desk, store, _counts)
        for number in range(1, plan.rounds + 1):
            through = served if number % _OVER_HTTP == 0 else desk
            before = contents_through(store) if number % _WHOLE == 0 else None
            answer = fuzzing.call(number, target, through)
            if before is not None and answer.error:
                fuzzing.compare(number, before, contents_through(store))
            plan.advance()
    return fuzzing.figures()


class _Fuzzing:
    """Calls, judged one by one, and counted."""

    def __init__(self, plan: Plan, within: float) -> None:
        self._plan = plan
        self._within = within * plan.slack
        self._answers: Counter[tuple[str, str] | None] = Counter()
        self._longest = 0.0

    def call(self, number: int, target: Target, through: DeskUnderTest) -> Answer:
        """Make the call of that round."""
        call = hostile_call(Random(f"{self._plan.seed} {number}"), target.body)
        started = time.perf_counter()
        try:
            answer = call.send(through)
            seconds = time.perf_counter() - started
            target.judge(call.action, answer)
        except Exception as seen:
            # Whatever it is that came in an answer's place, it is none of the contract's.
            raise Disproved(self._text(number, f"{_told(call)}: {seen!r}")) from seen
        if seconds > self._within:
            raise Disproved(self._text(number, f"{_told(call)}: answered after {seconds:.1f} s"))
        self._longest = max(self._longest, seconds)
        self._answers[answer.error] += 1
        return answer

    def compare(self, number: int, before: object, after: object) -> None:
        """See that a refused call has changed nothing in the whole database."""
        if before != after:
            raise Disproved(self._text(number, "a refused call has changed the database"))

    def figures(self) -> Figures:
        """What came of it."""
        accepted = self._answers[None]
        return {
            "accepted": accepted,
            "refused": self._answers.total() - accepted,
            "kinds of answer": len(self._answers),
            "over HTTP": self._plan.rounds // _OVER_HTTP,
            "longest call in ms": round(1000 * self._longest),
        }

    def _text(self, number: int, seen: str) -> str:
        return f"round {number}, seed {self._plan.seed}: {seen}"


def _told(call: Call) -> str:
    return f"{call.action} of {call.content[:2000]!r} with {call.headers} as {call.content_type}"


def _counts(store: Connection) -> object:
    return store.execute(_COUNTS).one()


PROOFS: Final = (
    Proof(
        "fuzz",
        "Whatever a validly signed call holds, it is answered as the contract says, never with a 5xx or SYSTEM_ERROR, "
        f"within {SECONDS:.0f} s; and what is refused has changed nothing",
        {"sqlite": 10_000, "postgresql": 10_000},
        fuzz,
    ),
)
