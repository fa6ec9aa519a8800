"""A stream of server-sent events: what an open page is told, for as long as it is open and may be told."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from unyo.services.ports import StorageFailed
from unyo.services.telling import Judged, judge

from .live.open_pages import OpenPage, Over, Place
from .visit import Visit
from .web import headers

BEAT_SECONDS: Final = 20.0
"""How often it is checked that whoever has a page open is still signed in and may still see it."""
BEGUN: Final = "begun"
"""The first event. Its data says what may have changed since the page was made: the ticket's version, or, for a list,
when a ticket last changed, in seconds since 1970."""
CROWDED: Final = "crowded"
"""The last event where newer pages needed the room: the page need not come again before somebody looks at it."""
AT_STOP: Final = "at_stop"
"""In a call's state, where our server has put it there: takes what is to be called when the server stops."""


class EventStream(Response):
    """An answer that goes on: each event is sent as it happens."""

    def __init__(self, visit: Visit, place: Place) -> None:
        super().__init__()
        self._visit = visit
        self._place = place
        self._live = visit.backing.live
        self._attendance = visit.backing.attendance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve it."""
        async with self._live.open(self._place, self._visit.limiter) as page:
            if at_stop := scope.get("state", {}).get(AT_STOP):
                at_stop(lambda: page.end(Over.STOPPED))
            leaving = asyncio.create_task(_until_left(receive, page))
            try:
                await self._serve(page, send)
            finally:
                leaving.cancel()
                is_back_soon = page.over is Over.STOPPED
                await self._attendance.leave(page, self._visit.limiter, is_back_soon=is_back_soon)

    async def _serve(self, page: OpenPage, send: Send) -> None:
        told = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
        await send({"type": "http.response.start", "status": 200, "headers": told})

        async def _say(text: str, *, is_last: bool = False) -> None:
            await send({"type": "http.response.body", "body": text.encode(), "more_body": not is_last})

        await _say(_event(BEGUN, await self._begun(page)))
        beat_at = 0.0
        while page.over is None:
            if (now := time.monotonic()) >= beat_at:
                beat_at = now + BEAT_SECONDS
                await self._beat(page)
                await _say(":\n\n")
            elif news := await page.news(beat_at - now):
                await _say("".join(_event(*each) for each in news.items()))
        await _say(_event(CROWDED, "") if page.over is Over.CROWDED else "", is_last=True)

    async def _begun(self, page: OpenPage) -> str:
        """What may have changed before it was listened to."""
        place, reader = self._place, self._visit.backing.reader
        try:
            if place.number is None:
                newest = await self._visit.ask(lambda: reader.last_update(place.service_code, self._visit.me))
                return str(int(newest.timestamp())) if newest else ""
            judged = await self._visit.ask(self._judge)
        except StorageFailed:
            page.end(Over.STOPPED)
            return ""
        glimpse = judged.seen(place.master_id, place.number)
        return str(glimpse.version) if glimpse else ""

    async def _beat(self, page: OpenPage) -> None:
        """End it where the session has ended, or may not see it any more; say that its person is there."""
        try:
            if not await self._visit.ask(self._is_let_in):
                page.end(Over.GONE)
                return
        except StorageFailed:  # nobody is told anything meanwhile
            return
        await self._attendance.arrive(page, self._visit.limiter)

    def _is_let_in(self) -> bool:
        place, signing_in = self._place, self._visit.backing.signing_in
        session = signing_in.session(self._visit.token, is_seen=False)
        if session is None or (session.number, session.service_code) != (place.session, place.service_code):
            return False
        judged = self._judge()
        if place.number is None:
            return judged.reader(place.master_id) is not None
        return judged.seen(place.master_id, place.number) is not None

    def _judge(self) -> Judged:
        number = self._place.number
        return judge(self._visit.backing.reader, self._place.service_code, () if number is None else (number,))


async def _until_left(receive: Receive, page: OpenPage) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    page.end(Over.LEFT)


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"


_HEADERS: Final[Mapping[str, str]] = {
    **headers.PAGE,
    "Content-Type": "text/event-stream; charset=utf-8",
    # Proxies pass it on as it comes.
    "X-Accel-Buffering": "no",
}
