"""One HTTP call, as the steps of the chain read it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from unyo.tickets.errors import Refusal
from unyo.uom.envelopes import Failure

MAX_BODY_BYTES = 1024 * 1024
BODY_SECONDS = 15.0
# What is still read of a body that nobody will look at, so that its sender can hear the answer.
_DRAIN_BYTES = 4 * MAX_BODY_BYTES
_DRAIN_SECONDS = 2.0


class Rejected(Exception):
    """A step that ends the call: why, and headers that the answer needs."""

    def __init__(self, why: Failure | Refusal, headers: dict[str, str] | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.headers = headers or {}


@dataclass(slots=True)
class HttpCall:
    """A call's head, and its body while it comes in."""

    scope: Scope
    receive: Receive
    request_id: str
    has_more: bool = field(init=False)
    # What the steps find out, for whoever watches.
    action: str = field(init=False, default="")
    master_id: str = field(init=False, default="")
    ticket_id: str = field(init=False, default="")
    headers: list[tuple[str, str]] = field(init=False, repr=False)
    _by_name: dict[str, list[str]] = field(init=False, repr=False)
    standing: Sequence[tuple[bytes, bytes]] = field(init=False, default=())
    """Headers that tell the caller where its key stands."""
    _is_asked_for: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Read every header as it came, in lower case, repeated ones too."""
        self.headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in self.scope["headers"]]
        self._by_name = {}
        for name, value in self.headers:
            self._by_name.setdefault(name, []).append(value)
        self.has_more = self.has_body

    @property
    def has_body(self) -> bool:
        """Whether a body is announced."""
        lengths = self.header("content-length")
        return bool(self.header("transfer-encoding")) or any(length.strip() != "0" for length in lengths)

    @property
    def method(self) -> str:
        """The method, in upper case."""
        return str(self.scope["method"])

    @property
    def client(self) -> str:
        """The caller's address."""
        address = self.scope.get("client")
        return str(address[0]) if address else ""

    @property
    def path(self) -> str:
        """The decoded path, without its query."""
        return str(self.scope["path"])

    def header(self, name: str) -> list[str]:
        """The values of a header, by its lower-case name."""
        return self._by_name.get(name, [])

    async def body(self, seconds: float) -> bytes:
        """The whole body.

        Raises:
            Rejected: it is longer than 1 MiB, or was not complete in time.
            ClientDisconnect: the caller has gone.
        """
        if any(length.isdigit() and int(length) > MAX_BODY_BYTES for length in self.header("content-length")):
            raise Rejected(Failure.PAYLOAD_TOO_LARGE)
        read = bytearray()
        try:
            async with asyncio.timeout(seconds):
                while self.has_more:
                    read += (await self._next())["body"]
                    if len(read) > MAX_BODY_BYTES:
                        raise Rejected(Failure.PAYLOAD_TOO_LARGE)
        except TimeoutError:
            raise Rejected(Failure.REQUEST_TIMEOUT) from None
        return bytes(read)

    async def drain(self) -> None:
        """Read on for a moment what will not be looked at: a connection closed on it could lose the answer."""
        if not self._is_asked_for and any(value.lower() == "100-continue" for value in self.header("expect")):
            return  # the body is sent only when we ask for it
        drained = 0
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self.has_more and drained < _DRAIN_BYTES:
                    drained += len((await self._next())["body"])
        except (TimeoutError, ClientDisconnect):
            return

    async def _next(self) -> Message:
        self._is_asked_for = True
        message = await self.receive()
        if message["type"] == "http.disconnect":
            self.has_more = False
            raise ClientDisconnect
        self.has_more = message.get("more_body", False)
        return {"body": b"", **message}
