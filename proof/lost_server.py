"""A server in this process, so that a proof knows how far it has come with a call; and a caller that may vanish."""

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from support.desks import Answer, OverHttp
from support.installations import Installation
from support.processes import PATIENCE, Client
from unyo.bootstrap.desk import open_desk
from unyo.bootstrap.installation import serving_store
from unyo.config.settings import Settings

from .telling import Disproved

# A connection that is closed with it is broken off at once, and whatever it holds unsent or unread is gone.
_BREAK_OFF: Final = struct.pack("ii", 1, 0)


class Moment(Enum):
    """How far a server has come with a call that writes, in this order."""

    READ = "the call is read"
    STATEMENT = "a statement of its transaction is about to be sent"
    COMMIT = "its COMMIT is about to be sent"
    COMMITTING = "SQLite has begun its COMMIT"
    COMMITTED = "it is committed, and not answered yet"


@dataclass
class Witness:
    """Hears of each moment, in the thread in which it is, before the server goes on; and keeps what is answered."""

    hears: Callable[[Moment], None] = lambda _: None
    answers: list[Answer] = field(default_factory=list)
    _under_way: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def watch(self, app: ASGIApp) -> ASGIApp:
        """The application, watched."""

        async def _watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            with self._under_a_call():
                await app(scope, self._reading(receive), self._answering(send))

        return _watched

    def attach(self, engine: Engine) -> None:
        """Watch the engine that writes."""

        def _begun(statement: str) -> None:
            if statement == "COMMIT":
                self.hears(Moment.COMMITTING)

        def _connect(connection: Any, _record: object) -> None:
            if engine.dialect.name == "sqlite":
                connection.set_trace_callback(_begun)

        def _statement(*_: object) -> None:
            self.hears(Moment.STATEMENT)

        def _commit(_connection: Connection) -> None:
            self.hears(Moment.COMMIT)

        def _checkin(*_: object) -> None:
            self.hears(Moment.COMMITTED)

        for event, listener in (
            ("connect", _connect),
            ("before_cursor_execute", _statement),
            ("commit", _commit),
            ("checkin", _checkin),
        ):
            sa.event.listen(engine, event, listener)

    def all_answers(self) -> list[Answer]:
        """What was answered since this was last asked, heard or not, once no call is under way."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._under_way, PATIENCE):
                raise Disproved("a call is still under way though all its callers have gone")
            answers, self.answers = self.answers, []
        return answers

    @contextmanager
    def _under_a_call(self) -> Iterator[None]:
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _reading(self, receive: Receive) -> Receive:
        async def _receive() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                self.hears(Moment.READ)
            return message

        return _receive

    def _answering(self, send: Send) -> Send:
        head: list[Message] = []

        async def _send(message: Message) -> None:
            head.append(message)
            if message["type"] == "http.response.body":
                headers = {name.decode(): value.decode() for name, value in head[0]["headers"]}
                self.answers.append(Answer(head[0]["status"], headers, message["body"]))
            await send(message)

        return _send


@dataclass(frozen=True)
class Server:
    """A server of this process, and a client that stays."""

    port: int
    witness: Witness
    client: Client


@contextmanager
def served_here(installation: Installation) -> Iterator[Server]:
    """Serve an installation in this process, as `unyo serve` does."""
    witness = Witness()
    engines, keyring = serving_store(Settings(database=installation.url, secret_key_file=installation.key_file))
    witness.attach(engines.writing)
    desk = open_desk(engines, keyring)
    watched = replace(desk, app=witness.watch(desk.app))
    with closing(OverHttp(watched)) as over, Client(f"http://127.0.0.1:{over.port}", installation.account) as client:
        yield Server(over.port, witness, client)


class Caller:
    """A caller's connection, which can be cut at any moment, from any thread."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._cut = threading.Event()

    def send(self, data: bytes) -> None:
        """Send something."""
        self._socket.sendall(data)

    def receive(self, count: int) -> bytes:
        """The next so many bytes of an answer."""
        return self._socket.recv(count, socket.MSG_WAITALL)

    def await_answer(self, seconds: float) -> None:
        """Wait until something of an answer has arrived, for so long at the most."""
        select.select([self._socket], [], [], seconds)

    def cut(self) -> None:
        """Cut the connection; nothing more is sent or received. Cut again, it stays cut."""
        if self._cut.is_set():
            return
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _BREAK_OFF)
        self._socket.close()
        self._cut.set()

    close = cut

    def wait_until_cut(self) -> None:
        """Wait until another thread has cut it."""
        if not self._cut.wait(PATIENCE):
            raise Disproved("the server never came so far with the call")
