"""Database trouble at every statement of every kind of call."""

import logging
import random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from support.desks import DeskUnderTest

from .telling import Disproved, Figures, Plan, Proof
from .trouble_calls import KINDS, desk_for
from .trouble_kinds import troubles_of
from .trouble_moments import START, Moment, listening
from .trouble_round import Round, Tally
from .trouble_world import World, world_on

HEALTHY_WITHIN = 5.0


def _moments(kind: str, world: World, warm: DeskUnderTest, rng: random.Random) -> list[Moment]:
    """What a call of the kind sends; the least of three, since a directory that has grown stale is looked at again."""
    found: list[list[Moment]] = []
    for _ in range(3):
        heard: list[Moment] = []
        call = KINDS[kind](warm, rng)
        with desk_for(kind, world, warm) as desk, listening(desk, lambda moment, _, heard=heard: heard.append(moment)):  # type: ignore[misc]  # mypy gives a lambda's default no type
            answer = call.send(desk)
        assert answer.error is None, answer.envelope
        found.append([Moment(heard[0].engine, START, 1), *heard])
    return min(found, key=len)


def trouble(
    plan: Plan, *, only: Collection[str] = (), healthy_within: float = HEALTHY_WITHIN, mounting: bool = True
) -> Figures:
    """Have calls meet trouble, of all kinds or some; with ``mounting``, a disk is filled where root may mount one."""
    chance = random.Random(plan.seed)
    tally = Tally()
    with _quiet(), world_on(plan.database, mounting=mounting) as world, world.desk() as warm:
        for _ in range(2):  # the first has the writer look for old call ids, in a transaction of its own
            KINDS["RegisterTicket"](warm, chance).send(warm)
        combinations = [
            (kind, moment, name, each)
            for kind in KINDS
            for moment in _moments(kind, world, warm, chance)
            for name, each in troubles_of(world).items()
            if each.applies(moment) and (not only or name in only)
        ]
        chance.shuffle(combinations)
        rows = world.rows()
        for number in range(plan.rounds):
            one = Round(world, warm, *combinations[number % len(combinations)], tally, healthy_within * plan.slack)
            try:
                rows = one.carry_out(rows, random.Random(f"{plan.seed} {number + 1}"))
            except Disproved as seen:
                raise Disproved(f"round {number + 1}, seed {plan.seed}: {seen}") from None
            plan.advance()
    return {
        "combinations": len(combinations),
        "of these tried": min(plan.rounds, len(combinations)),
        **dict(sorted(tally.answers.items())),
        "answered SYSTEM_ERROR and yet stored": tally.in_doubt,
        "worst seconds to healthy": round(tally.worst, 2),
        **({} if world.disk else {"left out": "disk full, since no small disk may be mounted"}),
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """What the desks log of the trouble is not for whoever looks at the proof."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


PROOFS: Final = (
    Proof(
        "trouble",
        "A database that is busy, cut off, full or out of connections, at any statement of a call, leaves nothing "
        "half: the call succeeds once or is told SYSTEM_ERROR, and "
        f"within {HEALTHY_WITHIN:.0f} s after the trouble all is well",
        {"sqlite": 300, "postgresql": 400},
        trouble,
    ),
)
