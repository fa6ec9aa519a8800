"""The ASGI application: the actions, the server's pages about itself, and what every answer carries."""

from collections.abc import Callable, Iterable

from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unyo.services.watcher import request_id
from unyo.uom.actions import ACTIONS_PATH

from .draining import Draining
from .pages import Server, make_pages


class Doors:
    """Gives every call a RequestId, and every answer that and the server's version.

    The actions are called straight from here: the framework's layers, which the pages need, took them a twentieth
    of the server's time.
    """

    def __init__(
        self, actions: ASGIApp, pages: ASGIApp, version: str, draining: Draining, make_request_id: Callable[[], str]
    ) -> None:
        self._actions = actions
        self._pages = pages
        self._version = version.encode()
        self._draining = draining
        self._make_request_id = make_request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        made = self._make_request_id()
        scope.setdefault("state", {})["request_id"] = made
        token = request_id.set(made)
        app = self._actions if scope["path"].startswith(ACTIONS_PATH) else self._pages

        async def _send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if all(name != b"x-request-id" for name, _ in headers):
                    headers.append((b"x-request-id", made.encode()))
                headers.append((b"x-unyo-version", self._version))
                if self._draining.has_begun and all(name != b"connection" for name, _ in headers):
                    headers.append((b"connection", b"close"))
                message["headers"] = headers
            await send(message)

        try:
            await app(scope, receive, _send)
        finally:
            request_id.reset(token)


def make_app(
    actions: ASGIApp, server: Server, more: Iterable[Route], rest: ASGIApp, make_request_id: Callable[[], str]
) -> ASGIApp:
    """The application: actions under ``/r/``, pages about the server, ``more`` pages, and ``rest`` for all else."""
    pages = make_pages(server, more, rest)
    return Doors(actions, pages, server.about["version"], server.draining, make_request_id)
