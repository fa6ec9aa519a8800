"""A relay between a desk and PostgreSQL, which loses a connection at a chosen moment of a COMMIT."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto

from unyo.storage.engine import parse_url

_WRITES = (b"INSERT INTO history", b"INSERT INTO calls")


class Loss(Enum):
    """What becomes of the COMMIT of a transaction that wrote."""

    REQUEST = auto()
    """It never reaches the database."""
    CONNECTION = auto()
    """It reaches the database, which is left at work on it."""
    ANSWER = auto()
    """It is carried out, and the answer gets lost."""


class Relay:
    """Passes bytes on, until the planned loss; each loss happens once."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._plan: Loss | None = None
        self.lost = threading.Event()
        self.goes_down_with_the_loss = False
        self.is_down = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def lose(self, what: Loss) -> None:
        """Plan a loss for the next COMMIT after a write."""
        self._plan = what

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        for pair in self._pairs:
            _hang_up(*pair)
        for thread in self._threads:
            thread.join()
        self._listening.close()
        for client, server in self._pairs:
            client.close()
            server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.is_down:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            self._pairs.append((client, server))
            answer_is_lost = threading.Event()
            for pump in (self._pump_requests, self._pump_answers):
                thread = threading.Thread(target=pump, args=(client, server, answer_is_lost))
                self._threads.append(thread)
                thread.start()

    def _pump_requests(self, client: socket.socket, server: socket.socket, answer_is_lost: threading.Event) -> None:
        wrote = False
        while data := _receive(client):
            wrote = wrote or any(write in data for write in _WRITES)
            plan = self._plan if wrote and b"COMMIT" in data else None
            if plan is Loss.REQUEST:
                self._lose(client)
                break
            if plan is Loss.ANSWER:
                answer_is_lost.set()
            _send(server, data)
            if plan is Loss.CONNECTION:
                self._lose(client)
                return  # the database does not notice: it is at work
        _hang_up(server)

    def _pump_answers(self, client: socket.socket, server: socket.socket, answer_is_lost: threading.Event) -> None:
        while data := _receive(server):
            if answer_is_lost.is_set():
                self._lose(client)
                break
            _send(client, data)
        _hang_up(client, server)

    def _lose(self, client: socket.socket) -> None:
        self._plan = None
        self.is_down = self.goes_down_with_the_loss
        self.lost.set()
        _hang_up(client)


def _receive(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 20)
    except OSError:
        return b""


def _send(end: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        end.sendall(data)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(url: str) -> Iterator[tuple[Relay, str]]:
    """A relay to the database, and the URL that leads through it."""
    parsed = parse_url(url)
    host = parsed.query["host"]
    relay = Relay(f"{host}/.s.PGSQL.{parsed.port or 5432}")
    through = parsed.difference_update_query(["host"]).set(host="127.0.0.1", port=relay.port)
    try:
        yield relay, through.render_as_string(hide_password=False)
    finally:
        relay.close()
