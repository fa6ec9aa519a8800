"""A server that is told to stop may go on for a while, so that a balancer notices and sends its calls elsewhere."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

_log = logging.getLogger(__name__)
# Whoever ends a whole group of processes, and the parent of several workers, both tell each worker.
_SAME_SECONDS: Final = 1.0


class Draining:
    """Puts a SIGTERM off: for so many seconds the server serves on, and says on /readyz that it is stopping.

    Answers that go on and on are let go of at once, by ``let_go``, in the event loop.
    A further SIGTERM, a second later or more, ends it; SIGINT is not put off.
    """

    def __init__(self, seconds: float = 0, let_go: Callable[[], None] = lambda: None) -> None:
        self.has_begun = False
        self._let_go = let_go
        self._seconds = seconds
        self._since = 0.0

    def watch(self) -> None:
        """Stand before the handler of SIGTERM that the running server has; it takes it away with its own."""
        if not self._seconds or threading.current_thread() is not threading.main_thread():
            return
        loop, stop = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
        assert callable(stop)

        def _put_off(number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._begin, loop, stop, number)

        signal.signal(signal.SIGTERM, _put_off)

    def _begin(self, loop: asyncio.AbstractEventLoop, stop: Any, number: int) -> None:
        now = time.monotonic()
        if not self.has_begun:
            self.has_begun, self._since = True, now
            _log.info("told to stop: serving on for %g seconds, not ready any more", self._seconds)
            self._let_go()
            loop.call_later(self._seconds, stop, number, None)
        elif now - self._since > _SAME_SECONDS:
            stop(number, None)
