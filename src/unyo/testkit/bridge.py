"""The desk as an application for servers and clients that have an event loop of their own."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")


class Bridge:
    """Carries calls over to the desk's loop, whatever loop they come from, and what is said meanwhile back."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._app = app
        self._portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call; a server's start and end are none of the desk's, which lives as long as its test."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        here = asyncio.get_running_loop()
        over = _over(here, receive), _over(here, send)
        # Whoever gives up waiting takes nothing back.
        await asyncio.shield(asyncio.wrap_future(self._portal.start_task_soon(self._app, scope, *over)))


def _over(
    loop: asyncio.AbstractEventLoop, function: Callable[..., Awaitable[T]]
) -> Callable[..., Coroutine[Any, Any, T]]:
    """A function that is called from another loop than the one in which it is carried out."""

    async def _there(*given: Message) -> T:
        return await function(*given)

    async def _called(*given: Message) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_there(*given), loop))

    return _called


async def _live(receive: Receive, send: Send) -> None:
    for what in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{what}.complete"})
