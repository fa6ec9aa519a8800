"""The heads of calls, as uvicorn reads them, but bounded in bytes and time, and refused in our own envelope.

An answer goes out only when every call before it on the connection has had its own.
"""

import asyncio
from enum import Enum, auto
from typing import Any, Final

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from unyo.services.watcher import NOBODY, Watcher
from unyo.uom.envelopes import Failure

from .pages import WATCHER
from .refusing import refused_head

MAX_HEAD_BYTES: Final = 64 * 1024
HEAD_SECONDS: Final = 10.0
# How long what is still sent is read and thrown away, so that its sender can hear the answer.
_LINGER_SECONDS: Final = 2.0


class _Place(Enum):
    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()


_BETWEEN, _HEAD, _BODY = _Place  # at hand: they are looked at for every call


class BoundedHeads(HttpToolsProtocol):
    """Serves one connection. It holds one timer at the most, and none for a head that comes in one piece."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        head_seconds: float = HEAD_SECONDS,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_seconds = head_seconds
        self._watcher: Watcher = app_state.get(WATCHER, NOBODY)
        self._place = _BETWEEN
        self._head_bytes = 0
        self._begun = 0
        self._timer: asyncio.TimerHandle | None = None
        self._refused: Failure | None = None

    # What the transport tells.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, no further than a head may reach."""
        self._unset_keepalive_if_required()
        while data and self._refused is None:
            room = MAX_HEAD_BYTES - self._head_bytes
            data = self._read(data[:room]) + data[room:]
        # Whatever came after the last answer, be it a blank line, must become a head in time.
        if self._timer is None and self._refused is None and (self._place is _HEAD or not self._owes_an_answer()):
            self._wait()

    def _read(self, piece: bytes) -> bytes:
        """Read a piece; what is left of it, to be read next."""
        self._begun = 0 if self._place is _BETWEEN else 1
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as offer:
            return self._read_without_offer() + piece[offer.args[0] :]
        except httptools.HttpParserError:
            self._refuse(Failure.BAD_REQUEST)
        else:
            self._count(len(piece))
        return b""

    def _count(self, size: int) -> None:
        """Where a head began behind other calls in this piece is not known: it counts from the next piece on."""
        is_counted = self._place is _HEAD and self._begun == 1
        self._head_bytes = self._head_bytes + size if is_counted else 0
        if self._head_bytes == MAX_HEAD_BYTES:
            self._refuse(Failure.HEADERS_TOO_LARGE)

    # Offers to speak another protocol: the parser reads no body after one, so it is given the head without it.

    def _should_upgrade(self) -> bool:
        return True  # uvicorn then leaves such a head to us

    def _read_without_offer(self) -> bytes:
        method = self.scope["method"]
        if method == "CONNECT":  # is an offer by itself, and asks for no path
            self._refuse(Failure.BAD_REQUEST)
            return b""
        first = f"{method} ".encode() + self.url + f" HTTP/{self.scope['http_version']}\r\n".encode()
        lines = [b"%s: %s\r\n" % (name, value) for name, value in self.headers if name != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        return self._read(b"".join([first, *lines, b"\r\n"]))

    # What the parser tells.

    def on_message_begin(self) -> None:
        """A head's first byte is there."""
        self._place = _HEAD
        self._begun += 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        super().on_headers_complete()
        self._place = _BODY
        if self._timer is not None:
            self._stop_waiting()

    def on_message_complete(self) -> None:
        """A call is whole."""
        self._place = _BETWEEN
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A call is answered."""
        was_last = not self.pipeline
        super().on_response_complete()
        if self._timer is not None:
            self._unset_keepalive_if_required()  # the next head has begun: it has its own time
        if self._refused is not None and was_last:
            self._answer(self._refused)

    # Refusing.

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self._head_seconds, self._be_late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _be_late(self) -> None:
        if self._owes_an_answer():
            self._wait()  # we may have read no further: the time was ours
        else:
            self._refuse(Failure.REQUEST_TIMEOUT)

    def _owes_an_answer(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, why: Failure) -> None:
        """Nothing more is read of this connection; it ends with this answer."""
        self._refused = why
        self._stop_waiting()
        if self._place is not _BODY:
            if not self._owes_an_answer():
                self._answer(why)
        elif self.pipeline:
            self.pipeline.popleft()  # the call whose body is broken; those before it are still answered
        else:
            self._break_off(why)

    def _break_off(self, why: Failure) -> None:
        """Answer in the place of the call whose body is broken."""
        is_in_mid_answer = self.cycle.response_started and self._owes_an_answer()
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        if is_in_mid_answer:
            self.transport.close()
        else:
            self._answer(why)

    def _answer(self, why: Failure) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(refused_head(why, self.server_state.default_headers, self._watcher))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._timer = self.loop.call_later(_LINGER_SECONDS, self.transport.close)
