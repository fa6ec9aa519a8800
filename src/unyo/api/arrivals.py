"""Between the event loop and the writer's thread: calls go over together, and their outcomes come back together.

The two threads share Python's lock: while both work, each crossing costs a turn of it, and the caches of both cores.
So they take turns. While the writer is at a group, calls gather here; once its outcomes are back and the loop has gone
through whatever had come in by then, all that has gathered goes over. The loop never waits for more to come.
"""

import asyncio
import threading
from concurrent.futures import Future

from unyo.services.ports import Outcome, WriteCall, Writer

_Waiting = asyncio.Future[Outcome]


class Arrivals:
    """Hands the calls of one event loop to the writer."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._arrived = 0
        self._unanswered = 0
        self._handed_over = 0
        self._looks = False
        self._lock = threading.Lock()
        self._outcomes: list[tuple[_Waiting, Future[Outcome]]] = []

    async def carry_out(self, call: WriteCall) -> Outcome:
        """The outcome of a call, after its commit.

        Raises:
            QueueFull: the writer's queue holds as much as it may.
            StorageFailed: the database failed the call, or the writer has been stopped.
        """
        loop = asyncio.get_running_loop()
        waiting: _Waiting = loop.create_future()
        submitted = self._writer.submit(call, wake=False)
        self._arrived += 1
        self._unanswered += 1
        self._look_soon(loop)
        submitted.add_done_callback(lambda done: self._keep(loop, waiting, done))
        return await waiting

    def _look_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Unless the writer is at a group, whose outcomes will have us look."""
        if self._handed_over == 0 and not self._looks:
            self._looks = True
            loop.call_soon(self._look, loop, 0)

    def _look(self, loop: asyncio.AbstractEventLoop, arrived: int) -> None:
        """Hand over what has gathered, once the loop has gone a whole turn in which no call came in."""
        if self._arrived != arrived and not self._writer.has_a_group():
            loop.call_soon(self._look, loop, self._arrived)
            return
        self._looks = False
        self._handed_over = self._unanswered
        self._writer.wake()

    def _keep(self, loop: asyncio.AbstractEventLoop, waiting: _Waiting, done: Future[Outcome]) -> None:
        """In the writer's thread: one wake-up for whatever is answered until the loop sees to it."""
        with self._lock:
            self._outcomes.append((waiting, done))
            is_first = len(self._outcomes) == 1
        if is_first and not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver, loop)

    def _deliver(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            outcomes, self._outcomes = self._outcomes, []
        for waiting, done in outcomes:
            if waiting.cancelled():
                continue  # the caller has gone away; its call was carried out all the same
            if error := done.exception():
                waiting.set_exception(error)
            else:
                waiting.set_result(done.result())
        self._unanswered -= len(outcomes)
        # The writer also takes calls that come in before it begins, so it may answer more than it was handed.
        self._handed_over = max(0, self._handed_over - len(outcomes))
        if self._unanswered:
            self._look_soon(loop)
