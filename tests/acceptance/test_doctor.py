"""`unyo doctor` says what is wrong with an installation and how to mend it, and changes nothing."""

import http.server
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.balancer import free_port
from support.certificates import make_pair
from support.commands import unyo_here
from support.databases import Databases
from support.installations import Installation, contents, execute, install
from support.processes import serving, unyo
from support.scratch import SourceCopy
from unyo.doctor import machine
from unyo.storage.engine import parse_url
from unyo.storage.keyring import make_key
from unyo.storage.migrations import newest

Findings = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True, scope="module")
def _durable(all_databases: dict[str, Databases]) -> Iterator[None]:
    """The doctor complains of a database that may lose what it acknowledged, as the tests' is otherwise."""
    with all_databases["postgresql"].durable():
        yield


def _examined(folder: Path, url: str, *arguments: str, port: int = 0) -> tuple[int, Findings]:
    """The exit status, and the worst finding about each thing; nothing that was looked at has changed."""
    done = unyo_here(
        "doctor", "--json", "--database", url, "--port", str(port or free_port()), *arguments, folder=folder
    )
    assert done.err == ""
    worst: Findings = {}
    for found in map(json.loads, done.out.splitlines()):
        before = worst.get(found["about"])
        if before is None or before["level"] == "good":
            worst[found["about"]] = found
    return done.status, worst


def _bad(found: Findings) -> dict[str, str]:
    return {about: finding["says"] for about, finding in found.items() if finding["level"] == "bad"}


def test_nothing_is_wrong_with_a_new_installation_and_nothing_is_changed(installation: Installation) -> None:
    before = contents(installation.url)
    status, found = _examined(installation.folder, installation.url)
    assert (status, _bad(found)) == (0, {})
    looked_at = {"settings", "clock", "open files", "key file", "database", "durability", "tables", "installation"}
    assert looked_at <= set(found)
    assert found["signed call"]["says"] == "an application in this process answers it"
    assert contents(installation.url) == before


def test_the_signed_call_goes_to_the_server_that_is_running(installation: Installation) -> None:
    with serving("--database", installation.url, folder=installation.folder) as (server, url):
        status, found = _examined(installation.folder, installation.url, port=int(url.rpartition(":")[2]))
        told = server.end()
    assert (status, found["signed call"]["says"]) == (0, f"{url} answers it")
    assert "GetTicketList" in told.err


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_server_that_speaks_tls_is_called_by_tls(installation: Installation, tmp_path: Path) -> None:
    pair = make_pair(tmp_path, "desk")
    flags = ("--database", installation.url, *pair.flags)
    with serving(*flags, folder=installation.folder, trust=pair.trust()) as (_, url):
        status, found = _examined(installation.folder, installation.url, *pair.flags, port=int(url.rpartition(":")[2]))
    assert (status, found["signed call"]["says"]) == (0, f"{url} answers it")
    assert (found["certificate"]["level"], found["certificate's key"]["level"]) == ("good", "good")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("days", "level"), [(-1, "bad"), (13, "doubtful")])
def test_a_certificate_that_ends_soon_or_has_ended_is_told(
    installation: Installation, tmp_path: Path, days: int, level: str
) -> None:
    pair = make_pair(tmp_path, "desk", days=days)
    _, found = _examined(installation.folder, installation.url, *pair.flags)
    assert (found["certificate"]["level"], found["certificate"]["mend"]) == (level, "renew it")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_certificate_that_cannot_be_used_is_told(installation: Installation, tmp_path: Path) -> None:
    pair, other = make_pair(tmp_path, "desk"), make_pair(tmp_path, "other")
    flags = ("--tls-cert", str(pair.certificate), "--tls-key", str(other.key))
    _, found = _examined(installation.folder, installation.url, *flags)
    assert "are no certificate and its key" in _bad(found)["certificate"]


def test_a_person_reads_marks_and_what_to_do(installation: Installation) -> None:
    installation.key_file.chmod(0o644)
    done = unyo("doctor", "--database", installation.url, "--port", str(free_port()), folder=installation.folder)
    assert done.status == 1
    assert "✓ tables " in done.out
    assert "✗ key file " in done.out
    assert "→ chmod 600 unyo.key" in done.out
    assert ": 1 to mend, " in done.out


def test_a_key_file_that_its_group_may_read_is_doubtful(installation: Installation) -> None:
    installation.key_file.chmod(0o640)
    status, found = _examined(installation.folder, installation.url)
    assert (status, found["key file"]["level"]) == (0, "doubtful")


def test_a_missing_key_file_is_told(installation: Installation) -> None:
    installation.key_file.unlink()
    status, found = _examined(installation.folder, installation.url)
    assert (status, set(_bad(found))) == (1, {"key file", "installation"})
    assert "signed call" not in found


def test_another_installations_key_is_told(installation: Installation) -> None:
    installation.key_file.write_text(make_key())
    status, found = _examined(installation.folder, installation.url)
    assert (status, set(_bad(found))) == (1, {"installation"})


def test_settings_that_cannot_be_served_are_told(installation: Installation) -> None:
    status, found = _examined(installation.folder, installation.url, "--host", "192.0.2.1")
    assert status == 1
    assert _bad(found)["settings"].startswith("plain http is refused on 192.0.2.1")


def test_an_address_for_metrics_that_is_none_is_told(installation: Installation) -> None:
    _, found = _examined(installation.folder, installation.url, "--metrics-address", "9464")
    assert _bad(found)["settings"].startswith("metrics_address takes HOST:PORT")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_server_on_ipv6_is_looked_for_at_its_address(installation: Installation) -> None:
    port = free_port()
    _, found = _examined(installation.folder, installation.url, "--host", "::1", port=port)
    assert found["server"]["says"].startswith(f"none is running at http://[::1]:{port};")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("echo yes", "it follows a time server"),
        ("echo no", "it follows no time server"),
        ("exit 1", "this system does not say whether it follows a time server"),
        ("exec sleep 60", "this system does not say whether it follows a time server"),
    ],
)
def test_the_clock_is_asked_about_and_the_rest_is_looked_at_whatever_the_answer(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    asked = installation.folder / "timedatectl"
    asked.write_text(f"#!/bin/sh\n{program}\n")
    asked.chmod(0o755)
    monkeypatch.setattr(shutil, "which", {"timedatectl": str(asked)}.get)
    if program == "exec sleep 60":
        monkeypatch.setattr(machine, "PATIENCE_SECONDS", 0.5)
    _, found = _examined(installation.folder, installation.url)
    assert found["clock"]["says"] == said
    assert found["signed call"]["level"] == "good"


def test_a_settings_file_that_others_may_write_is_told(installation: Installation) -> None:
    path = installation.folder / "unyo.toml"
    path.write_text("workers = 1\n")
    path.chmod(0o666)
    _, found = _examined(installation.folder, installation.url, "--config", str(path))
    assert f"others may write {path}" in _bad(found)["settings file"]


def test_an_empty_database_is_told(installation: Installation, empty_database: str) -> None:
    status, found = _examined(installation.folder, empty_database)
    assert (status, _bad(found)["tables"]) == (1, "the database is empty")
    assert "installation" not in found


def test_a_database_that_is_not_migrated_is_told(installation: Installation, tmp_path: Path) -> None:
    newer = SourceCopy(tmp_path / "newer")
    newer.add_migration("newer", "pass")
    doctor = ("doctor", "--json", "--database", installation.url)
    told = unyo(*doctor, folder=installation.folder, variables=newer.variables)
    (tables,) = (found for found in map(json.loads, told.out.splitlines()) if found["about"] == "tables")
    assert (told.status, tables["mend"]) == (1, "run `unyo migrate`")


@pytest.mark.parametrize(("served_from", "mend"), [(newest(), ""), ("9998", "use that release")])
def test_the_tables_of_a_newer_release_are_told(served_from: str, mend: str, installation: Installation) -> None:
    execute(installation.url, f"UPDATE alembic_version SET version_num = '9999', served_from = '{served_from}'")  # noqa: S608 - the test's own
    _, found = _examined(installation.folder, installation.url)
    assert found["tables"]["mend"] == mend


def test_a_demo_database_is_told(installation: Installation) -> None:
    execute(installation.url, "UPDATE installation SET is_demo = TRUE")
    assert "published" in _bad(_examined(installation.folder, installation.url)[1])["installation"]


def test_members_without_an_access_key_are_told(installation: Installation) -> None:
    execute(installation.url, "DELETE FROM access_keys")
    status, found = _examined(installation.folder, installation.url)
    assert (status, found["signed call"]["level"]) == (0, "doubtful")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_damaged_database_file_is_told(installation: Installation) -> None:
    path = Path(parse_url(installation.url).database or "")
    execute(installation.url, "PRAGMA wal_checkpoint(TRUNCATE)")
    held = bytearray(path.read_bytes())
    held[4096 * 3 : 4096 * 9] = os.urandom(4096 * 6)
    path.write_bytes(held)
    status, found = _examined(installation.folder, installation.url)
    assert status == 1
    assert "database" in _bad(found)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_database_file_that_others_may_read_is_told(installation: Installation) -> None:
    path = Path(parse_url(installation.url).database or "")
    path.chmod(0o644)
    assert "others may read" in _bad(_examined(installation.folder, installation.url)[1])["database file"]


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_database_that_may_lose_what_it_acknowledged_is_told(installation: Installation) -> None:
    name = parse_url(installation.url).database
    execute(installation.url, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    status, found = _examined(installation.folder, installation.url)
    assert status == 1
    assert _bad(found)["durability"].startswith("synchronous_commit is off")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_more_workers_than_postgresql_has_connections_for_are_told(installation: Installation) -> None:
    _, found = _examined(installation.folder, installation.url, "--workers", "64")
    assert "64 workers may open 768 connections" in _bad(found)["connections"]


@pytest.mark.parametrize(
    "url", ["postgresql://user@127.0.0.1:1/unyo", "sqlite:///none/unyo.db", "mysql://x/y", "postgresql://u@h:p/x"]
)
def test_a_database_that_does_not_answer_is_told_after_the_rest(installation: Installation, url: str) -> None:
    status, found = _examined(installation.folder, url)
    assert (status, set(_bad(found))) == (1, {"database"})
    assert found["key file"]["level"] == "good"


@contextmanager
def _another_program() -> Iterator[int]:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        yield other.server_port
        other.shutdown()
        thread.join()


def test_another_program_at_the_servers_port_is_told(installation: Installation) -> None:
    with _another_program() as port:
        status, found = _examined(installation.folder, installation.url, port=port)
    assert status == 1
    assert _bad(found) == {"server": f"what answers at http://127.0.0.1:{port} is not unyo"}


def test_the_server_of_another_installation_is_told(installation: Installation) -> None:
    elsewhere = installation.folder / "elsewhere"
    elsewhere.mkdir()
    other = install("sqlite:///other.db", elsewhere)
    with serving("--database", installation.url, folder=installation.folder) as (_, url):
        status, found = _examined(elsewhere, other.url, port=int(url.rpartition(":")[2]))
    assert (status, set(_bad(found))) == (1, {"signed call"})
    assert "AUTH_FAILURE" in found["signed call"]["says"]
