"""HTTP with bounded heads, and with answers that leave head and body in one write, which is one packet."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from .heads import BoundedHeads
from .untaken import TAKING_SECONDS, Untaken

AT_STOP: Final = "at_stop"
"""In a call's state: takes what is to be called when the server begins to stop, for answers that go on and on."""
_CONTINUE = b"HTTP/1.1 100 "


class WholeAnswers(BoundedHeads):
    """Serves one connection. Each write is a call of the kernel's, and one more thing that arrives at the caller."""

    def __init__(self, *args: Any, taking_seconds: float = TAKING_SECONDS, **options: Any) -> None:
        super().__init__(*args, **options)
        self._taking_seconds = taking_seconds
        self._untaken: Untaken
        self._is_stopping = False
        self._let_go: Callable[[], None] | None = None
        self.app_state = {**self.app_state, AT_STOP: self._at_stop}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to serve the connection."""
        self._untaken = Untaken(transport, self.loop, self._taking_seconds)
        super().connection_made(cast(asyncio.Transport, _Joining(transport, self.loop, self._untaken)))

    def shutdown(self) -> None:
        """Close the connection when its answer is complete."""
        super().shutdown()
        self._is_stopping = True
        if self._let_go:
            self._let_go()

    def _at_stop(self, let_go: Callable[[], None]) -> None:
        """Have the answer that is being given say how to end it; a connection gives one at a time."""
        self._let_go = let_go
        if self._is_stopping:
            let_go()

    def connection_lost(self, exc: Exception | None) -> None:
        """Serve it no more."""
        self._untaken.stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Much of what was written is not taken yet."""
        super().pause_writing()
        self._untaken.watch()


class _Joining:
    """A transport that keeps an answer's head until its body comes, or for this turn of the loop if none does."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, untaken: Untaken) -> None:
        self._transport = transport
        self._loop = loop
        self._untaken = untaken
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._transport.is_closing():
            return  # uvloop would raise; uvicorn tells the newest call only that its caller has gone
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif data.startswith(b"HTTP/") and not data.startswith(_CONTINUE):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        self._flush()
        self._transport.close()
        self._untaken.watch()  # it closes when all is taken

    def _flush(self) -> None:
        if self._head:
            self.write(b"")
