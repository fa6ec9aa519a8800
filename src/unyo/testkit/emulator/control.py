"""The control API over HTTP: who may use it, which operation is meant, and how it answers."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from unyo.client import Answered, NoTicketId, UnyoError
from unyo.client.choices import ENUMS
from unyo.storage.administration import NotPossible
from unyo.tickets.field_tables import BY_KEY

from .bench import Bench
from .operations import OPERATIONS, ROOT, NotThere, Operation, Parts
from .records import encoded
from .shapes import NotFit, read, read_values

LONGEST: Final = 1024 * 1024
"""A body's length at the most, in bytes."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_ROUTES: Final = [(compile_path(ROOT + each.path)[0], each) for each in OPERATIONS]
_NAMES: Final = {parameter.wire: key for key, parameter in BY_KEY.items()}


class Refused(Exception):
    """Nothing is done; ``status`` and the text say why."""

    def __init__(self, status: int, text: str, *, headers: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(text)
        self.status = status
        self.headers = dict(headers or {})
        self.told = {"error": text, **more}


class Control:
    """Stands before a desk: its own paths are controls, everything else is the desk's."""

    def __init__(self, bench: Bench, desk: ASGIApp) -> None:
        self._bench = bench
        self._desk = desk
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith(f"{ROOT}/"):
            await self._control(scope, receive, send)
        else:
            await self._desk(scope, receive, send)

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            told = await self._carried_out(Request(scope, receive))
        except ClientDisconnect:
            return
        except Refused as refused:
            response = _json(refused.told, refused.status, refused.headers)
        else:
            response = _json(told)
        await response(scope, receive, send)

    async def _carried_out(self, request: Request) -> Any:
        _check_sender(request.headers)
        operation, parts = _found(request.method, request.url.path)
        content = await _content(request)
        try:
            if operation.method == "GET":
                given = read_values(operation.shape, dict(request.query_params))
            else:
                given = read(operation.shape, content)
            if operation.is_quick:
                return operation.carry_out(self._bench, parts, given)
            if operation.waits:
                # In a thread beyond the number of those that work for the desk, which is to go on.
                return await run_sync(operation.carry_out, self._bench, parts, given, limiter=CapacityLimiter(1))
            async with self._one_at_a_time:
                return await run_sync(operation.carry_out, self._bench, parts, given)
        except AssertionError as error:
            raise Refused(409, str(error)) from None
        except NoTicketId:
            raise Refused(404, f"there is no ticket {parts.get('ticket_id')}, or it may not be seen") from None
        except NotThere as error:
            raise Refused(404, str(error)) from None
        except Answered as error:
            raise Refused(422, _by_the_rules(error), error_type=error.error_type) from None
        except (NotFit, NotPossible, UnyoError, ValueError, TypeError) as error:
            raise Refused(422, str(error)) from None


def _check_sender(headers: Headers) -> None:
    """No page in a browser may do anything here, wherever it says that it comes from."""
    host = headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name not in _LOOPBACK:
        raise Refused(403, f"the control API answers on loopback only, such as http://127.0.0.1, and not as {host!r}")
    if "origin" in headers:
        raise Refused(403, "the control API is not for pages in a browser: the call says which Origin it has")


def _found(method: str, path: str) -> tuple[Operation, Parts]:
    """Which operation is meant."""
    path = path if path != ROOT else f"{ROOT}/"
    fitting = [(each, match.groupdict()) for route, each in _ROUTES if (match := route.match(path))]
    for each, parts in fitting:
        if each.method == method:
            return each, parts
    if fitting:
        allowed = ", ".join(each.method for each, _ in fitting)
        raise Refused(405, f"{path} takes {allowed}, and not {method}", headers={"Allow": allowed})
    there_are = [f"{each.method} {ROOT}{each.path}" for each in OPERATIONS]
    raise Refused(404, f"there is no {path}", there_are=there_are)


async def _content(request: Request) -> bytes:
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LONGEST:
            raise Refused(413, f"a body has at most {LONGEST} bytes")
    return content


def _by_the_rules(error: Answered) -> str:
    """What the desk refused, by our names of the fields at fault."""
    names = [_NAMES.get(wire, wire) for wire in error.fields]
    right = [f"{name} is one of {', '.join(ENUMS[name])}" for name in names if name in ENUMS]
    told = f"{', '.join(names)}: {error.message}" if names else error.message
    return "; ".join([f"{told} ({error.error_type})", *right])


def _json(told: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(encoded(told) + b"\n", status, headers, media_type="application/json")
