"""No more is read of a form than one of ours can hold: whoever sends more need not even be signed in."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 4 * 1024 * 1024
"""What the API takes in 1 MiB takes three times as much here, since browsers send Japanese percent-encoded."""
_TOO_LARGE: Final = 413


class Bounded:
    """Refuses forms that are too large as soon as they turn out to be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        read = 0

        async def _receive() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BYTES:
                raise HTTPException(_TOO_LARGE)
            return message

        await self._app(scope, _receive, send)
