"""The writers of `crash`, all at once: they write until something is killed, and what they were told is checked."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from support.installations import Installation

from .crash_checks import check_database, check_door, expect, resolve, settle
from .crash_door import Door, NoAnswer
from .crash_writers import Ticket, Writer
from .telling import Figures

_WRITERS = 8
# At the most so many changes are acknowledged in a round before the kill, which then waits for so many seconds.
_ACKNOWLEDGED, _DELAY = 60, 0.05


class Crowd:
    """The writers of a proof, through all its rounds, and what they came to."""

    def __init__(self, seed: int, installation: Installation, ready_within: float) -> None:
        self._seed = seed
        self._installation = installation
        self._ready_within = ready_within
        self._writers = [Writer(f"w{number}", seed) for number in range(_WRITERS)]
        self._unanswered = self._stored_unanswered = 0
        self._slowest = 0.0
        self.round = 0

    def write_until(self, url: str, kill: Callable[[], None]) -> None:
        """A round: have all of them write, and kill something in the middle of it."""
        self.round += 1
        chance = random.Random(f"{self._seed} {self.round}")
        for writer in self._writers:
            writer.begin_round(self.round)
        killed, stopped, acknowledged = threading.Event(), threading.Event(), threading.Semaphore(0)

        def _write(writer: Writer) -> None:
            try:
                writer.write(door, stopped, acknowledged)
            except NoAnswer as seen:
                expect(killed.is_set(), f"{seen}, before anything was killed")

        with Door(url, self._installation.account) as door, ThreadPoolExecutor(_WRITERS) as pool:
            writing = [pool.submit(_write, writer) for writer in self._writers]
            try:
                _wait_for_a_moment(chance, acknowledged, writing)
                killed.set()
                kill()
            finally:
                stopped.set()
            for each in writing:
                each.result()

    def is_ready_after(self, seconds: float) -> None:
        """It took so long until the server said that it was ready."""
        self._slowest = max(self._slowest, seconds)
        expect(seconds <= self._ready_within, f"ready only after {seconds:.1f} seconds")

    def check(self, url: str) -> None:
        """See that all is there that must be, and nothing else; then settle what got no answer."""
        in_doubt = [writer for writer in self._writers if writer.doubt]
        with Door(url, self._installation.account) as door:
            stored = [resolve(door, writer) for writer in in_doubt]
            touched = self._touched()
            check_database(self._installation.url, self._tickets(), touched)
            for ticket in touched:
                check_door(door, ticket)
            for writer, was_stored in zip(in_doubt, stored, strict=True):
                settle(door, writer, stored=was_stored)
        self._unanswered += len(stored)
        self._stored_unanswered += sum(stored)

    def finish(self, url: str) -> Figures:
        """See that every writer can go on, and that every ticket of the proof is what it must be."""
        with Door(url, self._installation.account) as door:
            for writer in self._writers:
                writer.step(door)
            for ticket in self._touched():
                check_door(door, ticket)
        tickets = self._tickets()
        check_database(self._installation.url, tickets, tickets)
        return {
            "acknowledged": sum(len(ticket.done) for ticket in tickets) - self._stored_unanswered,
            "unanswered": self._unanswered,
            "of these stored": self._stored_unanswered,
            "tickets": len(tickets),
            "worst seconds to ready": round(self._slowest, 2),
        }

    def _tickets(self) -> list[Ticket]:
        return [ticket for writer in self._writers for ticket in writer.tickets]

    def _touched(self) -> list[Ticket]:
        """The tickets changed since this was last asked."""
        touched = [ticket for writer in self._writers for ticket in writer.touched]
        for writer in self._writers:
            writer.touched.clear()
        return touched


def _wait_for_a_moment(chance: random.Random, acknowledged: threading.Semaphore, writing: list[Future[None]]) -> None:
    """Wait for so many changes as chance will have it, and then for part of the next."""
    for _ in range(chance.randrange(_ACKNOWLEDGED)):
        while not acknowledged.acquire(timeout=0.2):
            if any(each.done() for each in writing):
                return  # with a fault, which is raised by whoever asks for its result
    threading.Event().wait(chance.uniform(0, _DELAY))
