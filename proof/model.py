"""Whatever is called, in whatever order: a plain model in Python, SQLite and PostgreSQL say the same."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Final

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import invariant, run_state_machine_as_test

from support.conversation import Conversation
from support.databases import KINDS, Databases
from support.desks import DeskUnderTest
from support.side_by_side import SideBySide, side_by_side

from .places import scratch
from .postgresql import postgres
from .telling import Disproved, Figures, Plan, Proof

# Of one conversation; each begins on fresh databases.
_STEPS = 40
_LONG = settings(
    stateful_step_count=_STEPS,
    deadline=None,
    # Nothing is remembered from one run to the next, and a conversation that fails is told as it was: the seed alone
    # leads to it again.
    database=None,
    phases=[Phase.generate],
    # Fresh desks for each conversation take a moment, and that is what it is for.
    suppress_health_check=[HealthCheck.too_slow],
)


def model(plan: Plan) -> Figures:
    """Hold conversations until they had as many steps as there are rounds."""
    tally: Counter[str] = Counter()
    with _databases() as databases:
        conversation = _conversation(plan, databases, tally)
        run = 0
        while tally["steps"] < plan.rounds:
            # One alone would be the plainest that there is.
            wanted = max(2, ceil((plan.rounds - tally["steps"]) / _STEPS))
            seeded = hypothesis.seed(plan.seed + run)(conversation)
            try:
                run_state_machine_as_test(seeded, settings=settings(_LONG, max_examples=wanted))
            except (AssertionError, FlakyFailure) as seen:
                raise Disproved(f"step {tally['steps']}, seed {plan.seed}: {seen}\n{_steps(seen)}") from seen
            run += 1
    refused = {name: count for name, count in tally.items() if name.startswith("refused")}
    told = ("steps", "conversations", "calls", "applied", "changed nothing", "sent again", "looks", "restarts")
    return {
        **{name: tally[name] for name in told},
        "refused": sum(refused.values()),
        "reasons of refusal": len(refused),
    }


def _steps(seen: BaseException) -> str:
    """The steps that led to it, without what was drawn in them: the last one is told in full already."""
    lines = "\n".join(getattr(seen, "__notes__", ())).splitlines()
    return "\n".join(line for line in lines if line.startswith("state.") and "a_step_is_over" not in line)


def _conversation(plan: Plan, databases: list[Databases], tally: Counter[str]) -> type[Conversation]:
    """A kind of conversation that is held on all databases, and counted."""

    class Counted(Conversation):
        @staticmethod
        @contextmanager
        def open_desk() -> Iterator[tuple[DeskUnderTest, SideBySide]]:
            urls = [each.filled() for each in databases]
            try:
                with side_by_side(*urls) as opened:
                    yield opened
            finally:
                for each, url in zip(databases, urls, strict=True):
                    each.drop(url)

        def __init__(self) -> None:
            super().__init__()
            tally["conversations"] += 1
            self.desk.tally = tally
            self._is_begun = False

        @invariant()
        def a_step_is_over(self) -> None:
            if self._is_begun:
                tally["steps"] += 1
                if tally["steps"] <= plan.rounds:
                    plan.advance()
            self._is_begun = True

    return Counted


@contextmanager
def _databases() -> Iterator[list[Databases]]:
    """A maker of databases of each kind."""
    with scratch() as folder:
        (folder / "server").mkdir()
        with postgres(folder / "server") as server:
            yield [Databases(kind, folder, lambda: server.url) for kind in KINDS]


PROOFS: Final = (
    Proof(
        "model",
        "After any calls, by accounts with any rights, with clock jumps and restarts between them, SQLite and "
        "PostgreSQL answer and show what a plain model of the contract says, and nothing else",
        {"both": 3000},
        model,
    ),
)
