"""Dates of whole seconds order every version, however many a second sees: nobody who holds older ones passes."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from support.desks import LOCK_DATES, NEW_REQUEST
from support.processes import Client

from .telling import Disproved, Figures, Plan, in_round
from .volley import CONFLICT, NEEDED, READ, UPDATE, Detail, dates_of, served, update_of

_TICKET: Final = {**NEW_REQUEST, **NEEDED}
# A section, and how a text changes it.
_CHANGES: Final[Mapping[str, Callable[[str], Detail]]] = {
    "State": lambda text: {"Title": text},
    "Summary": lambda text: {"RelatedSystem": text},
    "Detail": lambda text: {"RequestContents": text},
    "Correspond": lambda text: {
        "CorrespondProcessList": [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": text}]
    },
}
# So often is a pair made anew that the turn of a second has parted.
_TRIES: Final = 20


def one_second(plan: Plan, *, variables: Mapping[str, str] | None = None) -> Figures:
    """Make two updates in one second, round by round; ``variables`` are for the servers' environment."""
    tickets: list[str] = []
    parted = 0
    longest = 0.0
    with served(plan.database, variables) as clients:
        for number in range(1, plan.rounds + 1):
            chance = random.Random(f"{plan.seed} {number}")
            if not tickets or chance.random() < 0.5:
                tickets.append(clients[0].succeed("RegisterTicket", _TICKET)["TicketId"])
            # An older ticket's dates may have run ahead of the clock, or have been overtaken by it again.
            pair = _Pair(clients, chance, chance.choice(tickets[-8:]))
            with in_round(plan, number):
                since, until = pair.run(number)
                while int(since) != int(until):
                    parted += 1
                    since, until = pair.run(number)
            longest = max(longest, until - since)
            plan.advance()
    return {
        "server processes": len(clients),
        "tickets": len(tickets),
        "pairs in one second": plan.rounds,
        "pairs parted by its turn": parted,
        "longest pair in ms": round(1000 * longest),
        "refused with older dates": 2 * (plan.rounds + parted),
    }


class _Pair:
    """Two updates of one section of a ticket, each through any of the servers."""

    def __init__(self, clients: Sequence[Client], chance: random.Random, ticket_id: str) -> None:
        self._clients, self._chance = clients, chance
        self._ticket = {"TicketId": ticket_id}
        self._section = chance.choice([*_CHANGES])
        self._tries = 0

    def run(self, number: int) -> tuple[float, float]:
        """Make both, and one more with each of the dates that are no longer the ticket's; when they were made."""
        self._tries += 1
        if self._tries > _TRIES:
            raise Disproved(f"not once in {_TRIES} tries were two updates made within one second")
        before = self._look()
        since = time.time()
        self._update(before, f"第{number}回の{self._tries}の一")
        between = self._look()
        self._update(between, f"第{number}回の{self._tries}の二")
        until = time.time()
        after = self._look()
        for older in (between, before):
            answer = self._client.call(UPDATE, self._change(older, f"第{number}回の{self._tries}の三"))
            if answer.error != CONFLICT:
                raise Disproved(f"an update with {dates_of(older)} of {dates_of(after)} was answered {answer.envelope}")
        if (now := self._look()) != after:
            raise Disproved(f"refused updates changed {after} to {now}")
        self._judge_dates([before, between, after])
        return since, until

    def _judge_dates(self, details: Sequence[Detail]) -> None:
        """The changed section's update date strictly increases as a text; no other date moves."""
        moving = f"{self._section}UpdateDate"
        first, second, third = (detail[moving] for detail in details)
        others = {tuple(detail[wire] for wire in LOCK_DATES if wire != moving) for detail in details}
        if not first < second < third or {len(second), len(third)} != {14} or len(others) != 1:
            raise Disproved(f"{moving} went {first!r}, {second!r}, {third!r}, the other dates {others}")

    @property
    def _client(self) -> Client:
        return self._chance.choice(self._clients)

    def _look(self) -> Detail:
        return {k: v for k, v in self._client.succeed(READ, self._ticket).items() if k != "RequestId"}

    def _change(self, detail: Detail, text: str) -> dict[str, Any]:
        return update_of(detail, **_CHANGES[self._section](text))

    def _update(self, detail: Detail, text: str) -> None:
        answer = self._client.call(UPDATE, self._change(detail, text))
        if answer.error is not None:
            raise Disproved(f"an update with the newest dates {dates_of(detail)} was answered {answer.envelope}")
