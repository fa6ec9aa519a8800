"""Browsers that have come by https are told to come by nothing else, if whoever operates the server asks for that."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class KeptToHttps:
    """Adds to every answer that, for so many seconds, this host is reached by https only; other hosts are not named."""

    def __init__(self, app: ASGIApp, seconds: int) -> None:
        self._app = app
        self._told = (b"strict-transport-security", f"max-age={seconds}".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""

        async def _send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], self._told]
            await send(message)

        await self._app(scope, receive, _send)
