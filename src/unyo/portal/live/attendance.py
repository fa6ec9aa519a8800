"""Who has a ticket open in a browser, put together from the pages of this process: one person may have several."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from unyo.services.people import Presence
from unyo.services.ports import StorageFailed

from .open_pages import OpenPage, Place

_Key = tuple[str, int, str]


class Attendance:
    """Notes who comes and goes, one at a time, so that whoever leaves one page for another is not noted as gone."""

    def __init__(self, presence: Presence, clock: Callable[[], datetime]) -> None:
        self._presence = presence
        self._clock = clock
        self._pages: dict[_Key, set[OpenPage]] = {}
        self._turn = asyncio.Lock()

    async def arrive(self, page: OpenPage, limiter: CapacityLimiter) -> None:
        """Somebody has, or still has, a page open."""
        if key := _key(page.place):
            self._pages.setdefault(key, set()).add(page)
            await self._note(key, limiter)

    async def leave(self, page: OpenPage, limiter: CapacityLimiter, *, is_back_soon: bool) -> None:
        """They have closed it; with ``is_back_soon`` they have not left, as another server will take them at once."""
        key = _key(page.place)
        if not key or key not in self._pages:
            return
        self._pages[key].discard(page)
        if not self._pages[key]:
            del self._pages[key]
        if not is_back_soon:
            await self._note(key, limiter)

    async def _note(self, key: _Key, limiter: CapacityLimiter) -> None:
        async with self._turn:
            pages = self._pages.get(key)
            with suppress(StorageFailed):  # said again at the next beat; who says nothing more counts as gone
                if pages:
                    is_editing = any(page.place.is_editing for page in pages)
                    await run_sync(
                        lambda: self._presence.arrive(*key, self._clock(), is_editing=is_editing), limiter=limiter
                    )
                else:
                    await run_sync(lambda: self._presence.leave(*key), limiter=limiter)


def _key(place: Place) -> _Key | None:
    return None if place.number is None else (place.service_code, place.number, place.master_id)
