"""`unyo emulator` as a process of its own, as a harness in any language starts and ends it."""

import json
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.commands import unyo_here
from support.emulating import started
from support.processes import (
    PATIENCE,
    SCRIPT,
    Account,
    Client,
    Running,
    ended,
    environment,
    running,
    unyo,
    wait_until,
)
from support.tools import needs
from unyo.cast import CAST

PROGRAMS = Path(__file__).with_name("programs")
Started = tuple[Running, Mapping[str, Any]]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """An emulator for tests that leave it as it was."""
    with started(tmp_path_factory.mktemp("emulator")) as found:
        yield found


def account(told: Mapping[str, Any]) -> Account:
    who = told["cast"][0]
    return Account(who["service_code"], who["master_id"], who["access_key"], who["secret_key"])


def test_the_ready_file_says_all_that_a_program_needs(shared: Started) -> None:
    process, told = shared
    assert told["control"] == f"{told['endpoint']}/_emulator"
    assert (told["pid"], told["certificate"]) == (process.pid, None)
    assert [(each["master_id"], each["access_key"]) for each in told["cast"]] == [
        (actor.master_id, actor.key.access_key) for actor in CAST
    ]
    assert told["environment"]["UNYO_ENDPOINT"] == told["endpoint"]
    assert len(told["environment"]) == 5
    with Client(told["endpoint"], account(told)) as client:
        assert client.succeed("GetTicketList", {})["TotalCount"] == "0"


def test_to_a_pipe_the_same_is_written_as_one_line(shared: Started) -> None:
    process, told = shared
    assert json.loads(process.wait_for("endpoint").string) == told
    assert len(process.out.splitlines()) == 1


def test_what_it_says_of_itself_lets_the_command_line_call_it(shared: Started, tmp_path: Path) -> None:
    said = unyo("ticket", "list", "--output", "json", folder=tmp_path, variables=shared[1]["environment"])
    assert (said.status, json.loads(said.out)) == (0, [])


def test_it_starts_without_what_only_an_installation_needs(tmp_path: Path) -> None:
    starts = "import sys, unyo.cli.testing.emulator\nfrom unyo.testkit import Uom\nUom().close()\n"
    said = ended(
        sys.executable, "-c", starts + "print(*({'psycopg', 'structlog'} & set(sys.modules)))", folder=tmp_path
    )
    assert (said.status, said.out, said.err) == (0, "\n", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, "--tls") as (process, told):
        assert Path(told["certificate"]).exists()
        done = process.end(number)
    assert (done.status, done.err) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_it_ends_when_a_harness_that_held_its_input_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [SCRIPT, "emulator", "--port", "0", "--ready-file", str(ready), "--until-stdin-closes"]
    harness = f"import subprocess, time; subprocess.Popen({command!r}, stdin=subprocess.PIPE); time.sleep(600)"
    variables = environment({"TMPDIR": str(tmp_path)})
    with subprocess.Popen([sys.executable, "-c", harness], env=variables, stdout=subprocess.DEVNULL) as parent:
        try:
            wait_until("the ready file is there", ready.exists)
            told = json.loads(ready.read_bytes())
            assert httpx2.get(told["control"] + "/version", timeout=PATIENCE).status_code == 200
        finally:
            parent.kill()
    wait_until("the emulator has ended", lambda: not is_there(told["pid"]))
    assert list(tmp_path.iterdir()) == []


def test_without_an_input_it_ends_at_once_if_it_is_to_end_with_it(tmp_path: Path) -> None:
    said = unyo("emulator", "--port", "0", "--until-stdin-closes", folder=tmp_path)  # its input is /dev/null
    assert (said.status, said.err) == (0, "")


def is_there(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_without_that_flag_its_input_says_nothing(shared: Started) -> None:
    process, _ = shared  # its input is /dev/null
    assert not process.has_ended


def test_a_port_that_is_taken_is_told_in_one_sentence(shared: Started, tmp_path: Path) -> None:
    port = shared[1]["endpoint"].rpartition(":")[2]
    said = unyo_here("emulator", "--port", port, "--ready-file", "ready.json", folder=tmp_path)
    assert said.refusal == (f"unyo: port {port} cannot be used (Address already in use): give another one with --port")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_ready_file_stays(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    said = unyo_here("emulator", "--port", "0", "--ready-file", "notes", folder=tmp_path)
    assert said.refusal == "unyo: notes is no ready file of an emulator: name another file, or move that one away"
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_ready_file_in_no_folder_is_told_in_one_sentence(tmp_path: Path) -> None:
    said = unyo_here("emulator", "--port", "0", "--ready-file", "no/ready.json", folder=tmp_path)
    assert said.refusal == "unyo: cannot write no/ready.json: No such file or directory; nothing was written"


def test_the_file_of_a_killed_emulator_is_replaced(tmp_path: Path) -> None:
    with started(tmp_path) as (process, told):
        process.end(signal.SIGKILL)
    assert (tmp_path / "ready.json").exists()
    given = ("emulator", "--port", "0", "--ready-file", str(tmp_path / "ready.json"))
    with running(*given, folder=tmp_path, variables={"TMPDIR": str(tmp_path)}) as process:
        process.wait_for("endpoint")
        assert json.loads((tmp_path / "ready.json").read_bytes())["pid"] == process.pid != told["pid"]


def test_an_emulator_takes_away_no_other_ones_ready_file(tmp_path: Path) -> None:
    with started(tmp_path) as (older, _):
        given = ("emulator", "--port", "0", "--ready-file", str(tmp_path / "ready.json"))
        with running(*given, folder=tmp_path) as newer:
            newer.wait_for("endpoint")
            assert older.end().status == 0
            assert json.loads((tmp_path / "ready.json").read_bytes())["pid"] == newer.pid


def test_two_side_by_side_know_nothing_of_each_other(shared: Started, tmp_path: Path) -> None:
    with started(tmp_path) as (_, told):
        assert httpx2.post(told["control"] + "/tickets", timeout=PATIENCE).json()["ticket_id"] == "UTM100001"
        assert httpx2.get(shared[1]["control"] + "/tickets/UTM100001", timeout=PATIENCE).status_code == 404


def test_with_tls_the_certificate_that_it_names_is_trusted(tmp_path: Path) -> None:
    with started(tmp_path, "--tls") as (_, told):
        assert told["environment"]["SSL_CERT_FILE"] == told["certificate"]
        trust = ssl.create_default_context(cafile=told["certificate"])
        assert httpx2.get(told["control"] + "/version", verify=trust, timeout=PATIENCE).status_code == 200


def test_its_clock_stands_where_it_is_told_to(tmp_path: Path) -> None:
    with started(tmp_path, "--now", "2026-04-01 09:00") as (_, told):
        assert httpx2.get(told["control"] + "/clock", timeout=PATIENCE).json()["moment"] == "2026-04-01T09:00:00+09:00"


def test_strict_says_at_the_end_what_only_unyo_has(tmp_path: Path) -> None:
    with started(tmp_path, "--strict") as (process, told):
        with Client(told["endpoint"], account(told)) as client:
            client.succeed("GetTicketList", {})
        httpx2.post(told["control"] + "/reset", timeout=PATIENCE)
        done = process.end()
    assert (done.status, done.err) == (0, "unyo: GetTicketList is an extension of unyo: the vendor has no such thing")


@pytest.mark.parametrize("given", [("--port", "65536"), ("--now", "yesterday")])
def test_wrong_usage_is_told(tmp_path: Path, given: tuple[str, str]) -> None:
    said = unyo_here("emulator", *given, folder=tmp_path)
    assert said.status == 2
    assert given[0] in said.err


def test_on_a_terminal_a_person_sees_what_they_copy(tmp_path: Path) -> None:
    (tmp_path / "[bold]").mkdir()
    terminal, programs_end = os.openpty()
    process = subprocess.Popen(
        [SCRIPT, "emulator", "--port", "0", "--ready-file", "[bold]/r.json"],
        stdout=programs_end,
        cwd=tmp_path,
        env=environment({"COLUMNS": "40"}),
    )
    os.close(programs_end)
    with open(terminal, "rb", buffering=0) as screen:  # noqa: PTH123 - a descriptor has no path
        said = b""
        while b"Ctrl+C ends it" not in said:
            said += screen.read(65536)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    for each in (rb"http://127.0.0.1:\d+/_emulator", re.escape(CAST[0].key.secret_key.encode()), "制御".encode()):
        assert re.search(each, said)
    assert b"[bold]/r.json" in said


@pytest.mark.parametrize(
    ("programs", "command"),
    [(("node",), ("node", "conflicts.mjs")), (("bash", "curl", "jq", "openssl"), ("bash", "conflicts.sh"))],
    ids=["node", "shell"],
)
def test_a_program_in_another_language_meets_a_conflict_a_lost_answer_and_a_rate_limit(
    tmp_path: Path, programs: tuple[str, ...], command: tuple[str, str]
) -> None:
    needs(*programs)
    language, program = command
    with started(tmp_path):
        said = ended(language, PROGRAMS / program, tmp_path / "ready.json", folder=tmp_path)
    assert (said.status, said.out, said.err) == (0, "all met\n", "")
