"""`unyo record` between a test's calls and an endpoint, as a process of its own."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .desks import INCIDENT
from .processes import Running, running

TICKET = {"TicketId": INCIDENT}
"""What a call asks that is recorded."""


@dataclass(frozen=True)
class Recorder:
    """A recorder that takes calls."""

    url: str
    process: Running
    cassette: Path

    def calls(self) -> list[dict[str, Any]]:
        """What has been recorded so far."""
        found = yaml.safe_load(self.cassette.read_text(encoding="utf-8"))["calls"]
        return found or []


@contextmanager
def recording(
    to: str, folder: Path, *flags: str, name: str = "cassette.yaml", variables: Mapping[str, str] | None = None
) -> Iterator[Recorder]:
    """Record calls to an endpoint; it goes on until it is ended."""
    with running("record", "--to", to, *flags, str(folder / name), folder=folder, variables=variables) as process:
        yield Recorder(process.wait_for(r"^Calls to (\S+) go to")[1], process, folder / name)


class Echo:
    """An endpoint that remembers what it was sent, byte for byte, and answers as it is told."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.heard: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
        self.heard.append(head + body)
        writer.write(self._answer)
        await writer.drain()
        writer.close()


@contextmanager
def echoing(*lines: str, body: bytes) -> Iterator[Echo]:
    """Serve on loopback; each call is answered by these lines and that body, and its connection closed."""
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close, X-Hop", "", ""])
    echo = Echo(head.encode() + body)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    ended = asyncio.Event()

    async def _run() -> None:
        server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
        echo.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        async with server:
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(_run()))
    thread.start()
    ready.wait()
    try:
        yield echo
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
