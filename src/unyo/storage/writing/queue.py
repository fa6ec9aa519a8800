"""The bounded queue before the writer: calls gather here while a group is being committed."""

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from unyo.services.ports import Outcome, QueueFull, StorageFailed, WriteCall


@dataclass(frozen=True, slots=True)
class Queued:
    """A call and the future of its outcome."""

    call: WriteCall
    future: Future[Outcome] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many calls, and bytes of their bodies, may wait; and how many make one group at the most."""

    waiting_calls: int = 1000
    waiting_bytes: int = 64 * 1024 * 1024
    group_calls: int = 64
    group_bytes: int = 4 * 1024 * 1024


class CallQueue:
    """Calls in the order in which they came; a group is whatever has queued up, never waited for."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._waiting: deque[Queued] = deque()
        self._bytes = 0
        self._announced = False
        self._closed = False
        self._changed = threading.Condition()

    def put(self, call: WriteCall, *, announce: bool = True) -> Future[Outcome]:
        """Queue a call; one that is not announced is not taken before another is, or ``announce`` is called.

        Raises:
            QueueFull: it holds as many calls or bytes as it may.
            StorageFailed: the writer has been stopped.
        """
        with self._changed:
            if self._closed:
                raise StorageFailed("the writer has been stopped")
            if self.is_full(call.size):
                raise QueueFull
            queued = Queued(call)
            self._waiting.append(queued)
            self._bytes += call.size
            if announce:
                self.announce()
            return queued.future

    def announce(self) -> None:
        """What waits may be taken."""
        with self._changed:
            self._announced = True
            self._changed.notify()

    def has_a_group(self) -> bool:
        """Whether as much waits as one group may hold."""
        return len(self._waiting) >= self._bounds.group_calls or self._bytes >= self._bounds.group_bytes

    def is_full(self, size: int = 0) -> bool:
        """Whether a call of that size finds no room."""
        too_many = len(self._waiting) >= self._bounds.waiting_calls
        return too_many or self._bytes + size > self._bounds.waiting_bytes

    def waiting(self) -> tuple[int, int]:
        """How many calls wait, and the bytes of their bodies."""
        return len(self._waiting), self._bytes

    def take(self) -> list[Queued]:
        """Wait for calls and take a group; empty once the queue is closed and drained."""
        with self._changed:
            self._changed.wait_for(lambda: (self._waiting and self._announced) or self._closed)
            group: list[Queued] = []
            taken = 0
            while self._waiting and len(group) < self._bounds.group_calls:
                if group and taken + self._waiting[0].call.size > self._bounds.group_bytes:
                    break
                queued = self._waiting.popleft()
                taken += queued.call.size
                group.append(queued)
            self._bytes -= taken
            self._announced = bool(self._waiting)
            return group

    def close(self) -> None:
        """Take no more calls; what waits is still served."""
        with self._changed:
            self._closed = True
            self._changed.notify()
