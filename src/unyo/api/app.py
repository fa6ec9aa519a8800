"""The ASGI application: the actions, the server's pages about itself, and what every answer carries."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unyo.uom import codec
from unyo.uom.envelopes import CONTENT_TYPE, Failure, failure, make_request_id
from unyo.uom.openapi import document

from .draining import Draining

ACTIONS_PATH = "/r/"

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The RequestId of the call that is being served, for log lines."""


class RequestIdFilter(logging.Filter):
    """Gives every log record the RequestId of the call it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, with its RequestId."""
        record.request_id = request_id.get()
        return True


class Doors:
    """Gives every call a RequestId, and every answer that and the server's version.

    The actions are called straight from here: the framework's layers, which the pages need, took them a twentieth
    of the server's time.
    """

    def __init__(self, actions: ASGIApp, pages: ASGIApp, version: str, draining: Draining) -> None:
        self._actions = actions
        self._pages = pages
        self._version = version.encode()
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        made = make_request_id()
        scope.setdefault("state", {})["request_id"] = made
        token = request_id.set(made)
        app = self._actions if scope["path"].startswith(ACTIONS_PATH) else self._pages

        async def _send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if all(name != b"x-request-id" for name, _ in headers):
                    headers.append((b"x-request-id", made.encode()))
                headers.append((b"x-unyo-version", self._version))
                if self._draining.has_begun:
                    headers.append((b"connection", b"close"))
                message["headers"] = headers
            await send(message)

        try:
            await app(scope, receive, _send)
        finally:
            request_id.reset(token)


def make_app(
    actions: ASGIApp,
    version: str,
    trouble: Callable[[], str],
    close: Callable[[], None],
    draining: Draining,
    more: Iterable[Route] = (),
) -> ASGIApp:
    """The application: the actions under ``/r/``, and the pages about the server.

    ``trouble`` says why the server is not ready (``""``: it is); ``close`` ends it, after ``draining``; ``more`` are
    further pages.
    """
    described = codec.encode(document(version))

    async def livez(_request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        found = "stopping" if draining.has_begun else await run_sync(trouble)
        return _json({"status": "not ready", "reason": found}, 503) if found else _json({"status": "ok"})

    async def openapi(_request: Request) -> Response:
        return Response(described, media_type=CONTENT_TYPE)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        draining.watch()
        yield
        await run_sync(close)

    pages = Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/openapi.json", openapi),
            *more,
        ],
        exception_handlers={HTTPException: _refuse},
        lifespan=lifespan,
    )
    pages.router.redirect_slashes = False  # a path that is not there is answered, not guessed
    return Doors(actions, pages, version, draining)


def _json(value: dict[str, str], status: int = 200) -> Response:
    return Response(codec.encode(value), status, media_type=CONTENT_TYPE)


async def _refuse(request: Request, error: Exception) -> Response:
    """The pages about the server refuse in the same shape as the actions."""
    assert isinstance(error, HTTPException)
    is_method = error.status_code == Failure.METHOD_NOT_ALLOWED.value.status
    why = Failure.METHOD_NOT_ALLOWED if is_method else Failure.NOT_FOUND
    envelope = failure(request.state.request_id, why.value)
    return Response(codec.encode(envelope), why.value.status, error.headers, CONTENT_TYPE)
