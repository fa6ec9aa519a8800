"""HTTP by hand: bytes as a faulty or malicious client sends them, and the answers as they come."""

import http.client
import json
import select
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from unyo.cast import YAMADA
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignedCall, signed_headers

from .desks import CONTENT_TYPE, Answer, DeskUnderTest, OverHttp
from .processes import PATIENCE


class RawConnection:
    """One connection to a served desk."""

    def __init__(self, port: int, trust: ssl.SSLContext | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        if trust is not None:
            self._socket = trust.wrap_socket(self._socket, server_hostname="127.0.0.1")
        self._stream = self._socket.makefile("rb")

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._socket.sendall(part)

    def is_answered(self, seconds: float) -> bool:
        """Whether something can be read, or the connection has ended, within that time."""
        waiting = select.poll()  # unlike select, for any number of connections
        waiting.register(self._socket, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def is_asked_for_the_body(self) -> bool:
        """Whether the server says 100 Continue, rather than answering."""
        return (self.status_line(), self._stream.readline()) == (100, b"\r\n")

    def status_line(self) -> int:
        """The next answer's status; 0 where the connection was closed instead."""
        line = self._stream.readline()
        return int(line.split()[1]) if line else 0

    def headers(self) -> dict[str, str]:
        """The headers that follow the status, by their lower-case names."""
        return {name.lower(): value for name, value in http.client.parse_headers(self._stream).items()}

    def answer(self) -> Answer:
        """The next answer, whole."""
        status, headers = self.status_line(), self.headers()
        return Answer(status, headers, self._stream.read(int(headers["content-length"])))

    def is_closed(self) -> bool:
        """Whether the server closes the connection, and sends nothing more."""
        try:
            return self._stream.read() == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._stream.close()
        self._socket.close()


@contextmanager
def raw_connection(desk: DeskUnderTest) -> Iterator[RawConnection]:
    """Connect to a desk that is served over HTTP."""
    assert isinstance(desk.transport, OverHttp)
    connection = RawConnection(desk.transport.port, desk.transport.trust)
    try:
        yield connection
    finally:
        connection.close()


def head(desk: DeskUnderTest, action: str, also_signed: Mapping[str, str] | None = None, **more: str) -> bytes:
    """The head of a call that YAMADA signed; ``more`` are further headers, ``_`` standing for ``-``."""
    path = ACTIONS[action].path
    sent = {"Content-Type": CONTENT_TYPE, **(also_signed or {})}
    signed = signed_headers(
        SignedCall("POST", path, sent.items()),
        YAMADA.key.access_key,
        YAMADA.key.secret_key,
        desk.clock.now + timedelta(hours=1),
    )
    headers = {"Host": "desk", **sent, **signed, **{name.replace("_", "-"): value for name, value in more.items()}}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")


def whole(desk: DeskUnderTest, action: str, body: Mapping[str, Any]) -> bytes:
    """A whole call."""
    content = json.dumps(body).encode()
    return head(desk, action, Content_Length=str(len(content))) + content


def with_lines(call: bytes, *lines: str) -> bytes:
    """The call with more lines at the end of its head."""
    first, _, content = call.partition(b"\r\n\r\n")
    return b"\r\n".join([first, *(line.encode("latin-1") for line in lines), b"", content])


def chunks(content: bytes, size: int) -> Iterator[bytes]:
    """A body in chunks, the last one included."""
    for start in range(0, len(content), size):
        part = content[start : start + size]
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n\r\n"
