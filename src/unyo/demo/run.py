"""`unyo demo`: loads the data, serves it on loopback, and carries out the page's sample."""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import uvicorn
from rich.console import Console
from starlette.types import ASGIApp

from unyo.api.serving import uvicorn_config
from unyo.bootstrap.desk import open_desk
from unyo.bootstrap.loopback import LOOPBACK, bind
from unyo.cast import CAST, YAMADA
from unyo.services.people import link_of, make_token
from unyo.storage.administration import NotPossible
from unyo.tickets.field_tables import MEMOS, VALUE_FIELDS
from unyo.uom import codec
from unyo.uom.actions import ACTIONS
from unyo.uom.answers import Answer
from unyo.uom.shell import shell_command

from . import show
from .client import call
from .prepare import prepare, today
from .sample import ACTION, BODY, TICKET_ID

# The tickets' dates lie about the given day, and stay in the years that the wire can write.
_YEARS = range(1901, 9999)
_KEY = {"ServiceCode": BODY["ServiceCode"], "MasterID": BODY["MasterID"], "TicketId": TICKET_ID}


class SampleFailed(Exception):
    """The page's sample was not carried out as the contract says."""


def run(*, port: int, database: str, now: str, once: bool, serve_only: bool) -> None:
    """Run the demonstration.

    Raises:
        NotPossible: the database holds other data, the port is taken, or ``now`` is no date.
        SampleFailed: the sample did not do what the contract says.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends like Ctrl+C: the temporary folder goes
    console = show.make_console()
    day = _day(now)
    # The port first: where it is taken, another demonstration may be serving this very database.
    with bind(port) as listening, TemporaryDirectory(prefix="unyo-demo-") as folder:
        url = database or f"sqlite:///{Path(folder) / 'demo.db'}"
        with console.status("デモデータを準備しています / loading the demo data"):
            links = {actor: make_token() for actor in CAST}
            engines, keyring = prepare(url, day, links)
        with _serving(open_desk(engines, keyring).app, listening) as server:
            if not serve_only:
                _sample(console, server)
            show.show_server(console, server, engines.url.render_as_string(hide_password=True))
            show.show_command(console, _to_paste(server))
            show.show_links(console, {actor: link_of(server, token) for actor, token in links.items()})
            if not once:
                _wait_for_the_end(console)


def _to_paste(server: str) -> str:
    key = YAMADA.key
    body = codec.encode(_KEY).decode()
    return shell_command(server, key.access_key, key.secret_key, ACTIONS["GetTicketDetail"].path, body)


def _day(now: str) -> date:
    if not now:
        return today()
    try:
        day = date.fromisoformat(now)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        raise NotPossible(f"--now takes a date such as 2026-04-01, not {now!r}")
    return day


@contextmanager
def _serving(app: ASGIApp, listening: socket.socket) -> Iterator[str]:
    """Serve on loopback, in a thread, and give the server's address."""
    server = uvicorn.Server(uvicorn_config(app, level="WARNING"))
    started = threading.Event()
    thread = threading.Thread(target=_serve, args=(server, listening, started), name="unyo-demo")
    thread.start()
    try:
        started.wait()
        yield f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _serve(server: uvicorn.Server, listening: socket.socket, started: threading.Event) -> None:
    listening.listen(128)  # a call that comes before the server is up waits for it
    started.set()
    server.run(sockets=[listening])


def _sample(console: Console, url: str) -> None:
    """Carry out the page's sample and show what happened."""
    with httpx2.Client(base_url=url, timeout=30) as client:
        before = _detail(client)
        answer = call(client, YAMADA, ACTION, BODY)
        after = _detail(client)
    show.show_call(console, str(answer.request.url), answer.request.headers, BODY)
    show.show_answer(console, answer.status_code, answer.headers, answer.json())
    show.show_change(console, TICKET_ID, before, after)
    _check(answer.json(), after)


def _detail(client: httpx2.Client) -> Answer:
    answered: dict[str, Answer] = call(client, YAMADA, "GetTicketDetail", _KEY).json()
    if "GetTicketDetailResponse" not in answered:
        raise SampleFailed(f"the ticket could not be read: {answered}")
    return answered["GetTicketDetailResponse"]


def _check(answered: dict[str, Any], after: Answer) -> None:
    """Every value that the sample sent is there, and the memos are as it asked."""
    if f"{ACTION}Response" not in answered:
        raise SampleFailed(f"the sample was refused: {answered}")
    stored = {field.wire for field in VALUE_FIELDS}
    wrong = [wire for wire, value in BODY.items() if wire in stored and after[wire] != value]
    memos = {memo["CorrespondProcessSeq"]: memo["CorrespondProcess"] for memo in after[MEMOS.wire]}
    if wrong or memos != {"1": "updateTest", "3": "addTest"}:
        raise SampleFailed(f"the ticket does not hold what the sample sent: {wrong or memos}")


def _wait_for_the_end(console: Console) -> None:
    """Until SIGINT or SIGTERM."""
    with suppress(KeyboardInterrupt):
        console.print("  [dim]Ctrl+C で終了 / Ctrl+C stops it[/]")
        while True:
            time.sleep(1)  # not for ever: a signal that comes just before a wait is seen only when that ends
