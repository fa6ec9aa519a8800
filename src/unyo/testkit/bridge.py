"""The desk as an application for servers and clients that have an event loop of their own."""

import asyncio

from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .messages import Kept, read_ahead, replayed


class Bridge:
    """Carries calls over to the desk's loop, whatever loop they come from, and their answers back.

    Neither loop calls into the other while a call is carried out: whoever gives up waiting, or ends its loop, takes
    nothing back and hinders nobody.
    """

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._app = app
        self._portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call; a server's start and end are none of the desk's, which lives as long as its test.

        Raises:
            AnswerLost: a fault lets the call have no answer.
        """
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        messages, answer = await read_ahead(receive), Kept()
        over = self._portal.start_task_soon(self._app, scope, replayed(messages, _gone), answer.keep)
        await asyncio.shield(asyncio.wrap_future(over))
        if answer.status:
            await answer.send(send)


async def _gone() -> Message:
    return {"type": "http.disconnect"}


async def _live(receive: Receive, send: Send) -> None:
    for what in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{what}.complete"})
