"""`unyo export` and `unyo import` move all tickets between installations, exactly, or change nothing."""

import json
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from support.commands import unyo_here
from support.databases import KINDS, Databases
from support.desks import NEW_INCIDENT, desk_on
from support.installations import contents, execute, install
from support.moved import GIVE_A_NUMBER, stored, without_tickets
from support.processes import SCRIPT, Finished, ended
from unyo.cast import ITO
from unyo.demo.prepare import prepare
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.moving.exporting import PAGE, snapshot
from unyo.uom.actions import CALL_ID_HEADER

TICKET = "UTM123457"
ODD = 'odd\u2028 "text" \\ \x85\U0001f600\n'
CALL = {CALL_ID_HEADER: "01234567-89ab-cdef-0123-456789abcdef"}
CALLS = PAGE + 2
Line = dict[str, Any]


@dataclass(frozen=True)
class Quarter:
    """The demonstration's tickets on one kind of database, one of them changed by a call with a call id."""

    url: str
    body: bytes
    request_id: str
    file: Path


@pytest.fixture(scope="module")
def quarters(
    all_databases: dict[str, Databases], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Quarter]]:
    """Both, exported, with more kept calls than are read at a time; no test changes them."""
    found = {}
    for kind in KINDS:
        url = all_databases[kind].empty()
        prepare(url, date(2026, 4, 1))[0].dispose()
        with desk_on(url) as desk:
            desk.register(NEW_INCIDENT, actor=ITO)
            memo = {"CorrespondProcessOperationClass": "0", "CorrespondProcess": ODD}
            body = json.dumps({**desk.echo(TICKET), "Title": "件名", "CorrespondProcessList": [memo]}).encode()
            answer = desk.call("UpdateTicket", body, headers=CALL)
            for place in range(CALLS - 1):
                call_id = {CALL_ID_HEADER: f"00000000-0000-0000-0000-{place:012}"}
                assert desk.call("UpdateTicket", desk.echo(TICKET), headers=call_id).error is None
        assert answer.error is None, answer.envelope
        file = tmp_path_factory.mktemp(kind) / "tickets.jsonl"
        assert _export(url, file).status == 0
        found[kind] = Quarter(url, body, answer.body["RequestId"], file)
    yield found
    for kind, quarter in found.items():
        all_databases[kind].drop(quarter.url)


@pytest.fixture
def target(databases: Databases) -> Iterator[str]:
    """An installation to import into."""
    url = without_tickets(databases.empty())
    yield url
    databases.drop(url)


def _export(url: str, file: Path | str) -> Finished:
    return unyo_here("export", "--database", url, str(file), folder=Path.cwd())


def _import(url: str, file: Path | str) -> Finished:
    return unyo_here("import", "--database", url, str(file), folder=Path.cwd())


def _shell(command: str, folder: Path) -> Finished:
    """Run a line as an operator's shell does."""
    return ended("/bin/sh", "-c", command, folder=folder)


def _lines(quarter: Quarter) -> list[Line]:
    return [json.loads(line) for line in quarter.file.read_bytes().splitlines()]


@pytest.mark.parametrize("source", KINDS)
def test_every_row_arrives_as_it_was(quarters: dict[str, Quarter], source: str, target: str, tmp_path: Path) -> None:
    before = stored(quarters[source].url)
    counts = [len(before[name]) for name in ("tickets", "memos", "history", "calls")]
    assert counts[0] > PAGE
    assert counts[3] == CALLS > PAGE
    said = "{} tickets, {} memos, {} history entries and {} kept calls.\n".format(*counts)
    assert _export(quarters[source].url, tmp_path / "new.jsonl") == Finished(0, f"Exported {said}", "")
    assert _import(target, tmp_path / "new.jsonl") == Finished(0, f"Imported {said}", "")
    assert stored(target) == before


@pytest.mark.parametrize("source", KINDS)
def test_an_export_of_what_was_imported_is_the_same_file(
    quarters: dict[str, Quarter], source: str, target: str, tmp_path: Path
) -> None:
    _import(target, quarters[source].file)
    _export(target, tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == quarters[source].file.read_bytes()


def test_the_desk_goes_on_where_the_other_one_stood(quarters: dict[str, Quarter], target: str) -> None:
    quarter = quarters["sqlite"]
    _import(target, quarter.file)
    highest = max(line["ticket"]["number"] for line in _lines(quarter) if "ticket" in line)
    with desk_on(target) as desk:
        assert desk.call("UpdateTicket", quarter.body, headers=CALL).body == {"RequestId": quarter.request_id}
        assert desk.detail(TICKET)["CorrespondProcessList"][-1]["CorrespondProcess"] == ODD
        assert desk.register(NEW_INCIDENT) == f"UTM{highest + 1}"


def test_numbers_that_were_given_and_never_stored_are_not_given_again(
    filled_url: str, target: str, tmp_path: Path
) -> None:
    execute(filled_url, GIVE_A_NUMBER[parse_url(filled_url).get_backend_name()])
    _export(filled_url, tmp_path / "tickets.jsonl")
    _import(target, tmp_path / "tickets.jsonl")
    with desk_on(target) as desk:
        assert desk.register(NEW_INCIDENT) == "UTM777778"


def test_an_export_is_one_snapshot_while_calls_change_tickets(filled_url: str) -> None:
    with desk_on(filled_url) as desk:
        engines = open_engines(parse_url(filled_url))
        with snapshot(engines) as (_, whole):
            before = list(whole)
        with snapshot(engines) as (_, going):
            begun = next(going)
            desk.register(NEW_INCIDENT)
            assert desk.update(Title="もう別の件名").error is None
            assert [begun, *going] == before
        engines.dispose()


def test_the_header_and_the_last_line_hold_the_counts(quarters: dict[str, Quarter]) -> None:
    first, *between, last = _lines(quarters["sqlite"])
    assert (first["format"], first["format_version"]) == ("unyo-tickets", 1)
    assert last == {"end": first["counts"]}
    assert first["counts"]["tickets"] == sum("ticket" in line for line in between)
    assert first["counts"]["history"] == sum(len(line.get("history", ())) for line in between)


def test_an_installation_without_tickets_moves_too(empty_url: str, tmp_path: Path) -> None:
    made = install(empty_url, tmp_path)
    assert _export(made.url, tmp_path / "none.jsonl").status == 0
    before = contents(made.url)
    assert _import(made.url, tmp_path / "none.jsonl").status == 0
    assert contents(made.url) == before


def test_it_goes_through_a_pipe(quarters: dict[str, Quarter], target: str, tmp_path: Path) -> None:
    pipe = f"{SCRIPT} export --database '{quarters['sqlite'].url}' | {SCRIPT} import --database '{target}' -"
    told = _shell(pipe, tmp_path)
    assert told.status == 0, told
    assert sorted(line.split()[0] for line in (told.out + told.err).splitlines()) == ["Exported", "Imported"]
    assert stored(target) == stored(quarters["sqlite"].url)


@pytest.mark.parametrize("into", ["> /dev/full", "| true"])
def test_a_failing_output_is_told_in_one_line(quarters: dict[str, Quarter], into: str, tmp_path: Path) -> None:
    # The status is that of the export, also before a pipe.
    command = f"{{ {SCRIPT} export --database '{quarters['sqlite'].url}'; echo $? > status; }} {into}"
    told = _shell(command, tmp_path)
    assert (tmp_path / "status").read_text() == "1\n"
    assert re.fullmatch("unyo: exporting: .*(No space left on device|Broken pipe)\n", told.err)


@pytest.mark.parametrize("command", ["export", "import"])
def test_a_terminal_sees_how_far_it_is(quarters: dict[str, Quarter], command: str, target: str, tmp_path: Path) -> None:
    url, file = (target, quarters["sqlite"].file) if command == "import" else (quarters["sqlite"].url, "new.jsonl")
    told = unyo_here(command, "--database", url, str(file), folder=tmp_path, variables={"FORCE_COLOR": "1"})
    assert told.status == 0
    assert f"{command}ing" in told.err
    assert "100%" in told.err


def test_the_file_can_be_read_by_its_owner_only(quarters: dict[str, Quarter]) -> None:
    assert stat.S_IMODE(quarters["sqlite"].file.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_overwritten(filled_url: str, tmp_path: Path) -> None:
    file = tmp_path / "tickets.jsonl"
    file.write_text("mine")
    assert _export(filled_url, file).refusal == f"unyo: {file} is there already: name a new file, or move that one away"
    assert file.read_text() == "mine"


def test_an_export_that_fails_leaves_no_file(filled_url: str, tmp_path: Path) -> None:
    execute(filled_url, "DROP TABLE calls")
    assert _export(filled_url, tmp_path / "tickets.jsonl").refusal.startswith("unyo: exporting: ")
    assert not list(tmp_path.iterdir())


def test_tickets_that_are_there_stay_alone(quarters: dict[str, Quarter], filled_url: str) -> None:
    before = contents(filled_url)
    assert _import(filled_url, quarters["sqlite"].file).refusal == (
        "unyo: there are tickets already, UTM123456 of uom12345678 is the first: `unyo import` fills an installation "
        "without tickets only"
    )
    assert contents(filled_url) == before


def test_a_missing_service_code_is_named(quarters: dict[str, Quarter], empty_url: str, tmp_path: Path) -> None:
    made = install(empty_url, tmp_path)
    before = contents(made.url)
    assert _import(made.url, quarters["sqlite"].file).refusal == (
        "unyo: tickets of the file belong to uom12345678, uom87654321, which this installation does not have: "
        "`unyo service add` makes a service code"
    )
    assert contents(made.url) == before


@pytest.mark.parametrize("command", ["export", "import"])
def test_a_database_without_this_releases_tables_is_refused(command: str, empty_database: str, tmp_path: Path) -> None:
    refused = unyo_here(command, "--database", empty_database, "tickets.jsonl", folder=tmp_path)
    assert refused.refusal.startswith("unyo: the database is not at this release's tables: run `unyo migrate`")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_not_there_is_refused(target: str, tmp_path: Path) -> None:
    file = tmp_path / "none.jsonl"
    assert _import(target, file).refusal == f"unyo: {file}: No such file or directory"


def _cut(place: int) -> Callable[[bytes], bytes]:
    return lambda whole: whole[:place]


def _with(place: int, change: Callable[[Line], object]) -> Callable[[bytes], bytes]:
    """The file with one line changed; line 0 is the header."""

    def _spoil(whole: bytes) -> bytes:
        split = whole.splitlines(keepends=True)
        line = json.loads(split[place])
        change(line)
        split[place] = json.dumps(line).encode() + b"\n"
        return b"".join(split)

    return _spoil


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (_cut(0), "no file that `unyo export` wrote"),
    "something else": (lambda _: b'{"a": 1}\n', "no file that `unyo export` wrote"),
    "cut off in a line": (_cut(-200), "is cut off after"),
    "cut off behind a line": (lambda whole: b"".join(whole.splitlines(keepends=True)[:-1]), "is cut off after"),
    "only a header": (lambda whole: whole.splitlines(keepends=True)[0], "is cut off after 0 tickets"),
    "a line gone": (
        lambda whole: b"".join(whole.splitlines(keepends=True)[:5] + whole.splitlines(keepends=True)[6:]),
        "ends it with other counts",
    ),
    "something behind its end": (lambda whole: whole + b"\n", "ends it with other counts"),
    "another format": (_with(0, lambda it: it.update(format_version=2)), "whose tables are others"),
    "another schema": (_with(0, lambda it: it.update(schema="9999")), "whose tables are others"),
    "a broken header": (_with(0, lambda it: it.update(last_number="7")), "the file's header is broken"),
    "a service not in the header": (
        _with(3, lambda it: it["ticket"].update(service_code="uom1")),
        "line 4 of the file",
    ),
    "no JSON": (lambda whole: whole.replace(b'{"ticket"', b"{ticket", 2), "line 2 of the file is broken"),
    "no UTF-8": (lambda whole: whole.replace("件名".encode(), b"\xff"), "of the file is broken"),
    "a deep line": (lambda whole: whole.replace(b"\n", b"\n" + b"[" * 100_000 + b"\n", 1), "line 2 of the file"),
    "a member more": (_with(3, lambda it: it["ticket"].update(a=1)), "its members are not those of this release"),
    "a part more": (_with(3, lambda it: it.update(a=[])), "neither a ticket nor a kept call"),
    "no memos": (_with(3, lambda it: it.pop("memos")), "neither a ticket nor a kept call"),
    "a memo that is none": (_with(3, lambda it: it["memos"].append(7)), "its members are not those of this release"),
    "a number as text": (_with(3, lambda it: it["ticket"].update(number="7")), "its number cannot be stored"),
    "too high a number": (_with(3, lambda it: it["ticket"].update(number=2**63)), "its number cannot be stored"),
    "an unknown kind": (_with(3, lambda it: it["ticket"].update(kind="3")), "its kind cannot be stored"),
    "a text with U+0000": (_with(3, lambda it: it["ticket"].update(title="\0")), "its title cannot be stored"),
    "no date": (_with(3, lambda it: it["ticket"].update(state_inserted="soon")), "its state_inserted cannot be stored"),
    "a date without zone": (
        _with(3, lambda it: it["ticket"].update(state_inserted="2026-04-01")),
        "its state_inserted cannot be stored",
    ),
    "a history of another form": (
        _with(3, lambda it: it["history"][0].update(changes=[["title", ""]])),
        "its changes cannot be stored",
    ),
    "a null": (_with(3, lambda it: it["history"][0].update(at=None)), "its at cannot be stored"),
    "a digest of another form": (_with(-2, lambda it: it["call"].update(body_digest="?")), "its body_digest cannot"),
    "no lock dates": (
        _with(3, lambda it: it["ticket"].update({name: None for name in it["ticket"] if name.endswith("ed")})),
        "it has no lock dates",
    ),
    "a ticket twice": (_with(4, lambda it: it["ticket"].update(number=123456)), "importing: "),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_broken_file_leaves_nothing(quarters: dict[str, Quarter], how: str, target: str, tmp_path: Path) -> None:
    spoil, words = SPOILT[how]
    file = tmp_path / "spoilt.jsonl"
    file.write_bytes(spoil(quarters["sqlite"].file.read_bytes()))
    before = contents(target)
    assert words in _import(target, file).refusal
    assert contents(target) == before
