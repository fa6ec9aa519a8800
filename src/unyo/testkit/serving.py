"""A desk under test over real HTTP, on a free port of loopback."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp, Receive, Scope, Send

from unyo.api.protocol import WholeAnswers
from unyo.api.serving import uvicorn_config
from unyo.api.tls import Certificate
from unyo.bootstrap.loopback import LOOPBACK
from unyo.cast import YAMADA, Actor

from .certificates import Pair, make_pair
from .door import AnswerLost

_ABORT: Final = "abort"


class Breakable(WholeAnswers):
    """Serves one connection, which a fault can break."""

    def connection_made(self, transport: Any) -> None:
        """Begin to serve the connection; every call of it is told how to break it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _ABORT: transport.abort}


@dataclass(frozen=True, slots=True)
class Served:
    """Where a desk is served. ``authority`` is the file of the certificate to trust, None without TLS."""

    url: str
    authority: Path | None = None

    def environment(self, actor: Actor = YAMADA) -> dict[str, str]:
        """The variables by which programs find the desk, as that person."""
        return environment(self.url, actor) | ({"SSL_CERT_FILE": str(self.authority)} if self.authority else {})


def environment(url: str, actor: Actor) -> dict[str, str]:
    """The five variables that say where a desk is, and who calls."""
    return {
        "UNYO_ENDPOINT": url,
        "UNYO_ACCESS_KEY": actor.key.access_key,
        "UNYO_SECRET_KEY": actor.key.secret_key,
        "UNYO_SERVICE_CODE": actor.service_code,
        "UNYO_MASTER_ID": actor.master_id,
    }


def breaking(app: ASGIApp) -> ASGIApp:
    """The application where a call that gets no answer breaks its connection."""

    async def _serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except AnswerLost:
            scope["state"][_ABORT]()
            while (await receive())["type"] != "http.disconnect":
                pass

    return _serve


@contextmanager
def served(app: ASGIApp, portal: BlockingPortal, folder: Path, *, tls: bool, port: int = 0) -> Iterator[Served]:
    """Serve an application meanwhile, in the portal's loop.

    Raises:
        OSError: the port is taken.
    """
    pair = make_pair(folder, f"tls-{port}") if tls else None
    with socket.create_server((LOOPBACK, port)) as listening:
        server = portal.call(_start, breaking(app), listening, pair)
        try:
            where = f"{'https' if pair else 'http'}://{LOOPBACK}:{listening.getsockname()[1]}"
            yield Served(where, pair.certificate if pair else None)
        finally:
            portal.call(server.shutdown, [listening])


async def _start(app: ASGIApp, listening: socket.socket, pair: Pair | None) -> uvicorn.Server:
    """A server without a loop, signals and log of its own: those are the program's that tests."""
    config = uvicorn_config(
        app,
        certificate=Certificate(pair.certificate, pair.key) if pair else None,
        protocol=Breakable,
        log_config=None,
        lifespan="off",
        date_header=False,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([listening])
    return server
