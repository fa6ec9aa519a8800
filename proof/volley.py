"""The servers that a race goes through, and calls that reach them at the same moment."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from support.desks import LOCK_DATES, NO_PARAMETERS, Answer
from support.gate import at_once
from support.installations import MASTER_ID
from support.processes import Client, serving
from support.raw_http import RawConnection

from .linear import Dates
from .places import installation_on

# SQLite has one writer, and so one server.
SERVERS: Final = {"sqlite": 1, "postgresql": 4}
READ, UPDATE = "GetTicketDetail", "UpdateTicket"
CONFLICT: Final = "EXCLUSION_FAILURE", "他のユーザが指定されたチケットを更新しています。"
# What an update needs beyond a registration.
NEEDED: Final = {"AssignUserId": MASTER_ID, "CorrespondLimitDate": "20300101000000"}
Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Timed:
    """An answer, and when its call was under way."""

    start: float
    end: float
    answer: Answer


@contextmanager
def served(database: str, variables: Mapping[str, str] | None) -> Iterator[list[Client]]:
    """A fresh installation, served by as many processes as it may be; a client of each of them."""
    with installation_on(database) as (installation, _), ExitStack() as opened:
        clients = []
        for _ in range(SERVERS[database]):
            arguments = ("--database", installation.url)
            _, url = opened.enter_context(serving(*arguments, folder=installation.folder, variables=variables))
            clients.append(opened.enter_context(Client(url, installation.account)))
        yield clients


def release(clients: Sequence[Client], calls: Sequence[tuple[str, Detail]]) -> list[Timed]:
    """Make all calls at the same moment, the first through the first client, and so on in turn.

    Each has a connection of its own, and all but its last byte is sent before any of them is complete.
    """
    with ExitStack() as opened:
        works = []
        for number, (action, body) in enumerate(calls):
            client = clients[number % len(clients)]
            connection = opened.enter_context(closing(RawConnection(int(client.url.rpartition(":")[2]))))
            call = whole(client, action, body)
            connection.send(call[:-1])
            works.append(partial(_complete, connection, call[-1:]))
        return at_once(*works)


def whole(client: Client, action: str, body: Detail, *, call_id: str = "") -> bytes:
    """A signed call, as it goes over the wire."""
    path, content, headers = client.signed(action, body, call_id=call_id)
    sent = {"Host": "desk", "Content-Length": str(len(content)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + content


def one_call(client: Client, action: str, body: Detail) -> Timed:
    """Make one call by itself."""
    start = time.monotonic()
    answer = client.call(action, body)
    return Timed(start, time.monotonic(), answer)


def update_of(detail: Detail, **changes: Any) -> dict[str, Any]:
    """An update that sends a ticket back as it was read, with changes."""
    values = {wire: value for wire, value in detail.items() if wire not in NO_PARAMETERS}
    return {**values, "CorrespondProcessList": [], **changes}


def dates_of(detail: Detail) -> Dates:
    """The lock dates of a ticket as it was read, or of an update that sends it back."""
    return tuple(detail[wire] for wire in LOCK_DATES if wire in detail)


def _complete(connection: RawConnection, rest: bytes) -> Timed:
    start = time.monotonic()
    connection.send(rest)
    answer = connection.answer()
    return Timed(start, time.monotonic(), answer)
