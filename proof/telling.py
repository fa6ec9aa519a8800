"""What a proof is: a claim, how often it is tried on which database, and what it came to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

Figures = Mapping[str, float | int | str]
"""What a proof counted, by name; what people read in docs/guarantees.md."""


class Disproved(Exception):
    """The claim does not hold; the text says what was seen, in which round, and with which seed to see it again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One proof as it is carried out: on which database, how many rounds, by which seed.

    ``advance`` is called once a round, for the progress bar; ``slack`` says how many times longer than promised what
    is timed may take, on a machine that does other things too.
    """

    database: str
    rounds: int
    seed: int
    advance: Callable[[], None]
    slack: float = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim of docs/guarantees.md; ``rounds`` are the full numbers, by database.

    ``carry_out`` gives its figures, or raises Disproved.
    """

    name: str
    claim: str
    rounds: Mapping[str, int]
    carry_out: Callable[[Plan], Figures]


@contextmanager
def in_round(plan: Plan, number: int) -> Iterator[None]:
    """Say of what is disproved in which round it was, and by which seed."""
    try:
        yield
    except Disproved as seen:
        raise Disproved(f"round {number}, seed {plan.seed}: {seen}") from seen
