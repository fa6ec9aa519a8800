"""A server that is told to stop says so and serves on for a while, where it was asked to."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.desks import NEW_INCIDENT
from support.installations import Installation
from support.processes import Client, Running, serving, wait_until

LONG = 600
STOPPING = {"status": "not ready", "reason": "stopping", "checks": {"server": "stopping"}}


@contextmanager
def _draining(installation: Installation, seconds: float, *more: str) -> Iterator[tuple[Running, Client]]:
    """A server that has been told to stop, and serves on."""
    arguments = ("--database", installation.url, "--drain-seconds", str(seconds), *more)
    with (
        serving(*arguments, folder=installation.folder) as (server, url),
        Client(url, installation.account) as client,
    ):
        assert client.request("GET", "/readyz").envelope["status"] == "ok"
        server.signal(signal.SIGTERM)
        server.wait_for("told to stop: serving on")
        yield server, client


def _is_shut_by(server: Running) -> bool:
    """Whether a further signal has ended it; the first ones may count as the one before."""
    server.signal(signal.SIGTERM)
    return "Shutting down" in server.err


def test_it_serves_on_says_that_it_stops_and_lets_connections_go(installation: Installation) -> None:
    with _draining(installation, LONG) as (server, client):
        for _ in range(2):
            ready = client.request("GET", "/readyz")
            assert (ready.status, ready.envelope) == (503, STOPPING)
            answer = client.call("RegisterTicket", NEW_INCIDENT)
            assert answer.error is None
            refused = client.post("/r/", b"a body that is not read", {})
            assert {each.headers["connection"] for each in (ready, answer, refused)} == {"close"}
            assert client.request("GET", "/livez").status == 200
        wait_until("a further signal ends it", lambda: _is_shut_by(server))
        assert server.wait().status == -signal.SIGTERM


def test_when_the_time_is_over_it_stops_by_itself(installation: Installation) -> None:
    with _draining(installation, 0.5) as (server, _):
        told = server.wait()
    assert told.status == -signal.SIGTERM
    assert "Finished server process" in told.err
    assert "Traceback" not in told.err


def test_sigint_is_not_put_off(installation: Installation) -> None:
    arguments = ("--database", installation.url, "--drain-seconds", str(LONG))
    with serving(*arguments, folder=installation.folder) as (server, _):
        assert server.end(signal.SIGINT).status == 0


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_workers_drain_too_and_hear_of_a_further_signal(installation: Installation) -> None:
    with _draining(installation, LONG, "--workers", "2") as (server, client):
        wait_until("both drain", lambda: server.err.count("told to stop: serving on") == 2)
        assert client.request("GET", "/readyz").envelope == STOPPING
        assert client.call("RegisterTicket", NEW_INCIDENT).error is None
        wait_until("a further signal ends them", lambda: _is_shut_by(server))
        assert server.wait().status == 0
