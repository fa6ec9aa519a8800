"""The pages of a server about itself: alive, ready, its version, its figures, its OpenAPI."""

import hmac
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from unyo.services.watcher import Watcher
from unyo.tickets.errors import Reason
from unyo.uom import codec
from unyo.uom.envelopes import CONTENT_TYPE, ERRORS, ErrorCode, Failure, failure
from unyo.uom.openapi import document

from .draining import Draining

WATCHER: Final = "watcher"
"""Where the lifespan's state, which every connection is given, keeps who watches."""
_FIGURES_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """`/metrics` on the server's own address: all figures, for whoever has the token."""

    token: str
    text: Callable[[], bytes]

    def __repr__(self) -> str:
        return "<FiguresPage>"


@dataclass(frozen=True, slots=True)
class Server:
    """A server, as its pages need it.

    ``about`` tells what is running; ``checks`` says of each part ``ok`` or what is wrong with it; ``figures`` is None
    where they are not shown here; ``close`` ends it, after ``draining``.
    """

    about: Mapping[str, str]
    checks: Callable[[], Mapping[str, str]]
    close: Callable[[], None]
    watcher: Watcher
    draining: Draining
    figures: FiguresPage | None = None


def make_pages(server: Server, more: Iterable[Route], rest: ASGIApp) -> Starlette:
    """The application of the pages, of ``more``, and of ``rest`` for other paths; its lifespan is the server's."""
    described = codec.encode(document(server.about["version"]))

    async def livez(_request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        checks = {"server": "stopping"} if server.draining.has_begun else await run_sync(server.checks)
        reason = next((found for found in checks.values() if found != "ok"), "")
        if reason:
            return _json({"status": "not ready", "reason": reason, "checks": dict(checks)}, 503)
        return _json({"status": "ok", "checks": dict(checks)})

    async def version(_request: Request) -> Response:
        return _json(dict(server.about))

    async def openapi(_request: Request) -> Response:
        return Response(described, media_type=CONTENT_TYPE)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        server.draining.watch()
        yield {WATCHER: server.watcher}
        await run_sync(server.close)

    routes = [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/version", version),
        Route("/openapi.json", openapi),
        *more,
    ]
    if server.figures:
        routes.append(_figures(server.figures))
    pages = Starlette(routes=routes, exception_handlers={HTTPException: _refuse}, lifespan=lifespan)
    pages.router.redirect_slashes = False  # a path that is not there is answered, not guessed
    pages.router.default = rest
    return pages


def _figures(page: FiguresPage) -> Route:
    expected = f"Bearer {page.token}".encode()

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, expected):
            return _failure(request, ERRORS[Reason.UNAUTHENTICATED], 401, {"WWW-Authenticate": "Bearer"})
        return Response(await run_sync(page.text), headers={"Content-Type": _FIGURES_TYPE})

    return Route("/metrics", metrics)


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(codec.encode(value), status, media_type=CONTENT_TYPE)


async def _refuse(request: Request, error: Exception) -> Response:
    """The pages about the server refuse in the same shape as the actions."""
    assert isinstance(error, HTTPException)
    is_method = error.status_code == Failure.METHOD_NOT_ALLOWED.value.status
    why = Failure.METHOD_NOT_ALLOWED if is_method else Failure.NOT_FOUND
    return _failure(request, why.value, why.value.status, error.headers)


def _failure(request: Request, code: ErrorCode, status: int, headers: Mapping[str, str] | None) -> Response:
    return Response(codec.encode(failure(request.state.request_id, code)), status, headers, CONTENT_TYPE)
