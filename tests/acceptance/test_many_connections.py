"""Ten thousand connections that do nothing, and more than a server may hold: callers are served all the same."""

import logging
import os
import resource
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.installations import Installation
from support.processes import PATIENCE, Client, Running, serving, wait_until
from support.tools import needs_open_files

log = logging.getLogger(__name__)
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
IDLE, HALF_OPEN = 10_000, 500
ASK = b"GET /livez HTTP/1.1\r\nHost: desk\r\n\r\n"
CALLS = 60
# Generous: what is looked for is a server that goes through all its connections for each call.
FACTOR, MILLISECONDS = 3.0, 5.0
# Whatever else the machine does makes calls slow at times, but not each time.
TRIES = 5
KIBIBYTES_EACH = 16.0


@contextmanager
def sockets() -> Iterator[list[socket.socket]]:
    """A list of connections, closed at the end."""
    opened: list[socket.socket] = []
    try:
        yield opened
    finally:
        for each in opened:
            each.close()


def connected(port: int, sent: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), PATIENCE)
    made.sendall(sent)
    return made


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def milliseconds(client: Client) -> float:
    """How long a signed call takes, as a rule."""
    taken = []
    for _ in range(CALLS):
        began = time.perf_counter()
        client.succeed("GetTicketList", {})
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def resident_kib(server: Running) -> int:
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def open_files(server: Running) -> int:
    return len(os.listdir(f"/proc/{server.pid}/fd"))  # noqa: PTH208 - the kernel's own folder


def seconds_of_work(server: Running) -> float:
    """The processor's time that a process has used."""
    after_name = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def test_ten_thousand_idle_and_500_half_open_connections_do_not_starve_a_caller(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, __name__)
    needs_open_files(IDLE + HALF_OPEN + 1000)
    times = ("--keep-alive-seconds", "600", "--head-seconds", "120")
    with (
        serving("--database", installation.url, *times, folder=installation.folder) as (server, url),
        Client(url, installation.account) as client,
        sockets() as opened,
    ):
        before, kib = milliseconds(client), resident_kib(server)
        for start in range(0, IDLE, 500):
            opened += [connected(port_of(url), ASK) for _ in range(500)]
            for each in opened[start:]:
                assert each.recv(4096).startswith(b"HTTP/1.1 200")
        opened += [connected(port_of(url), ASK[: 1 + number % 30]) for number in range(HALF_OPEN)]
        wait_until("all are connected", lambda: open_files(server) > IDLE + HALF_OPEN)
        for _ in range(TRIES):
            during, kib_each = milliseconds(client), (resident_kib(server) - kib) / (IDLE + HALF_OPEN)
            log.info("%.2f ms before, %.2f ms during, %.1f KiB each", before, during, kib_each)  # pytest -rP shows it
            if during < FACTOR * before + MILLISECONDS:
                break
        assert open_files(server) > IDLE + HALF_OPEN
        assert during < FACTOR * before + MILLISECONDS
        assert kib_each < KIBIBYTES_EACH


def test_a_server_that_may_hold_no_more_connections_goes_on_with_those_it_has(installation: Installation) -> None:
    with (
        serving("--database", installation.url, folder=installation.folder) as (server, url),
        Client(url, installation.account) as client,
    ):
        client.succeed("GetTicketList", {})
        most = open_files(server) + 20
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (most, most))
        with sockets() as opened:
            opened += [connected(port_of(url), b"") for _ in range(300)]
            wait_until("it is full", lambda: open_files(server) >= most - 2)
            client.succeed("GetTicketList", {})
            worked, began = seconds_of_work(server), time.monotonic()
            wait_until("a second has gone", lambda: time.monotonic() - began > 1)
            assert seconds_of_work(server) - worked < 0.5 * (time.monotonic() - began)
            client.succeed("GetTicketList", {})
        wait_until("there is room again", lambda: open_files(server) < most - 5)
        with Client(url, installation.account) as another:
            another.succeed("GetTicketList", {})
        assert "Traceback" not in server.err


def test_a_server_allows_itself_as_many_files_as_it_may_have(installation: Installation) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    try:
        with serving("--database", installation.url, folder=installation.folder) as (server, _):
            allowed, _ = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
            told = server.end()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert allowed > 1024
    assert "files open" not in told.err
