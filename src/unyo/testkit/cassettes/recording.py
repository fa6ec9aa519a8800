"""`unyo record`: a proxy on this machine between a program and an endpoint, which writes down what passes."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from unyo.api.serving import uvicorn_config
from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.loopback import LOOPBACK, bind
from unyo.storage.new_files import NotWritten, rewritten_file

from .endpoint import check_endpoint, whom_to_trust
from .proxy import Proxy, make_app
from .scrubbing import Heard, Scrubber
from .writing import CassetteFile


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be recorded, and how; ``seconds`` is how long the endpoint may take for an answer."""

    endpoint: str
    cassette: Path
    port: int = 0
    ready_file: Path | None = None
    ca_file: Path | None = None
    seconds: float = 60.0
    mask: bool = False
    overwrite: bool = False


@dataclass(slots=True)
class Recorded:
    """How many calls were recorded, and how many could not be written down."""

    calls: int = 0
    lost: int = 0


def record(asked: Asked, started: Callable[[str], None], told: Callable[[dict[str, Any]], None]) -> Recorded:
    """Serve until told to stop; ``started`` is given the proxy's address, ``told`` each call as it is recorded.

    Raises:
        WrongEndpoint: the endpoint, or its authority, cannot be used.
        NotWritten: the cassette is there already or cannot be written.
        NotPossible: the port is taken.
        OSError: the authority's file cannot be read.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends like Ctrl+C, and says what was recorded
    endpoint = check_endpoint(asked.endpoint)
    client = httpx2.AsyncClient(verify=whom_to_trust(asked.ca_file), timeout=asked.seconds, http2=False)
    file = CassetteFile(asked.cassette, endpoint, system_clock(), masked=asked.mask, overwrite=asked.overwrite)
    scrubber, recorded = Scrubber(masking=asked.mask), Recorded()

    def _record(heard: Heard) -> None:
        call = scrubber.recorded(recorded.calls + 1, heard)
        try:
            file.add(call)
        except NotWritten:
            recorded.lost += 1  # the caller's own work goes on
            return
        recorded.calls += 1
        told(call)

    with file, bind(asked.port) as listening, _signals_wait() as signals_come:
        listening.listen(socket.SOMAXCONN)
        address = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
        app = make_app(Proxy(endpoint, client, _record, system_clock), client, signals_come)
        server = uvicorn.Server(uvicorn_config(app, level="WARNING", date_header=False))
        started(address)
        if asked.ready_file:
            with rewritten_file(asked.ready_file) as ready:
                ready.write(f"{address}\n".encode())
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    return recorded


@contextmanager
def _signals_wait() -> Iterator[Callable[[], None]]:
    """Until what is given is called, no signal comes: one before the server takes them would tear its start apart."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})

    def _come() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        yield _come
    finally:
        _come()
