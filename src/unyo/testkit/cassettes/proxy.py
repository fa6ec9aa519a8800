"""The proxy: forwards calls as they are, and hands each with its answer to whoever records it."""

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

import httpx2
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from unyo.uom import codec
from unyo.uom.actions import ACTIONS_PATH
from unyo.uom.envelopes import CONTENT_TYPE, ErrorCode, Failure, failure, make_request_id

from .scrubbing import Heard

# More than the contract allows, so that what an endpoint says to too much is recorded too.
MOST_BODY: Final = 8 * 1024**2
MOST_ANSWER: Final = 64 * 1024**2

BAD_GATEWAY: Final = ErrorCode("BAD_GATEWAY", "接続先から応答を取得できませんでした。", 502)
GATEWAY_TIMEOUT: Final = ErrorCode("GATEWAY_TIMEOUT", "接続先が時間内に応答しませんでした。", 504)
TOO_LARGE: Final = ErrorCode("PAYLOAD_TOO_LARGE", "リクエストボディは8MiB以下にしてください。", 413)

# What belongs to one connection and not to the call (RFC 9110, section 7.6.1), and what is made anew.
_HOPS: Final = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade", "content-length"),
    }
)
# The other side is asked for its answer as it is: a compressed one could not be read here.
_OURS: Final = frozenset({"host", "accept-encoding", "expect"})
# What an answer may have, whatever a lenient reader takes (RFC 9110, sections 5.5 and 15).
_STATUSES: Final = range(200, 600)
_VALUE: Final = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")

Headers = list[tuple[bytes, bytes]]


class _NoAnswer(Exception):
    """The endpoint gave none: what the caller is told, and what is noted."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Proxy:
    """Forwards what comes under ``/r/`` to one endpoint; ``record`` is given each call before its answer goes on."""

    def __init__(
        self, endpoint: str, client: httpx2.AsyncClient, record: Callable[[Heard], None], clock: Callable[[], datetime]
    ) -> None:
        self._endpoint = httpx2.URL(endpoint)
        self._client = client
        self._record = record
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        request = Request(scope, receive)
        path = str(scope["path"])
        if not path.startswith(ACTIONS_PATH) or {".", ".."} & {*path.split("/")}:
            await _refusal(Failure.NOT_FOUND.value)(scope, receive, send)
            return
        try:
            content = await _body(request)
        except ClientDisconnect:
            return
        if content is None:
            await _refusal(TOO_LARGE)(scope, receive, send)
            return
        query, arrived, began = scope["query_string"].decode("latin-1"), self._clock(), time.monotonic()
        heard = Heard(str(scope["method"]), path, query, _texts(scope["headers"]), content, arrived)
        try:
            status, headers, answer = await self._forward(scope, content)
        except _NoAnswer as none:
            self._record(replace(heard, seconds=time.monotonic() - began, trouble=none.reason))
            await _refusal(none.code)(scope, receive, send)
            return
        seconds = time.monotonic() - began
        self._record(replace(heard, seconds=seconds, status=status, answer_headers=_texts(headers), answer=answer))
        passed = Response(answer, status)
        passed.raw_headers = [*_without(headers, _HOPS), (b"content-length", str(len(answer)).encode())]
        await passed(scope, receive, send)

    async def _forward(self, scope: Scope, content: bytes) -> tuple[int, Headers, bytes]:
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        request = httpx2.Request(
            scope["method"],
            self._endpoint.copy_with(raw_path=target),
            headers=[*_without(scope["headers"], _HOPS | _OURS), (b"accept-encoding", b"identity")],
            content=content or None,
            extensions={"timeout": self._client.timeout.as_dict()},
        )
        try:
            answer = await self._client.send(request, stream=True)
            try:
                headers = [(name.lower(), value) for name, value in answer.headers.raw]
                if answer.status_code not in _STATUSES or not all(_VALUE.fullmatch(value) for _, value in headers):
                    raise _NoAnswer(BAD_GATEWAY, "no answer that HTTP allows")
                return answer.status_code, headers, await _read(answer)
            finally:
                await answer.aclose()
        except httpx2.TimeoutException as error:
            raise _NoAnswer(GATEWAY_TIMEOUT, f"no answer in time ({type(error).__name__})") from None
        except httpx2.ConnectError as error:
            raise _NoAnswer(BAD_GATEWAY, f"it cannot be reached ({error})") from None
        except httpx2.HTTPError as error:
            # Its text may hold what the endpoint sent.
            raise _NoAnswer(BAD_GATEWAY, f"no answer ({type(error).__name__})") from None


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is larger than may be."""
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > MOST_BODY:
            return None
    return bytes(read)


async def _read(answer: httpx2.Response) -> bytes:
    """An answer's bytes as they came."""
    read = bytearray()
    async for part in answer.aiter_raw():
        read += part
        if len(read) > MOST_ANSWER:
            raise _NoAnswer(BAD_GATEWAY, f"the answer is larger than {MOST_ANSWER // 1024**2} MiB")
    return bytes(read)


def _texts(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]


def _without(headers: Headers, left_out: frozenset[str]) -> Headers:
    """The headers that go on: neither those, nor what Connection names."""
    named = {
        part.strip().lower() for name, value in _texts(headers) if name == "connection" for part in value.split(",")
    }
    return [(name, value) for name, value in headers if name.decode("latin-1").lower() not in named | left_out]


def _refusal(code: ErrorCode) -> Response:
    body = codec.encode(failure(make_request_id(), code))
    return Response(body, code.status, {"Content-Type": CONTENT_TYPE})


def make_app(proxy: Proxy, client: httpx2.AsyncClient, begun: Callable[[], None]) -> Starlette:
    """The application, which says when it has ``begun``, and closes the connections to the endpoint at its end."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        begun()
        yield
        await client.aclose()

    app = Starlette(lifespan=lifespan)
    app.router.default = proxy  # a route's pattern would not fit every path
    return app
