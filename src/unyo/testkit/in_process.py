"""Carries the calls of a client to a desk in the same process, without a network."""

import asyncio
from concurrent.futures import Future
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp

from .door import AnswerLost

ENDPOINT = "http://uom.test"


class InProcess(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """A transport for clients that wait and for those that await; the desk works in a thread of its own.

    A client that gives up waiting hears nothing more, while its call is carried out all the same.
    """

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._carrier = httpx2.ASGITransport(app)
        self._portal = portal

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry a call over, and wait for its answer.

        Raises:
            httpx2.TransportError: a fault let it be lost, the answer did not come in time, or the desk is closed.
        """
        request.read()
        future = self._begin(request)
        try:
            return future.result(_patience(request))
        except TimeoutError:
            raise httpx2.ReadTimeout("the answer did not come in time", request=request) from None
        except AnswerLost as lost:
            raise _error(lost, request) from None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry a call over, and await its answer.

        Raises:
            httpx2.TransportError: a fault let it be lost, the answer did not come in time, or the desk is closed.
        """
        await request.aread()
        future = self._begin(request)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), _patience(request))
        except TimeoutError:
            raise httpx2.ReadTimeout("the answer did not come in time", request=request) from None
        except AnswerLost as lost:
            raise _error(lost, request) from None

    def _begin(self, request: httpx2.Request) -> "Future[httpx2.Response]":
        try:
            return self._portal.start_task_soon(self._carry, request)
        except RuntimeError:
            raise httpx2.ConnectError("the desk of this test is closed", request=request) from None

    async def _carry(self, request: httpx2.Request) -> httpx2.Response:
        copied = httpx2.Request(request.method, request.url, headers=request.headers.raw, content=request.content)
        answer = await self._carrier.handle_async_request(copied)
        return httpx2.Response(answer.status_code, headers=answer.headers.raw, content=await answer.aread())


def _patience(request: httpx2.Request) -> float | None:
    waits: dict[str, Any] = request.extensions.get("timeout", {})
    found = waits.get("read")
    return None if found is None else float(found)


def _error(lost: AnswerLost, request: httpx2.Request) -> httpx2.TransportError:
    if lost.unreached:
        return httpx2.ConnectError("a fault let nobody be reached", request=request)
    return httpx2.ReadError("a fault let the answer be lost", request=request)
