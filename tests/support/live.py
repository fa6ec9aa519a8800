"""A page that is open in a browser, as the server sees it: a stream of events over real HTTP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

import httpx2

from .desks import DeskUnderTest, OverHttp
from .portal import COOKIE, Browser
from .processes import PATIENCE


@dataclass
class Stream:
    """What an open page has been told; ``status`` and ``headers`` are those of the answer."""

    status: int = 0
    headers: httpx2.Headers = field(default_factory=httpx2.Headers)
    events: list[tuple[str, str]] = field(default_factory=list)
    has_ended: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, name: str, seconds: float = PATIENCE) -> str:
        """The data of the next event of that name, which is taken; those before it are dropped."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._has(name) or self.has_ended, seconds), (name, self.events)
            assert self._has(name), (name, self.events, "the stream has ended")
            while True:
                told, data = self.events.pop(0)
                if told == name:
                    return data

    def wait_for_end(self, seconds: float = PATIENCE) -> Self:
        with self._changed:
            assert self._changed.wait_for(lambda: self.has_ended, seconds), self.events
        return self

    def _has(self, name: str) -> bool:
        return any(told == name for told, _ in self.events)

    def read(self, answer: httpx2.Response) -> None:
        """Take what comes until the stream ends."""
        with self._changed:
            self.status, self.headers = answer.status_code, answer.headers
        name = ""
        with suppress(httpx2.HTTPError):  # the browser has closed it
            for line in answer.iter_lines():
                key, _, value = line.partition(": ")
                if key == "event":
                    name = value
                elif key in {"data", "data:"}:  # which is how an empty one is read
                    with self._changed:
                        self.events.append((name, value))
                        self._changed.notify_all()
        with self._changed:
            self.has_ended = True
            self._changed.notify_all()


@contextmanager
def opened(at: Browser, ticket: str = "list", *, editing: bool = False, takes_first: bool = True) -> Iterator[Stream]:
    """A page is open meanwhile; it has begun to be told, and has taken the first event."""
    with open_page(at.desk, at.cookie, ticket, editing=editing) as stream:
        if takes_first:
            stream.wait_for("begun")
        yield stream


@contextmanager
def open_page(desk: DeskUnderTest, cookie: str, ticket: str, *, editing: bool = False) -> Iterator[Stream]:
    assert isinstance(desk.transport, OverHttp)
    path = f"/events?ticket={ticket}{'&editing=1' if editing else ''}"
    headers = {"Cookie": f"{COOKIE}={cookie}", "Accept": "text/event-stream", "Accept-Encoding": "gzip"}
    stream = Stream()
    with (
        httpx2.Client(base_url=f"http://127.0.0.1:{desk.transport.port}", timeout=PATIENCE) as client,
        client.stream("GET", path, headers=headers) as answer,
    ):
        reading = threading.Thread(target=stream.read, args=[answer])
        reading.start()
        try:
            yield stream
        finally:
            _shut(answer)
            reading.join()


def _shut(answer: httpx2.Response) -> None:
    """Close the connection, whoever reads from it."""
    connection = answer.extensions["network_stream"].get_extra_info("socket")
    with suppress(OSError):  # the server has closed it already
        connection.shutdown(socket.SHUT_RDWR)
