"""`/metrics` as an operator sets it up: on an address of its own or with a token, one worker or several."""

import os
import re
import stat
from pathlib import Path
from signal import SIGKILL

import httpx2
import pytest

from support.commands import unyo_here
from support.desks import NEW_INCIDENT
from support.figures import Shown
from support.installations import Installation
from support.processes import PATIENCE, Client, serving, unyo, wait_until

TOKEN = "kept-by-the-scraper"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HERE = ("--metrics-address", "127.0.0.1:0")
WITH_TOKEN = {"UNYO_SERVER_METRICS_TOKEN": TOKEN}
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
_METRICS_ON = r"Metrics on (http://[^\s\"]+)"


def _shown(url: str, headers: dict[str, str] | None = None) -> Shown:
    answer = httpx2.get(url, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 200
    return Shown(answer.text)


def test_metrics_have_an_address_of_their_own(installation: Installation) -> None:
    with (
        serving("--database", installation.url, *HERE, folder=installation.folder) as (server, url),
        Client(url, installation.account) as client,
    ):
        client.succeed("RegisterTicket", NEW_INCIDENT)
        own = server.wait_for(_METRICS_ON)[1]
        shown = _shown(own)
        assert httpx2.get(f"{url}/metrics", timeout=PATIENCE).status_code == 404
        assert server.end().status == 0
    assert shown.value("unyo_calls_total", action="RegisterTicket", error_type="OK") == 1
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(own, timeout=PATIENCE)


@ON_SQLITE
def test_metrics_are_shown_to_whoever_has_the_token_which_is_told_nowhere(installation: Installation) -> None:
    file = installation.folder / "token"
    file.write_text(f"{TOKEN}\n", encoding="ascii")
    arguments = ("--database", installation.url, "--metrics-token-file", str(file))
    with serving(*arguments, folder=installation.folder) as (server, url):
        assert _shown(f"{url}/metrics", BEARER).value("unyo_queue_calls_limit") == 1000
        assert httpx2.get(f"{url}/metrics", timeout=PATIENCE).status_code == 401
        assert httpx2.get(f"{url}/metrics", headers={"Authorization": "Bearer no"}, timeout=PATIENCE).status_code == 401
        told = server.end()
    assert TOKEN not in told.err + told.out


@ON_POSTGRESQL
def test_two_workers_are_summed_whichever_is_asked_and_a_dead_ones_counts_stay(installation: Installation) -> None:
    arguments = ("--database", installation.url, "--workers", "2", *HERE)
    with serving(*arguments, folder=installation.folder, variables=WITH_TOKEN) as (server, url):
        own = server.wait_for(_METRICS_ON)[1]
        wait_until("both workers show their queues", lambda: _shown(own).value("unyo_queue_calls_limit") == 2000)
        wait_until("both have told so", lambda: server.err.count("Application startup complete") == 2)
        for _ in range(10):  # each on a connection of its own, so that both workers get some
            with Client(url, installation.account) as client:
                client.succeed("RegisterTicket", NEW_INCIDENT)
        assert {_registered(_shown(f"{url}/metrics", BEARER)) for _ in range(6)} == {10}
        assert _registered(_shown(own)) == 10
        assert _shown(own).value("process_resident_memory_bytes") > 2 << 20
        workers = re.findall(r"Started server process \[(\d+)]", server.err)
        os.kill(int(workers[0]), SIGKILL)
        wait_until("another has begun", lambda: server.err.count("Application startup complete") == 3)
        wait_until("the dead one is forgotten", lambda: _shown(own).value("unyo_queue_calls_limit") == 2000)
        assert _registered(_shown(own)) == 10
        assert server.end().status == 0


@ON_POSTGRESQL
def test_the_workers_folder_is_private_and_gone_afterwards(installation: Installation, tmp_path: Path) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    variables = {"TMPDIR": str(place), **WITH_TOKEN}
    arguments = ("--database", installation.url, "--workers", "2")
    with serving(*arguments, folder=installation.folder, variables=variables) as (server, _url):
        (folder,) = place.glob("unyo-metrics-*")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert server.end().status == 0
    assert list(place.glob("unyo-metrics-*")) == []


@pytest.mark.parametrize("command", ["config", "serve"])
@pytest.mark.parametrize("address", ["9464", ":9464", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:x"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, command: str, address: str) -> None:
    told = unyo_here(command, "--metrics-address", address, folder=tmp_path)
    assert (told.status, told.err) == (
        2,
        f"unyo: metrics_address takes HOST:PORT, such as 127.0.0.1:9464: '{address}' is none\n",
    )


@ON_SQLITE
def test_a_taken_address_is_told_before_anything_is_served(installation: Installation) -> None:
    arguments = ("--database", installation.url)
    with serving(*arguments, folder=installation.folder) as (_, url):
        taken = url.removeprefix("http://")
        refused = unyo("serve", *arguments, "--port", "0", "--metrics-address", taken, folder=installation.folder)
    assert refused.refusal == f"unyo: metrics cannot be served on {taken}: Address already in use"


@ON_POSTGRESQL
def test_a_folder_of_somebody_elses_figures_is_refused(installation: Installation) -> None:
    arguments = ("serve", "--database", installation.url, "--workers", "2", *HERE)
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(installation.folder)}
    refused = unyo(*arguments, folder=installation.folder, variables=variables).refusal
    assert refused == "unyo: unyo makes the folder for its workers' metrics by itself: unset PROMETHEUS_MULTIPROC_DIR"


def _registered(shown: Shown) -> float:
    return shown.value("unyo_calls_total", action="RegisterTicket", error_type="OK")
