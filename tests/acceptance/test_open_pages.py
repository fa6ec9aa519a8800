"""Pages that are open in browsers, as a server has them: many of them, and when it stops."""

import logging
import signal
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from support.desks import NEW_INCIDENT, NO_PARAMETERS
from support.installations import MASTER_ID, SERVICE_CODE, Installation
from support.processes import PATIENCE, Client, serving
from unyo.portal.event_stream import BEAT_SECONDS
from unyo.services.people import Session, make_token
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.people import Keeping, SqlPeople

log = logging.getLogger(__name__)
PAGES, PAGES_OF_A_SESSION = 200, 4
CALLS = 60
# Each change is told to all of them, by the same core: it may cost something, but the API goes on.
FACTOR, MILLISECONDS = 4, 40
# Whatever else the machine does makes calls slow at times, but not each time.
TRIES = 5
# Before it would be looked whether they may still be told.
SOON = BEAT_SECONDS / 2


def cookies(installation: Installation, count: int) -> list[dict[str, str]]:
    """So many sessions of the installation's account, as browsers send them."""
    engines, made = open_engines(parse_url(installation.url)), []
    people, now = SqlPeople(Keeping(engines.reading, engines.writing)), datetime.now(UTC)
    for number in range(count):
        token = make_token()
        session = Session(str(number), MASTER_ID, SERVICE_CODE, now, now, now + timedelta(days=1))
        assert people.begin_session(token, session, proved_by=None, instead_of=None)
        made.append({"Cookie": f"unyo={token.get_secret_value()}"})
    engines.dispose()
    return made


@contextmanager
def pages(url: str, sessions: list[dict[str, str]], each: int = 1) -> Iterator[list[httpx2.Response]]:
    """So many lists of each session are open."""
    limits = httpx2.Limits(max_connections=None)
    with ExitStack() as opened, httpx2.Client(base_url=url, timeout=PATIENCE, limits=limits) as client:
        answers = []
        for session in sessions:
            for _ in range(each):
                stream = client.stream("GET", "/events?ticket=list", headers=session)
                answers.append(opened.enter_context(stream))
        assert {answer.status_code for answer in answers} == {200}
        yield answers


def milliseconds(client: Client, ticket_id: str) -> float:
    """How long it takes to change a ticket, as a rule."""
    taken = []
    for number in range(CALLS):
        detail = client.succeed("GetTicketDetail", {"TicketId": ticket_id})
        echo = {name: value for name, value in detail.items() if name not in NO_PARAMETERS}
        began = time.perf_counter()
        client.succeed("UpdateTicket", {**echo, "CorrespondProcessList": [], "Title": f"変更 {number}"})
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def test_two_hundred_open_pages_do_not_starve_the_api(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, __name__)
    with (
        serving("--database", installation.url, folder=installation.folder) as (_, url),
        Client(url, installation.account) as client,
    ):
        ticket_id = client.succeed("RegisterTicket", NEEDED)["TicketId"]
        before = milliseconds(client, ticket_id)
        with pages(url, cookies(installation, PAGES // PAGES_OF_A_SESSION), PAGES_OF_A_SESSION) as opened:
            for _ in range(TRIES):
                during = milliseconds(client, ticket_id)
                log.info(
                    "%.2f ms before, %.2f ms during, x %.2f", before, during, during / before
                )  # pytest -rP shows it
                if during < FACTOR * before + MILLISECONDS:
                    break
            for page in opened:
                assert "changed" in _next(page, "changed")
        assert during < FACTOR * before + MILLISECONDS


NEEDED = {
    **NEW_INCIDENT,
    "AssignUserId": MASTER_ID,
    "CorrespondLimitDate": "20270501000000",
    "CauseClassification": "調査中",
}


def _next(page: httpx2.Response, name: str) -> str:
    return next(line for line in page.iter_lines() if line == f"event: {name}")


@pytest.mark.parametrize("drain", ["0", "600"])
def test_open_pages_are_let_go_at_once_when_the_server_stops_or_drains(installation: Installation, drain: str) -> None:
    arguments = ("--database", installation.url, "--drain-seconds", drain)
    with (
        serving(*arguments, folder=installation.folder) as (server, url),
        pages(url, cookies(installation, 3)) as opened,
    ):
        told = [page.iter_lines() for page in opened]
        assert {next(lines) for lines in told} == {"event: begun"}
        began = time.monotonic()
        server.signal(signal.SIGTERM)
        for lines in told:
            assert "event: changed" not in lines
        assert time.monotonic() - began < SOON
        if drain == "0":
            ended = server.wait()
            assert ended.status == -signal.SIGTERM
            assert time.monotonic() - began < SOON
            assert "Cancel" not in ended.err
            assert "Traceback" not in ended.err
