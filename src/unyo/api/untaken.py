"""Answers that nobody takes: a connection whose other end reads nothing must not be held for ever."""

import asyncio
from typing import Final

TAKING_SECONDS: Final = 30.0


class Untaken:
    """Looks from time to time, once told to, whether what was written is taken; ends the connection if not."""

    def __init__(self, transport: asyncio.WriteTransport, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._transport = transport
        self._loop = loop
        self._seconds = seconds
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """Begin to look, if there is something to be taken and nobody looks yet."""
        left = self._transport.get_write_buffer_size()
        if left and self._timer is None:
            self._left = left
            self._timer = self._loop.call_later(self._seconds, self._look)

    def stop(self) -> None:
        """Look no more: the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        if 0 < self._left <= self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self.watch()
