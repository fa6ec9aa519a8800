"""The portal's pages, asked for one after the other as a person's browser does: whole answers, packed."""

import time
from dataclasses import dataclass
from datetime import timedelta
from statistics import quantiles
from typing import Final

import httpx2

from unyo.bootstrap.clock import system_clock
from unyo.services.people import Session, make_token
from unyo.services.ports import Caller, Done, WriteCall
from unyo.storage.engine import Engines
from unyo.storage.moving.loading import Loader
from unyo.storage.numbers import set_counter
from unyo.storage.people import Keeping, SqlPeople
from unyo.tickets.commands import RegisterTicket
from unyo.uom.actions import ACTIONS

from .serving import Server
from .tickets import LISTED, MASTER_ID, NEW, REGISTERED

MEMOS: Final = 100
_NUMBER: Final = 90_000_000
# What a browser's first sight of a page costs once; not measured.
_WARM_UP: Final = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """How long a page's answers took, and how many bytes came over the line."""

    pages_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    packed_bytes: int


def sign_in(engines: Engines) -> str:
    """Let the bench's account work in the service with the many tickets; its session's token."""
    now, token = system_clock(), make_token()
    people = SqlPeople(Keeping(engines.reading, engines.writing))
    session = Session(
        number="bench",
        master_id=MASTER_ID,
        service_code="",
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=1),
    )
    begun = people.begin_session(token, session, proved_by=None, instead_of=None)
    assert begun, "the account is disabled"
    people.choose_service(token, LISTED)
    return token.get_secret_value()


def add_long_ticket(engines: Engines) -> str:
    """A ticket with a hundred memos; its ID."""
    added = [
        {
            "CorrespondProcessOperationClass": "0",
            "CorrespondProcess": f"{number} 件目の対応を記録した。\n次の確認は一時間後。",
        }
        for number in range(1, MEMOS + 1)
    ]
    who = {"ServiceCode": LISTED, "MasterID": MASTER_ID}
    command = ACTIONS["RegisterTicket"].read({**who, **NEW, "CorrespondProcessList": added})
    assert isinstance(command, RegisterTicket), command
    with engines.writing.begin() as connection:
        loader = Loader(engines, connection)
        set_counter(connection, _NUMBER)
        done = loader.carry_out(WriteCall(command, Caller(MASTER_ID), "long"), REGISTERED)
    assert isinstance(done, Done), done
    return done.ticket_id


def look(server: Server, token: str, path: str, count: int) -> Seen:
    """Ask for a page so often."""
    took: list[float] = []
    size = 0
    headers = {"Cookie": f"unyo={token}", "Accept": "text/html", "Accept-Language": "ja"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=30) as client:
        for turn in range(_WARM_UP + count):
            started = time.perf_counter()
            with client.stream("GET", path) as answer:
                answer.read()
                size = answer.num_bytes_downloaded
            if turn >= _WARM_UP:
                took.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == httpx2.codes.OK, f"{path}: {answer.status_code}"
    cuts = quantiles(took, n=100)
    return Seen(count / sum(took) * 1000, cuts[49], cuts[94], cuts[98], size)
