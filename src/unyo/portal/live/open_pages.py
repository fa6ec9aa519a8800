"""The pages that are open in browsers, each of which is told when what it shows changes, or somebody comes or goes.

All of it happens in the event loop. Nothing queues up: a page that has not taken what it was told yet is told the
newest of each kind.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from unyo.services.feed import Feed, Missed, Told
from unyo.services.ports import Reader, StorageFailed
from unyo.services.telling import Judged, judge

CHANGED: Final = "changed"
"""The event of a change; its data is the ticket's version, ``""`` for a list."""
PRESENT: Final = "present"
"""The event of somebody who opened or closed the ticket."""
MOST_PAGES: Final = 1000
"""At most this many pages of a process are told what changes; beyond that, whoever has most of them loses one."""
MOST_OF_A_SESSION: Final = 4
"""The same for one session: over HTTP/1.1 a browser opens six connections to a host, for everything it asks."""
# Changes are gathered for this long, and looked at together.
_GATHER_SECONDS: Final = 0.1
_RETRY_SECONDS: Final = 1.0
# Where more tickets change at once, pages are only told that something has.
_MOST_NUMBERS: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """What a page shows, and to whom: a ticket by its number, or None for tickets in a list."""

    service_code: str
    master_id: str
    session: str
    number: int | None = None
    is_editing: bool = False


class Over(Enum):
    """Why a page is told no longer."""

    LEFT = auto()
    """Its browser has closed it, or the connection."""
    GONE = auto()
    """Whoever looks at it is not signed in any more, or may not see it."""
    CROWDED = auto()
    """Newer pages needed the room."""
    STOPPED = auto()
    """The server stops; the page may come again, and finds another one."""


class OpenPage:
    """A page that is told."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.over: Over | None = None
        self._news: dict[str, str] = {}
        self._is_told = asyncio.Event()

    def tell(self, event: str, data: str = "") -> None:
        """Tell it; an event of the same name that it has not taken yet is replaced."""
        self._news[event] = data
        self._is_told.set()

    def end(self, why: Over) -> None:
        """Tell it no more."""
        self.over = self.over or why
        self._is_told.set()

    async def news(self, seconds: float) -> dict[str, str]:
        """What it is told next; nothing where no news came within these seconds, or it is over."""
        try:
            await asyncio.wait_for(self._is_told.wait(), seconds)
        except TimeoutError:
            return {}
        news, self._news = self._news, {}
        if self.over is None:
            self._is_told.clear()
        return news


class Live:
    """Tells the open pages of a process what the feed tells."""

    def __init__(self, feed: Feed, reader: Reader) -> None:
        self._feed = feed
        self._reader = reader
        self._pages: dict[OpenPage, None] = {}  # the oldest first
        self._hearers: dict[str, _Hearer] = {}

    @asynccontextmanager
    async def open(self, place: Place, limiter: CapacityLimiter) -> AsyncIterator[OpenPage]:
        """A page that is told what changes from now on; where there are too many, another one gives way."""
        page = OpenPage(place)
        self._make_room(place.session)
        self._pages[page] = None
        try:
            await self._hearer(place.service_code, limiter).has_begun.wait()
            yield page
        finally:
            self._pages.pop(page, None)
            if not any(self.pages_of(place.service_code)) and (hearer := self._hearers.pop(place.service_code, None)):
                hearer.stop()

    def pages_of(self, service_code: str) -> Iterator[OpenPage]:
        """Those that are open in a service."""
        return (page for page in self._pages if page.place.service_code == service_code)

    def end(self) -> None:
        """Let all of them end, at once."""
        for page in self._pages:
            page.end(Over.STOPPED)

    def has_lost(self, hearer: "_Hearer") -> bool:
        """Whether that was the one that heard for a service; from now on it is not."""
        if self._hearers.get(hearer.service_code) is not hearer:
            return False
        del self._hearers[hearer.service_code]
        return True

    def _make_room(self, session: str) -> None:
        of_it = [page for page in self._pages if page.place.session == session]
        if len(of_it) >= MOST_OF_A_SESSION:
            self._crowd_out(of_it[0])
        if len(self._pages) >= MOST_PAGES:
            # However many sessions somebody has, nobody else's pages give way to theirs.
            counts = Counter(page.place.master_id for page in self._pages)
            most = max(counts.values())
            self._crowd_out(next(page for page in self._pages if counts[page.place.master_id] == most))

    def _crowd_out(self, page: OpenPage) -> None:
        page.end(Over.CROWDED)
        del self._pages[page]

    def _hearer(self, service_code: str, limiter: CapacityLimiter) -> "_Hearer":
        if service_code not in self._hearers:
            self._hearers[service_code] = _Hearer(self, service_code, self._feed, self._reader, limiter)
        return self._hearers[service_code]


class _Hearer:
    """Hears what changes in a service for all of its open pages, and looks once for them all who may know."""

    def __init__(self, live: Live, service_code: str, feed: Feed, reader: Reader, limiter: CapacityLimiter) -> None:
        self._live = live
        self.service_code = service_code
        self._feed = feed
        self._reader = reader
        self._limiter = limiter
        self.has_begun = asyncio.Event()
        self._has_news = asyncio.Event()
        self._changed: set[int] = set()
        self._come_or_gone: set[tuple[int, str]] = set()
        self._has_missed = False
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        telling = asyncio.create_task(self._tell())
        try:
            async with self._feed.listen(self.service_code) as told:
                self.has_begun.set()
                async for each in told:
                    self._note(each)
        finally:
            telling.cancel()
            self.has_begun.set()
            if self._live.has_lost(self):  # nobody has stopped it: the pages come again, to one that hears
                for page in self._live.pages_of(self.service_code):
                    page.end(Over.STOPPED)

    def _note(self, told: Told) -> None:
        if isinstance(told, Missed):
            self._has_missed = True
        elif told.is_presence:
            self._come_or_gone.add((told.number, told.master_id))
        else:
            self._changed.add(told.number)
        self._has_news.set()

    async def _tell(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            try:
                await self._tell_once()
            except StorageFailed:
                self._has_missed = True  # which is told when the database is back
                await asyncio.sleep(_RETRY_SECONDS)
                self._has_news.set()
            await asyncio.sleep(_GATHER_SECONDS)

    async def _tell_once(self) -> None:
        changed, self._changed = self._changed, set()
        come_or_gone, self._come_or_gone = self._come_or_gone, set()
        has_missed = self._has_missed or len(changed) > _MOST_NUMBERS
        self._has_missed = False
        opened = {page.place.number for page in self._live.pages_of(self.service_code)}
        shown = {number for number in opened if number is not None}
        moved = changed | {number for number, _ in come_or_gone}
        asked = shown if has_missed else moved & shown
        if None in opened and not has_missed:
            asked |= changed  # a list may show any of them
        if not asked and not has_missed:
            return
        judged = await run_sync(lambda: judge(self._reader, self.service_code, asked), limiter=self._limiter)
        in_lists = Judged(judged.service, {n: it for n, it in judged.glimpses.items() if n in changed})
        for page in self._live.pages_of(self.service_code):
            place = page.place
            if judged.reader(place.master_id) is None:
                page.end(Over.GONE)
            elif place.number is None:
                if has_missed or in_lists.sees_any(place.master_id):
                    page.tell(CHANGED)
            elif place.number in asked:
                _tell_ticket(page, judged, is_changed=has_missed or place.number in changed)
                if has_missed or any(n == place.number and who != place.master_id for n, who in come_or_gone):
                    page.tell(PRESENT)


def _tell_ticket(page: OpenPage, judged: Judged, *, is_changed: bool) -> None:
    assert page.place.number is not None
    glimpse = judged.seen(page.place.master_id, page.place.number)
    if glimpse is None:
        page.end(Over.GONE)
    elif is_changed:
        page.tell(CHANGED, str(glimpse.version))
