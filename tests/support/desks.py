"""An open desk on a database, and ways to call it: in process, or over real HTTP."""

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import httpx2
import uvicorn
from starlette.types import ASGIApp

from unyo.api.rate import RateLimit
from unyo.api.serving import uvicorn_config
from unyo.bootstrap.desk import UNWATCHED, Desk, Watching, open_desk
from unyo.bootstrap.limits import Limits
from unyo.bootstrap.portal import Site
from unyo.bootstrap.world import World
from unyo.cast import SECRET_KEY, SERVICE, YAMADA, Actor
from unyo.storage.engine import PATIENCE, Patience, open_engines, parse_url
from unyo.storage.keyring import Keyring
from unyo.storage.writing.queue import Bounds
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignedCall, signed_headers

from .clock import Clock
from .people import cheap

CONTENT_TYPE = "application/json; charset=utf-8"
INCIDENT, REQUEST, SERVERS_INCIDENT = "UTM123456", "UTM123457", "UTM123458"
LOCK_DATES = tuple(
    f"{section}{what}Date" for section in ("State", "Summary", "Correspond", "Detail") for what in ("Insert", "Update")
)
# What GetTicketDetail answers that UpdateTicket does not take.
NO_PARAMETERS = ("RequestId", "AssignUser", "MasterTicketId")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        found = json.loads(self.content)
        assert isinstance(found, dict)
        return found

    @property
    def body(self) -> dict[str, Any]:
        """What stands inside the one key of the envelope."""
        (inside,) = self.envelope.values()
        assert isinstance(inside, dict)
        return inside

    @property
    def error(self) -> tuple[str, str] | None:
        """ErrorType and ErrorMessage; None for a success."""
        if "ErrorResponse" not in self.envelope:
            return None
        return self.body["ErrorType"], self.body["ErrorMessage"]

    @property
    def error_type(self) -> str:
        return self.error[0] if self.error else ""

    @property
    def detail(self) -> dict[str, str]:
        """ErrorDetail; empty where there is none."""
        found = self.body.get("ErrorDetail", {})
        assert isinstance(found, dict)
        return found


class Transport(Protocol):
    """Carries one HTTP call to the desk."""

    def request(self, method: str, path: str, content: bytes, headers: list[tuple[str, str]]) -> Answer: ...

    def close(self) -> None: ...


class Application(Protocol):
    """What has an application to be called."""

    @property
    def app(self) -> ASGIApp: ...


class InProcess:
    """Calls the application without a network."""

    def __init__(self, desk: Application, url: str = "http://desk") -> None:
        self._runner = asyncio.Runner()
        self._client = httpx2.AsyncClient(transport=httpx2.ASGITransport(desk.app), base_url=url)

    def request(self, method: str, path: str, content: bytes, headers: list[tuple[str, str]]) -> Answer:
        # As bytes, so that they may hold what no well-behaved client would send.
        sent = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        answer = self._runner.run(self._client.request(method, path, content=content, headers=sent))
        self._client.cookies.clear()  # whoever calls says who it is
        return Answer(answer.status_code, answer.headers, answer.content)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


class OverHttp:
    """Serves the application on loopback and calls it there."""

    def __init__(
        self,
        desk: Application,
        trust: ssl.SSLContext | None = None,
        **options: Any,
    ) -> None:
        self.trust = trust
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._server = uvicorn.Server(uvicorn_config(desk.app, level="WARNING", **options))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listening]})
        self._thread.start()
        url = f"{'https' if trust else 'http'}://127.0.0.1:{self.port}"
        self._client = httpx2.Client(base_url=url, timeout=30, verify=trust or True)

    def request(self, method: str, path: str, content: bytes, headers: list[tuple[str, str]]) -> Answer:
        answer = self._client.request(method, path, content=content, headers=headers)
        return Answer(answer.status_code, answer.headers, answer.content)

    def connections(self) -> int:
        """How many there are at this moment."""
        return len(self._server.server_state.connections)

    def close(self) -> None:
        self._client.close()
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()


TRANSPORTS: Mapping[str, Callable[[Desk], Transport]] = {"in process": InProcess, "over HTTP": OverHttp}


class DeskUnderTest:
    """A desk with its clock, called as any client would call it."""

    def __init__(self, url: str, desk: Desk, clock: Clock, transport: Transport) -> None:
        self.url = url
        self.desk = desk
        self.clock = clock
        self.transport = transport

    def call(
        self,
        action: str,
        body: Mapping[str, Any] | bytes,
        *,
        actor: Actor = YAMADA,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = CONTENT_TYPE,
    ) -> Answer:
        """Post a signed call; extra headers are signed too."""
        path = ACTIONS[action].path
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = [*(headers or {}).items()]
        if content_type is not None:
            sent.append(("Content-Type", content_type))
        signed = signed_headers(
            SignedCall("POST", path, sent),
            actor.key.access_key,
            actor.key.secret_key,
            self.clock.now + timedelta(hours=1),
        )
        return self.transport.request("POST", path, content, [*sent, *signed.items()])

    def detail(self, ticket_id: str = INCIDENT, actor: Actor = YAMADA) -> dict[str, Any]:
        """GetTicketDetail's answer, which must be a success."""
        answer = self.call("GetTicketDetail", {**who(actor), "TicketId": ticket_id}, actor=actor)
        assert answer.error is None, answer.envelope
        return {wire: value for wire, value in answer.body.items() if wire != "RequestId"}

    def history(self, ticket_id: str = INCIDENT, actor: Actor = YAMADA) -> list[dict[str, Any]]:
        """All of GetTicketHistory's entries, newest first."""
        answer = self.call("GetTicketHistory", {**who(actor), "TicketId": ticket_id, "Limit": "200"}, actor=actor)
        assert answer.error is None, answer.envelope
        found = answer.body["HistoryList"]
        assert isinstance(found, list)
        return found

    def echo(self, ticket_id: str = INCIDENT, *, reader: Actor = YAMADA, writer: Actor = YAMADA) -> dict[str, Any]:
        """An update that changes nothing: what GetTicketDetail answered, sent back, and no memo operations."""
        detail = self.detail(ticket_id, reader)
        body = {wire: value for wire, value in detail.items() if wire not in NO_PARAMETERS}
        return {**who(writer), **body, "CorrespondProcessList": []}

    def update(self, ticket_id: str = INCIDENT, *, actor: Actor = YAMADA, **changes: Any) -> Answer:
        """UpdateTicket with the ticket's present values and lock dates, some of them changed."""
        reader = YAMADA if actor.service_code == SERVICE else actor
        return self.call("UpdateTicket", {**self.echo(ticket_id, reader=reader, writer=actor), **changes}, actor=actor)

    def register(self, body: Mapping[str, Any], *, actor: Actor = YAMADA) -> str:
        """RegisterTicket, which must succeed; the new ticket's ID."""
        answer = self.call("RegisterTicket", {**who(actor), **body}, actor=actor)
        assert answer.error is None, answer.envelope
        return str(answer.body["TicketId"])


def who(actor: Actor) -> dict[str, str]:
    """The parameters that say who calls."""
    return {"ServiceCode": actor.service_code, "MasterID": actor.master_id}


@contextmanager
def desk_on(
    url: str,
    transport: str | Callable[[Desk], Transport] = "in process",
    *,
    clock: Clock | None = None,
    bounds: Bounds | None = None,
    body_seconds: float = 15.0,
    rate: RateLimit | None = None,
    patience: Patience = PATIENCE,
    watching: Watching = UNWATCHED,
) -> Iterator[DeskUnderTest]:
    """Open a desk on a filled database."""
    clock = clock or Clock()
    engines = open_engines(parse_url(url), patience=patience)
    desk = open_desk(
        engines,
        Keyring(SECRET_KEY),
        world=World(clock, clock),
        limits=Limits(bounds or Bounds(), body_seconds, rate),
        watching=watching,
        site=Site(hashing=cheap()),
    )
    carried = (TRANSPORTS[transport] if isinstance(transport, str) else transport)(desk)
    try:
        yield DeskUnderTest(url, desk, clock, carried)
    finally:
        carried.close()
        desk.close()


NEW_INCIDENT: Mapping[str, Any] = {
    "TicketProcessType": "1",
    "Title": "CPU使用率が高い",
    "StateCode": "未対応",
    "SubStateCode": "未対応",
    "Priority": "中",
    "SupportedGroup": "お客様",
    "Importance": "中",
    "ManagementGroupId": "制限しない",
}
"""The parameters that registering an incident needs, beside who calls."""
NEW_REQUEST: Mapping[str, Any] = {
    "TicketProcessType": "2",
    "Title": "ログの取得依頼",
    "StateCode": "新規",
    "SubStateCode": "未対応",
    "Priority": "中",
    "SupportedGroup": "お客様",
    "Category": "カテゴリ1",
}
"""The parameters that registering a request needs, beside who calls."""
