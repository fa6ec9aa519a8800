"""However many hold the same lock dates, at the same moment or within one second: exactly one of them wins."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from support.desks import NEW_INCIDENT
from support.processes import Client

from .linear import Call, NotLinearizable, Read, Version, Write, check
from .seconds import one_second
from .telling import Disproved, Figures, Plan, Proof, in_round
from .volley import CONFLICT, NEEDED, READ, UPDATE, Detail, Timed, dates_of, one_call, release, served, update_of

WRITERS: Final = 64
# Beside them there may be so many readers, or so many writers that hold older dates.
_BESIDE: Final = 16
_TICKET: Final = {**NEW_INCIDENT, **NEEDED, "CauseClassification": "調査中"}
_Asked = tuple[str, Detail]


class Race:
    """One ticket, and the history of all calls on it."""

    def __init__(self, clients: Sequence[Client], seed: int) -> None:
        self._clients = clients
        self._seed = seed
        self._ticket = {"TicketId": clients[0].succeed("RegisterTicket", _TICKET)["TicketId"]}
        self.calls: list[Call] = []
        self.fewest_at_once = WRITERS + _BESIDE
        # As the ticket was read before each round, and after the last one.
        self._read: list[Detail] = [self._look(clients[0])]

    def run(self, number: int) -> list[Write]:
        """Have all write at the same moment that hold the newest dates, and in some rounds others beside them."""
        chance = random.Random(f"{self._seed} {number}")
        asked = self._asked(number, chance)
        clients = chance.sample(self._clients, len(self._clients))
        made = [_call_of(*each) for each in zip(asked, release(clients, asked), strict=True)]
        self.fewest_at_once = min(self.fewest_at_once, _most_at_once(made))
        self.calls += made
        self._read.append(self._look(chance.choice(self._clients)))
        return [call for call in made if isinstance(call, Write)]

    def judge(self, writes: Sequence[Write]) -> None:
        """See that of a round's writers one alone won, that it held the newest dates, and that its change is told."""
        before, after = self._read[-2:]
        winners = [write for write in writes if write.won]
        if len(winners) != 1:
            raise Disproved(f"{len(winners)} of {len(writes)} writers won: {winners[:3]}")
        if winners[0].held != dates_of(before):
            raise Disproved(f"a writer with older dates won: {winners[0]}")
        if not dates_of(after) > dates_of(before):
            raise Disproved(f"the dates went from {dates_of(before)} to {dates_of(after)}")
        told = self._clients[0].succeed("GetTicketHistory", {**self._ticket, "Limit": "1"})["HistoryList"][0]
        change = {"Parameter": "Title", "Before": before["Title"], "After": winners[0].title}
        if told["ChangeList"] != [change] or after["Title"] != winners[0].title:
            raise Disproved(f"{winners[0]} won; the history tells {told}, the title is {after['Title']}")

    def judge_history(self) -> None:
        """See that the history of all calls is linearizable."""
        first = self._read[0]
        try:
            check(Version(dates_of(first), first["Title"]), self.calls)
        except NotLinearizable as seen:
            raise Disproved(f"the history of {len(self.calls)} calls is not linearizable: {seen}") from seen

    def _asked(self, number: int, chance: random.Random) -> list[_Asked]:
        *older, newest = self._read
        held, readers = [newest] * WRITERS, 0
        match chance.choice(("nobody", "readers", "late writers")):
            case "readers":
                readers = _BESIDE
            case "late writers" if older:
                held += chance.choices(older, k=_BESIDE)
        writes = [(UPDATE, update_of(each, Title=f"第{number}回の{writer}")) for writer, each in enumerate(held)]
        asked: list[_Asked] = [*writes, *[(READ, self._ticket)] * readers]
        return chance.sample(asked, len(asked))

    def _look(self, client: Client) -> Detail:
        read = one_call(client, READ, self._ticket)
        self.calls.append(_call_of((READ, self._ticket), read))
        return read.answer.body


def races(plan: Plan, *, variables: Mapping[str, str] | None = None) -> Figures:
    """Race round by round; ``variables`` are for the servers' environment."""
    with served(plan.database, variables) as clients:
        race = Race(clients, plan.seed)
        for number in range(1, plan.rounds + 1):
            with in_round(plan, number):
                race.judge(race.run(number))
            plan.advance()
    with in_round(plan, plan.rounds):
        race.judge_history()
    writes = [call for call in race.calls if isinstance(call, Write)]
    winners = sum(write.won for write in writes)
    return {
        "server processes": len(clients),
        "writes": len(writes),
        "winners": winners,
        "refused": len(writes) - winners,
        "of these with older dates": len(writes) - WRITERS * plan.rounds,
        "reads": len(race.calls) - len(writes),
        "fewest calls under way at once": race.fewest_at_once,
        "longest call in ms": round(1000 * max(call.end - call.start for call in race.calls)),
    }


def _call_of(asked: _Asked, made: Timed) -> Call:
    """A call that was made, as the checker takes it."""
    (action, body), answer = asked, made.answer
    if answer.error is not None and (action == READ or answer.error != CONFLICT):
        raise Disproved(f"{action} was answered {answer.envelope}")
    if action == READ:
        return Read(start=made.start, end=made.end, seen=Version(dates_of(answer.body), answer.body["Title"]))
    return Write(start=made.start, end=made.end, held=dates_of(body), title=body["Title"], won=answer.error is None)


def _most_at_once(calls: Sequence[Call]) -> int:
    """How many of the calls were under way at the moment at which most of them were."""
    return max(sum(call.start <= moment.start <= call.end for call in calls) for moment in calls)


PROOFS: Final = (
    Proof(
        "races",
        f"{WRITERS} writers on one ticket from the same lock dates at the same moment: exactly one wins, "
        "and the history of all calls is linearizable",
        {"sqlite": 200, "postgresql": 200},
        races,
    ),
    Proof(
        "one-second",
        "Two updates within one second leave different lock dates, and a third writer with older ones never passes",
        {"sqlite": 1000, "postgresql": 1000},
        one_second,
    ),
)
