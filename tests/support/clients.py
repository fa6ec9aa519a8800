"""Clients of unyo for tests: both kinds driven alike, and transports that carry their calls to a desk, or fail to."""

import asyncio
import inspect
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any, Literal, cast

import httpx2

from unyo.cast import YAMADA, Actor
from unyo.client import AsyncClient, Client
from unyo.testkit import Uom
from unyo.uom.envelopes import Failure, failure

from .desks import CONTENT_TYPE, DeskUnderTest

ENDPOINT = "http://desk"
VERSION = "x-unyo-version"
KINDS: tuple[Literal["Client", "AsyncClient"], ...] = ("Client", "AsyncClient")
Fault = Literal[
    "unreached", "lost", "timed out", "busy", "long busy", "bad gateway", "web site", "failed", "failed after"
]
RETRY_AFTER = 7


@dataclass(frozen=True)
class Sent:
    """A call as it left the client."""

    action: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def call_id(self) -> str:
        return self.headers.get("x-iijapi-unyo-call", "")


class ToDesk(httpx2.BaseTransport):
    """Carries calls to a desk that stands in this process, whose answers tell its own clock's time."""

    def __init__(self, desk: DeskUnderTest) -> None:
        self._desk = desk
        self._one_at_a_time = threading.Lock()
        self.sent: list[Sent] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        content = request.read()
        action = request.url.path.rpartition("/")[2].removesuffix(".json")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        with self._one_at_a_time:
            self.sent.append(Sent(action, {name.lower(): value for name, value in headers}, json.loads(content)))
            answer = self._desk.transport.request(request.method, request.url.path, content, headers)
        told = {**answer.headers, "Date": format_datetime(self._desk.clock.now, usegmt=True)}
        return httpx2.Response(answer.status, headers=told, content=answer.content)

    def actions(self) -> list[str]:
        return [each.action for each in self.sent]

    def bodies(self, action: str) -> list[dict[str, Any]]:
        return [each.body for each in self.sent if each.action == action]


class Faulty(httpx2.BaseTransport):
    """Carries calls on, but for those that a fault is waiting for, of one action or of any."""

    def __init__(self, inner: httpx2.BaseTransport, *, is_unyo: bool = True) -> None:
        self._inner = inner
        self._heads = {VERSION: "0"} if is_unyo else {}
        self._waiting: list[tuple[str, Fault]] = []
        self.met: list[Fault] = []

    def next(self, *faults: Fault, action: str = "") -> None:
        """What happens to the next calls, in this order."""
        self._waiting += [(action, fault) for fault in faults]

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        waiting = self._waiting
        if not waiting or not request.url.path.endswith(f"{waiting[0][0]}.json"):
            return self._inner.handle_request(request)
        _, fault = waiting.pop(0)
        self.met.append(fault)
        match fault:
            case "unreached":
                raise httpx2.ConnectError("refused", request=request)
            case "lost":
                self._inner.handle_request(request)
                raise httpx2.ReadError("reset", request=request)
            case "timed out":
                raise httpx2.ReadTimeout("waited", request=request)
            case "busy" | "long busy":
                wait = RETRY_AFTER if fault == "busy" else 3600
                return _failed(Failure.TOO_MANY_REQUESTS, self._heads | {"Retry-After": str(wait)})
            case "bad gateway":
                return httpx2.Response(502, text="<h1>Bad Gateway</h1>")
            case "web site":
                return httpx2.Response(200, text="<h1>Welcome</h1>")
            case "failed":
                return _failed(Failure.SYSTEM_ERROR, self._heads)
            case "failed after":
                self._inner.handle_request(request)
                return _failed(Failure.SYSTEM_ERROR, self._heads)


class Vendor(httpx2.BaseTransport):
    """The desk as the vendor's would be: three actions, no header of ours; whoever sends more fails the test."""

    ACTIONS = frozenset({"RegisterTicket", "GetTicketDetail", "UpdateTicket"})
    HEADERS = frozenset({"x-iijapi-expire", "x-iijapi-signaturemethod", "x-iijapi-signatureversion"})

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        action = request.url.path.rpartition("/")[2].removesuffix(".json")
        extra = {name for name in request.headers if "unyo" in name or name.startswith("x-")} - self.HEADERS
        if action not in self.ACTIONS or extra:
            raise AssertionError(f"sent to the vendor: {action} with {sorted(extra)}")
        answer = self._inner.handle_request(request)
        kept = {name: value for name, value in answer.headers.items() if not name.startswith("x-")}
        return httpx2.Response(answer.status_code, headers=kept, content=answer.content)


def _failed(code: Failure, headers: Mapping[str, str]) -> httpx2.Response:
    content = json.dumps(failure("0" * 8, code.value)).encode()
    return httpx2.Response(code.value.status, headers={"Content-Type": CONTENT_TYPE, **headers}, content=content)


class Awaited(httpx2.AsyncBaseTransport):
    """A transport that waits, for a client that awaits."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        answer = await asyncio.to_thread(self._inner.handle_request, request)
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


class Waiting:
    """A client that awaits, driven as one that waits: everything that it offers, by the same names."""

    def __init__(self, target: object, runner: asyncio.Runner) -> None:
        self._target = target
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return Waiting(found, self._runner)

        def _called(*given: Any, **named: Any) -> Any:
            made = found(*given, **named)
            return self._all(made) if inspect.isasyncgen(made) else self._runner.run(made)

        return _called

    def __repr__(self) -> str:
        return repr(self._target)

    def _all(self, items: Any) -> Iterator[Any]:
        while True:
            try:
                item = self._runner.run(anext(items))
            except StopAsyncIteration:
                return
            yield item


@dataclass
class Clients:
    """Makes clients of one kind; ``pauses`` are those that they made between tries."""

    kind: Literal["Client", "AsyncClient"]
    opened: ExitStack
    pauses: list[float] = field(default_factory=list)

    def __call__(
        self,
        transport: httpx2.BaseTransport | None = None,
        actor: Actor = YAMADA,
        *,
        endpoint: str = ENDPOINT,
        secret_key: str = "",
        **options: Any,
    ) -> Client:
        """A client of an actor's, over a transport or, without one, over HTTP."""
        key = actor.key
        given = (endpoint, key.access_key, secret_key or key.secret_key, actor.service_code, actor.master_id)
        if self.kind == "Client":
            client = Client(*given, transport=transport, sleep=self.pauses.append, **options)
            return self.opened.enter_context(client)

        async def _pause(seconds: float) -> None:
            self.pauses.append(seconds)

        runner = self.opened.enter_context(asyncio.Runner())
        awaited = Awaited(transport) if transport else None
        waiting = Waiting(AsyncClient(*given, transport=awaited, sleep=_pause, **options), runner)
        self.opened.callback(waiting.close)
        return cast("Client", waiting)


@contextmanager
def clients_of(kind: Literal["Client", "AsyncClient"]) -> Iterator[Clients]:
    """A maker of clients, which are closed at the end."""
    with ExitStack() as opened:
        yield Clients(kind, opened)


@dataclass
class ClientsOf:
    """Makes clients of one kind; ``pauses`` are those that they made between tries."""

    kind: Literal["Client", "AsyncClient"]
    uom: Uom
    url: str
    opened: ExitStack
    pauses: list[float] = field(default_factory=list)

    def __call__(self, actor: Actor = YAMADA, *, endpoint: str = "", **options: Any) -> Client:
        """A client in somebody's name, driven as one that waits: of the desk, or of another endpoint over HTTP."""
        where = endpoint or self.url
        if self.kind == "Client":
            given = {"sleep": self.pauses.append, **options}
            client = Client(where, *_who(actor), **given) if where else self.uom.client(actor, **given)
            return self.opened.enter_context(client)

        async def _pause(seconds: float) -> None:
            self.pauses.append(seconds)

        awaiting = {"sleep": _pause, **options}
        made = AsyncClient(where, *_who(actor), **awaiting) if where else self.uom.async_client(actor, **awaiting)
        waiting = Waiting(made, self.opened.enter_context(asyncio.Runner()))
        self.opened.callback(waiting.close)
        return cast("Client", waiting)


def _who(actor: Actor) -> tuple[str, str, str, str]:
    return actor.key.access_key, actor.key.secret_key, actor.service_code, actor.master_id


@contextmanager
def clients_of_desk(
    kind: Literal["Client", "AsyncClient"], uom: Uom, *, over_http: bool = False
) -> Iterator[ClientsOf]:
    """A maker of a desk's clients, which are closed at the end."""
    with ExitStack() as opened:
        url = opened.enter_context(uom.serve()).url if over_http else ""
        yield ClientsOf(kind, uom, url, opened)
