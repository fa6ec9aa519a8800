"""`unyo record`: each call is written down with its answer, into a file that is nobody else's; what it refuses."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals

import pytest

from support.commands import unyo_here
from support.demonstration import YAMADA
from support.disks import small_disk
from support.processes import Client
from support.recordings import TICKET, Recorder, recording
from support.tools import as_root
from unyo.testkit.cassettes.reading import read_cassette


@pytest.fixture
def recorder(desk_of_the_module: str, tmp_path: Path) -> Iterator[Recorder]:
    """Records calls to a demonstration."""
    with recording(desk_of_the_module, tmp_path) as opened:
        yield opened


def test_a_program_that_changes_its_endpoint_only_is_answered_as_by_the_endpoint(
    recorder: Recorder, desk_of_the_module: str
) -> None:
    with Client(recorder.url, YAMADA) as through, Client(desk_of_the_module, YAMADA) as straight:
        first, second = (each.call("GetTicketDetail", TICKET) for each in (through, straight))
    assert {**first.body, "RequestId": ""} == {**second.body, "RequestId": ""}
    own = {"date", "x-request-id"}
    assert {n: v for n, v in first.headers.items() if n not in own} == {
        n: v for n, v in second.headers.items() if n not in own
    }
    assert first.headers["x-request-id"] == first.body["RequestId"]


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_each_call_is_recorded_with_its_answer_and_told_in_one_line(recorder: Recorder, number: Signals) -> None:
    with Client(recorder.url, YAMADA) as client:
        detail = client.call("GetTicketDetail", TICKET)
        refused = client.call("UpdateTicket", {**TICKET, "TicketProcessType": "1"})
        absent = client.post("/r/20221221/Nothing.json", b"{no json", {"Content-Type": "text/plain"})
    assert (recorder.cassette.stat().st_mode & 0o777) == 0o600
    first, second, third = read_cassette(recorder.cassette).calls
    assert (first.action, first.method, first.path) == (
        "GetTicketDetail",
        "POST",
        "/r/20221221/GetTicketDetail.json",
    )
    assert first.request.body == {"ServiceCode": "uom12345678", "MasterID": "SA1234567", **TICKET}
    assert first.answer
    assert (first.answer.status, first.answer.message.body) == (200, detail.envelope)
    assert second.answer
    assert second.answer.message.body == refused.envelope
    assert third.answer
    assert (third.action, third.request.text, third.answer.status) == ("", "{no json", absent.status)
    ended = recorder.process.end(number)
    assert ended.status == 0, ended
    lines = ended.out.splitlines()
    assert re.fullmatch(r" +1  \d\d:\d\d:\d\d  GetTicketDetail UTM123456  200 ok", lines[1])
    assert lines[2].endswith("UpdateTicket UTM123456  200 PARAMETER_REQUIRED")
    assert lines[3].endswith("/r/20221221/Nothing.json  404 NOT_FOUND")
    assert lines[-1] == f"3 calls recorded in {recorder.cassette}"


def test_a_cassette_of_any_name_is_told_as_it_is_also_where_a_recording_ends_at_once(tmp_path: Path) -> None:
    with recording("http://127.0.0.1:9", tmp_path, name="[red] [bold].yaml") as recorder:
        ended = recorder.process.end(SIGINT)
    assert f"go to http://127.0.0.1:9 and into {recorder.cassette}." in ended.out
    assert ended.out.endswith(f"0 calls recorded in {recorder.cassette}")
    assert (ended.status, ended.err) == (0, "")


def test_a_recorder_that_is_killed_loses_no_call_that_was_answered(recorder: Recorder) -> None:
    with Client(recorder.url, YAMADA) as client:
        for _ in range(20):
            client.succeed("GetTicketDetail", TICKET)
    recorder.process.end(SIGKILL)
    assert len(read_cassette(recorder.cassette).calls) == 20


def test_a_cassette_is_overwritten_only_when_told(desk_of_the_module: str, tmp_path: Path) -> None:
    cassette = tmp_path / "cassette.yaml"
    cassette.write_text("precious")
    refused = unyo_here("record", "--to", desk_of_the_module, str(cassette), folder=tmp_path)
    assert refused.refusal == f"unyo: {cassette} is there already: name a new file, or move that one away"
    assert cassette.read_text() == "precious"
    with recording(desk_of_the_module, tmp_path, "--overwrite") as recorder:
        assert recorder.calls() == []
        assert (cassette.stat().st_mode & 0o777) == 0o600


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("https://user:himitsu@vendor.example", "no user and no password"),
        ("https://himitsu@vendor.example", "no user and no password"),
        ("http://vendor.example", "must be called by https"),
        ("https://vendor.example/uom?himitsu", "the signature covers the path"),
        ("https://vendor.example?himitsu", "the signature covers the path"),
        ("ftp://vendor.example", "such as https://vendor.example"),
        ("vendor.example", "such as https://vendor.example"),
        ("https://", "such as https://vendor.example"),
        ("https://vendor.example:himitsu", "such as https://vendor.example"),
    ],
)
def test_what_is_no_endpoint_is_refused(endpoint: str, said: str, tmp_path: Path) -> None:
    refused = unyo_here("record", "--to", endpoint, "cassette.yaml", folder=tmp_path).refusal
    assert said in refused
    assert "himitsu" not in refused
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), ("none", "holds no certificate in PEM")])
def test_an_authority_that_cannot_be_used_is_refused(content: str | None, said: str, tmp_path: Path) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    command = ("record", "--to", "https://vendor.example", "--ca-file", "ca.pem", "cassette.yaml")
    assert said in unyo_here(*command, folder=tmp_path).refusal
    assert not (tmp_path / "cassette.yaml").exists()


def test_where_it_listens_stands_in_the_ready_file(desk_of_the_module: str, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with recording(desk_of_the_module, tmp_path, "--ready-file", str(ready)) as recorder:
        with Client(recorder.url, YAMADA) as client:
            client.succeed("GetTicketDetail", TICKET)
        assert ready.read_text() == f"{recorder.url}\n"


def test_a_full_disk_costs_no_call_its_answer_and_is_told_at_the_end(desk_of_the_module: str, tmp_path: Path) -> None:
    root = as_root("mount", "umount")
    with small_disk(root, tmp_path / "disk", os.getuid(), megabytes=1) as disk:
        with recording(desk_of_the_module, disk.folder) as recorder, Client(recorder.url, YAMADA) as client:
            client.succeed("GetTicketDetail", TICKET)
            disk.fill()
            client.succeed("GetTicketDetail", TICKET)
            disk.free()
            client.succeed("GetTicketDetail", TICKET)
            ended = recorder.process.end()
        assert (ended.status, ended.err) == (1, "unyo: 1 call could not be written: is the disk full?")
        assert len(read_cassette(recorder.cassette).calls) == 2
