"""A server that is told to stop carries out what it has accepted, and then stops."""

import json
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection

import httpx2
import pytest
import sqlalchemy as sa

from support.desks import NEW_INCIDENT
from support.installations import Installation, contents
from support.processes import PATIENCE, Client, Running, serving, wait_until
from unyo.storage.engine import parse_url

# uvicorn passes a SIGTERM on to itself when it is done, so that whoever sent it sees what ended the process.
STATUS = {signal.SIGTERM: -signal.SIGTERM, signal.SIGINT: 0}


@contextmanager
def _writing_held(url: str) -> Iterator[None]:
    """Nobody else can write while this lasts."""
    engine = sa.create_engine(parse_url(url), isolation_level="AUTOCOMMIT")
    held = ["BEGIN IMMEDIATE"] if engine.dialect.name == "sqlite" else ["BEGIN", "LOCK TABLE tickets IN EXCLUSIVE MODE"]
    with engine.connect() as connection:
        for statement in held:
            connection.exec_driver_sql(statement)
        yield
        connection.exec_driver_sql("ROLLBACK")
    engine.dispose()


def _open(url: str) -> HTTPConnection:
    """A connection that the server has accepted: it has answered on it."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("GET", "/livez")
    assert connection.getresponse().read()
    return connection


def _register(client: Client, connection: HTTPConnection) -> None:
    """Send a registration, and do not wait for its answer."""
    path, content, headers = client.signed("RegisterTicket", NEW_INCIDENT)
    connection.request("POST", path, content, headers)


def _wait_until_read(client: Client) -> None:
    """What lay in a process's sockets before these calls came has been read when they are answered."""
    for _ in range(2):
        assert client.request("GET", "/livez").status == 200


def _is_waiting_for_a_lock(url: str) -> bool:
    """Whether anybody waits for a lock in this PostgreSQL database."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    engine = sa.create_engine(parse_url(url))
    with engine.connect() as connection:
        found = connection.exec_driver_sql(waiting).scalar_one()
    engine.dispose()
    return bool(found)


def _stop(server: Running, number: signal.Signals) -> None:
    """Tell a server to stop; it waits for its calls then, or would have given them up."""
    server.signal(number)
    server.wait_for("Waiting for connections to close|Cancel .* running task")


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
def test_calls_that_wait_for_the_database_are_carried_out_and_answered_before_the_end(
    installation: Installation, number: signal.Signals
) -> None:
    with (
        serving("--database", installation.url, folder=installation.folder) as (server, url),
        Client(url, installation.account) as client,
        closing(_open(url)) as first,
        closing(_open(url)) as second,
        closing(_open(url)) as third,
    ):
        waiting = [first, second, third]
        with _writing_held(installation.url):
            for connection in waiting:
                _register(client, connection)
            _wait_until_read(client)
            _stop(server, number)
            with pytest.raises(httpx2.ConnectError):
                httpx2.get(f"{url}/livez", timeout=PATIENCE)
        answers = [json.loads(each.getresponse().read()) for each in waiting]
        told = server.wait()
    registered = {answer["RegisterTicketResponse"]["TicketId"] for answer in answers}
    assert len(registered) == 3
    assert len(contents(installation.url)["tickets"]) == 3
    assert told.status == STATUS[number]
    assert "Finished server process" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_workers_carry_out_what_they_have_accepted_too(installation: Installation) -> None:
    with (
        serving("--database", installation.url, "--workers", "2", folder=installation.folder) as (server, url),
        Client(url, installation.account) as client,
        closing(_open(url)) as waiting,
    ):
        with _writing_held(installation.url):
            _register(client, waiting)
            wait_until("the call waits", lambda: _is_waiting_for_a_lock(installation.url))
            _stop(server, signal.SIGTERM)
        answer = json.loads(waiting.getresponse().read())
        told = server.wait()
    assert list(answer) == ["RegisterTicketResponse"]
    assert len(contents(installation.url)["tickets"]) == 1
    assert told.status == 0
