"""Those who listen in a process, and the one thread that hears for them all, while there are any."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, Self

from unyo.services.feed import Missed, Moved, Told
from unyo.services.ports import StorageFailed
from unyo.storage.engine import Engines

from .sources import source_of

log = logging.getLogger(__name__)

# At most this many changes wait for a listener; of more it is only told that there were some.
MOST_WAITING: Final = 100
# Whoever goes from one page to another stops listening and begins again, so the database is listened to a while longer.
LINGER_SECONDS: Final = 10.0
_RETRY_SECONDS: Final = 1.0
# Whoever comes while the database is away is let in all the same, after waiting this long.
_ENTER_SECONDS: Final = 2.0


class _Listener:
    """One who listens, in an event loop; all but ``hand_over`` is called there."""

    def __init__(self, service_code: str) -> None:
        self.service_code = service_code
        self.is_live = False
        self._loop = asyncio.get_running_loop()
        self._live = asyncio.Event()
        self._news = asyncio.Event()
        self._waiting: deque[Moved] = deque()
        self._missed = self._ended = False

    def hand_over(self, told: Sequence[Told], *, is_end: bool = False) -> None:
        """Tell it, from any thread; once more for no news, that it is listened for."""
        with suppress(RuntimeError):  # its loop is closed: nobody is left to tell
            self._loop.call_soon_threadsafe(self._take, told, is_end)

    async def wait_until_live(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._live.wait(), _ENTER_SECONDS)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Told:
        await self._news.wait()
        if self._missed:
            self._missed = False
            told: Told = Missed(self.service_code)
        elif self._waiting:
            told = self._waiting.popleft()
        else:
            raise StopAsyncIteration
        if not (self._waiting or self._ended):
            self._news.clear()
        return told

    def _take(self, told: Sequence[Told], is_end: bool) -> None:  # noqa: FBT001 - asyncio hands over no keywords
        self._live.set()
        self._ended |= is_end
        for each in told:
            if isinstance(each, Missed) or len(self._waiting) == MOST_WAITING:
                self._missed = True
            if self._missed:  # what it has not seen yet is part of what it will look for anew
                self._waiting.clear()
                break
            self._waiting.append(each)  # type: ignore[arg-type]  # what is no Moved was looked at above
        if told or is_end:
            self._news.set()


class DatabaseFeed:
    """The port Feed."""

    def __init__(self, engines: Engines, *, linger: float = LINGER_SECONDS) -> None:
        self._source = source_of(engines)
        self._linger = linger
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._thread: threading.Thread | None = None
        self._wanted_until = 0.0
        self._is_open = self._has_failed = False
        self._stop = threading.Event()

    @asynccontextmanager
    async def listen(self, service_code: str) -> AsyncIterator[AsyncIterator[Told]]:
        """What changes in a service from now on."""
        listener = _Listener(service_code)
        self._add(listener)
        try:
            await listener.wait_until_live()
            listener.is_live = True  # from now on it is told what it may have missed
            yield listener
        finally:
            self._remove(listener)

    def end(self) -> None:
        """End every listener, and the thread."""
        with self._lock:
            self._stop.set()
            thread = self._thread
            for listener in self._listeners:
                listener.hand_over((), is_end=True)
        if thread is not None:
            thread.join()

    def _add(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.add(listener)
            if self._stop.is_set():
                listener.hand_over((), is_end=True)
                return
            if self._is_open:
                listener.is_live = True
                listener.hand_over(())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="unyo-feed", daemon=True)
                self._thread.start()

    def _remove(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)
            self._wanted_until = time.monotonic() + self._linger

    def _run(self) -> None:
        while self._is_wanted():
            try:
                self._hear()
            except StorageFailed as error:
                if not self._has_failed:
                    log.warning("%s; what changes is not told until that works again", error)
                self._has_failed = True
                self._stop.wait(_RETRY_SECONDS)

    def _hear(self) -> None:
        """Tell what the source tells, while it is wanted."""
        try:
            with self._source(self._stop.wait) as next_changes:
                self._opened()
                while self._is_wanted():
                    self._tell(next_changes())
        finally:
            with self._lock:
                if self._is_the_one():
                    self._is_open = False

    def _is_wanted(self) -> bool:
        """Whether to go on; whoever comes after a no finds no thread, and starts one."""
        with self._lock:
            if not self._is_the_one():
                return False
            wanted = self._listeners or time.monotonic() < self._wanted_until
            if wanted and not self._stop.is_set():
                return True
            self._thread, self._is_open = None, False
            return False

    def _is_the_one(self) -> bool:
        """Whether this thread is not one that ends, beside which another may have begun."""
        return self._thread is threading.current_thread()

    def _opened(self) -> None:
        with self._lock:
            self._is_open, self._has_failed = True, False
            for listener in self._listeners:
                listener.hand_over([Missed()] if listener.is_live else ())
                listener.is_live = True

    def _tell(self, told: Sequence[Told]) -> None:
        if not told:
            return
        with self._lock:
            listeners = [*self._listeners]
        for listener in listeners:
            if mine := [each for each in told if each.service_code in {"", listener.service_code}]:
                listener.hand_over(mine)
