"""`unyo backup` writes all that a database holds; `unyo restore` makes a new one of it, exactly, or changes nothing."""

import json
import random
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from support.commands import unyo_here
from support.databases import KINDS, Databases
from support.desks import NEW_INCIDENT, desk_on
from support.installations import Installation, contents, execute, install
from support.moved import GIVE_A_NUMBER, everything
from support.processes import Client, Finished, serving
from support.scratch import SourceCopy
from unyo.demo.prepare import prepare
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.keyring import make_key
from unyo.storage.migrations import newest
from unyo.storage.moving.archive import Archive
from unyo.storage.moving.backing_up import BACKED_UP, FLEETING, snapshot
from unyo.storage.tables import metadata

MANIFEST = "manifest.json"
DAMAGED = "the backup is damaged: what it holds is not what was written into it. Take another one"
NO_BACKUP = "the file is no backup that `unyo backup` wrote, or it is cut off or damaged: take another one"


@pytest.fixture(scope="module")
def quarters(
    all_databases: dict[str, Databases], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[str, Path]]]:
    """The demonstration's tickets on each kind of database, and a backup of them; no test changes them."""
    found = {}
    for kind in KINDS:
        url = all_databases[kind].empty()
        prepare(url, date(2026, 4, 1))[0].dispose()
        file = tmp_path_factory.mktemp(kind) / "unyo.zip"
        assert _backup(url, file).status == 0
        found[kind] = url, file
    yield found
    for kind, (url, _) in found.items():
        all_databases[kind].drop(url)


@pytest.fixture(scope="module")
def newer_release(tmp_path_factory: pytest.TempPathFactory) -> tuple[SourceCopy, str]:
    """A copy of the product with one more field, and the revision of its tables."""
    copy = SourceCopy(tmp_path_factory.mktemp("newer"))
    row = '_p("SerialNumber", "serial_number", "製造番号", Text(8), "oo oo", "SN-0001", section=_M),'
    copy.insert_before("tickets/field_tables.py", '_p("CorrespondProcessList"', row)
    before = {*copy.versions.glob("*.py")}
    copy.run("-m", "unyo.storage.migrations", "a field more")
    (made,) = {*copy.versions.glob("*.py")} - before
    return copy, made.name.partition("_")[0]


@pytest.fixture
def backup(quarters: dict[str, tuple[str, Path]]) -> Path:
    return quarters["sqlite"][1]


@pytest.fixture
def target(databases: Databases) -> Iterator[str]:
    """A database that is not there yet (SQLite) or empty (PostgreSQL)."""
    url = databases.empty()
    yield url
    databases.drop(url)


def _backup(url: str, file: Path, **more: Any) -> Finished:
    return unyo_here("backup", "--database", url, str(file), folder=file.parent, **more)


def _check(file: Path) -> Finished:
    return unyo_here("backup", "--check", str(file), folder=file.parent)


def _restore(url: str, file: Path, *more: str) -> Finished:
    return unyo_here("restore", "--database", url, str(file), *more, folder=file.parent)


def _holds_nothing(url: str) -> bool:
    """As before a restore was tried: no SQLite file, or no table."""
    path = parse_url(url).database or ""
    return not Path(path).exists() if url.startswith("sqlite") else contents(url) == {}


@pytest.mark.parametrize("source", KINDS)
def test_every_row_of_every_table_is_as_it_was(quarters: dict[str, tuple[str, Path]], source: str, target: str) -> None:
    url, file = quarters[source]
    before = everything(url)
    rows = sum(len(found) for found in before.values())
    said = f"{len(before['tickets'])} tickets in {rows} rows"
    restored = _restore(target, file)
    assert (restored.status, restored.out.partition(", as of")[0]) == (0, f"Restored {said}")
    assert everything(target) == before
    assert re.fullmatch(rf"Whole: {said}, as of \S+, by unyo \S+ \(this release's tables\)\.\n", _check(file).out)


def test_a_backup_of_what_was_restored_holds_the_same(
    quarters: dict[str, tuple[str, Path]], target: str, tmp_path: Path
) -> None:
    _restore(target, quarters["postgresql"][1])
    assert _backup(target, tmp_path / "again.zip").status == 0
    assert _lines(tmp_path / "again.zip") == _lines(quarters["postgresql"][1])


def test_a_restored_installation_serves_and_its_numbers_go_on(
    installation: Installation, databases: Databases, tmp_path: Path
) -> None:
    store = ("--database", installation.url)
    with serving(*store, folder=tmp_path) as (_, url), Client(url, installation.account) as client:
        first = client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"]
        detail = client.succeed("GetTicketDetail", {"TicketId": first})
        assert _backup(installation.url, tmp_path / "unyo.zip").status == 0
        client.succeed("RegisterTicket", NEW_INCIDENT)
    target = databases.empty()
    restored = _restore(target, tmp_path / "unyo.zip")
    assert (restored.status, restored.err) == (0, "")
    with (
        serving("--database", target, folder=tmp_path) as (_, url),
        Client(url, installation.account) as client,
    ):
        again = client.succeed("GetTicketDetail", {"TicketId": first})
        assert {**again, "RequestId": ""} == {**detail, "RequestId": ""}
        assert client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"] == f"UTM{int(first[3:]) + 1}"
    databases.drop(target)


def test_numbers_that_were_given_and_never_stored_are_not_given_again(
    filled_url: str, all_databases: dict[str, Databases], tmp_path: Path
) -> None:
    execute(filled_url, GIVE_A_NUMBER[parse_url(filled_url).get_backend_name()])
    _backup(filled_url, tmp_path / "unyo.zip")
    for databases in all_databases.values():
        target = databases.empty()
        _restore(target, tmp_path / "unyo.zip")
        with desk_on(target) as desk:
            assert desk.register(NEW_INCIDENT) == "UTM777778"
        databases.drop(target)


def test_a_backup_is_one_snapshot_while_calls_change_tickets(filled_url: str, target: str, tmp_path: Path) -> None:
    before = everything(filled_url)
    file = tmp_path / "unyo.zip"
    with desk_on(filled_url) as desk:
        engines = open_engines(parse_url(filled_url))
        with file.open("w+b") as output, snapshot(engines) as found:
            writing = found.write(output, desk.clock())
            next(writing)
            desk.register(NEW_INCIDENT)
            assert desk.update(Title="もう別の件名").error is None
            assert [*writing]
        engines.dispose()
    _restore(target, file)
    assert everything(target) == before


def test_the_file_can_be_read_by_its_owner_only_and_holds_no_key(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "unyo.zip"
    assert unyo_here("backup", "--database", installation.url, str(file), folder=tmp_path, umask=0).status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as opened:
        held = b"".join(opened.read(name) for name in opened.namelist())
    assert installation.account.access_key.encode() in held
    assert installation.account.secret_key.encode() not in held
    assert installation.key_file.read_bytes().strip() not in held


def test_a_terminal_sees_how_far_it_is(backup: Path, target: str, tmp_path: Path) -> None:
    restored = unyo_here("restore", "--database", target, str(backup), folder=tmp_path, variables={"FORCE_COLOR": "1"})
    assert "restoring" in restored.err
    made = _backup(target, tmp_path / "new.zip", variables={"FORCE_COLOR": "1"})
    assert "backing up" in made.err
    assert "100%" in made.err


def test_a_file_that_is_there_is_not_overwritten(filled_url: str, tmp_path: Path) -> None:
    file = tmp_path / "unyo.zip"
    file.write_text("mine")
    assert _backup(filled_url, file).refusal == f"unyo: {file} is there already: name a new file, or move that one away"
    assert file.read_text() == "mine"


def test_a_backup_that_fails_leaves_no_file(filled_url: str, tmp_path: Path) -> None:
    execute(filled_url, "DROP TABLE calls")
    assert _backup(filled_url, tmp_path / "unyo.zip").refusal.startswith("unyo: backing up: ")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(filled_url: str, tmp_path: Path) -> None:
    file = tmp_path / "none" / "unyo.zip"
    told = unyo_here("backup", "--database", filled_url, str(file), folder=tmp_path)
    assert told.refusal == f"unyo: cannot write {file}: No such file or directory; nothing was written"


def test_there_is_nothing_to_back_up_in_an_empty_database(empty_database: str, tmp_path: Path) -> None:
    told = _backup(empty_database, tmp_path / "unyo.zip")
    assert told.refusal == "unyo: this database holds no installation: there is nothing to back up"


def test_the_tables_of_another_release_are_left_to_that_release(filled_url: str, tmp_path: Path) -> None:
    execute(filled_url, "UPDATE alembic_version SET version_num = '9999'")
    told = _backup(filled_url, tmp_path / "unyo.zip")
    assert "the database has the tables of another release (9999): back it up with that release" in told.refusal


def test_a_database_that_holds_anything_stays_as_it_is(backup: Path, filled_url: str, empty_database: str) -> None:
    before = contents(filled_url)
    assert "the database is not empty, it has a table access_keys" in _restore(filled_url, backup).refusal
    assert contents(filled_url) == before
    execute(empty_database, "CREATE TABLE mine (a INTEGER)")
    assert "it has a table mine" in _restore(empty_database, backup).refusal
    assert contents(empty_database) == {"mine": []}


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_database_that_cannot_be_reached_is_told_in_one_line(command: str, backup: Path, tmp_path: Path) -> None:
    file = backup if command == "restore" else tmp_path / "new.zip"
    for url in (f"sqlite:///{tmp_path}/none/unyo.db", f"postgresql://nobody@/unyo?host={tmp_path}"):
        assert unyo_here(command, "--database", url, str(file), folder=tmp_path).refusal
    assert not list(tmp_path.iterdir())


def test_another_key_is_told_and_what_to_do(filled_url: str, target: str, tmp_path: Path) -> None:
    file = tmp_path / "unyo.zip"
    _backup(filled_url, file)
    other = tmp_path / "other.key"
    for _ in range(2):  # no such file; a key of another installation
        restored = _restore(target, file, "--secret-key-file", str(other))
        assert restored.status == 0
        assert restored.err.startswith(f"unyo: {other} does not open the secrets of this backup: put the key file that")
        other.write_text(make_key())
        if target.startswith("sqlite"):
            Path(parse_url(target).database or "").unlink()
        else:
            execute(target, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def _spoilt(change: Callable[[dict[str, Any]], object]) -> Callable[[Path, Path], None]:
    """The backup with another manifest."""

    def _spoil(source: Path, made: Path) -> None:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(made, "w") as new:
            for name in old.namelist():
                text = old.read(name)
                if name == MANIFEST:
                    manifest = json.loads(text)
                    change(manifest)
                    text = json.dumps(manifest).encode()
                new.writestr(name, text)

    return _spoil


def _with_table(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path, Path], None]:
    """The backup with another stream of a table."""

    def _spoil(source: Path, made: Path) -> None:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(made, "w") as new:
            for entry in old.namelist():
                text = old.read(entry)
                new.writestr(entry, change(text) if entry == f"tables/{name}.jsonl" else text)

    return _spoil


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path, Path], None]:
    """The backup with other bytes."""

    def _spoil(source: Path, made: Path) -> None:
        made.write_bytes(change(source.read_bytes()))

    return _spoil


SPOILT: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "empty": (_bytes(lambda _: b""), NO_BACKUP),
    "something else": (_bytes(lambda _: b"SQLite format 3"), NO_BACKUP),
    "cut off": (_bytes(lambda whole: whole[:-1]), NO_BACKUP),
    "half of it": (_bytes(lambda whole: whole[: len(whole) // 2]), NO_BACKUP),
    "a stream flipped": (_bytes(lambda whole: whole[:20_000] + bytes([whole[20_000] ^ 1]) + whole[20_001:]), DAMAGED),
    "another form": (_spoilt(lambda it: it.update(format_version=2)), "the backup has the form 2, and this release"),
    "a manifest without counts": (_spoilt(lambda it: it["tables"][0].pop("rows")), DAMAGED),
    "a wrong count": (_spoilt(lambda it: it["tables"][5].update(rows=1)), DAMAGED),
    "a table that is not there": (_spoilt(lambda it: it["tables"][0].update(name="none")), DAMAGED),
    "a line more": (_with_table("tickets", lambda text: text + text.splitlines(keepends=True)[0]), DAMAGED),
    "a line less": (_with_table("tickets", lambda text: text[text.index(b"\n") + 1 :]), DAMAGED),
    "no lines": (_with_table("tickets", lambda _: b"[\n"), DAMAGED),
    "another value": (_with_table("accounts", lambda text: text.replace(b"SA", b"SB", 1)), DAMAGED),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_broken_backup_is_refused_and_leaves_nothing(how: str, backup: Path, target: str, tmp_path: Path) -> None:
    spoil, words = SPOILT[how]
    file = tmp_path / "spoilt.zip"
    spoil(backup, file)
    assert words in _check(file).refusal
    refused = _restore(target, file).refusal
    assert words in refused or refused.startswith("unyo: restoring: ")
    assert _holds_nothing(target)


def test_whichever_byte_is_flipped_nothing_else_is_ever_read(backup: Path, tmp_path: Path) -> None:
    whole, before = backup.read_bytes(), _lines(backup)
    chance = random.Random(20221221)  # noqa: S311 - the same in every run
    # Half of them in the last bytes, where the zip file's own table stands.
    places = [chance.randrange(len(whole)) for _ in range(60)] + [len(whole) - 1 - place for place in range(60)]
    refused = 0
    for place in places:
        file = tmp_path / "flipped.zip"
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
        if _check(file).status:
            refused += 1
        else:
            assert _lines(file) == before
    assert refused > len(places) // 2


def test_a_backup_of_older_tables_becomes_a_database_of_this_release(
    backup: Path, all_databases: dict[str, Databases], newer_release: tuple[SourceCopy, str]
) -> None:
    copy, made = newer_release
    for databases in all_databases.values():
        target = databases.empty()
        restored = _command_of(copy, "restore", "--database", target, str(backup))
        assert restored.status == 0, restored
        held = contents(target)
        assert [revision for revision, *_ in held["alembic_version"]] == [made]
        assert len(held["tickets"]) == len(_lines(backup)["tickets"])
        databases.drop(target)


def test_a_backup_of_newer_tables_is_left_to_its_release(newer_release: tuple[SourceCopy, str], tmp_path: Path) -> None:
    copy, made = newer_release
    source = f"sqlite:///{tmp_path}/newer.db"
    assert install(source, tmp_path).told.status == 0
    copy.migrate(source)
    file = tmp_path / "newer.zip"
    assert _command_of(copy, "backup", "--database", source, str(file)).status == 0
    target = f"sqlite:///{tmp_path}/new.db"
    assert f"whose tables ({made}) this release does not know: restore it with that release" in (
        _restore(target, file).refusal
    )
    assert _holds_nothing(target)
    assert f"(tables {made})" in _check(file).out


def test_every_column_has_a_kind_that_backups_know(filled_url: str, tmp_path: Path) -> None:
    _backup(filled_url, tmp_path / "unyo.zip")
    with (tmp_path / "unyo.zip").open("rb") as source:
        manifest = Archive(source).manifest
    assert manifest.schema_revision == newest()
    assert {table.name: [*table.columns] for table in manifest.tables} == {
        table.name: [column.name for column in table.columns] for table in BACKED_UP
    }
    assert {*metadata.tables} - {table.name for table in BACKED_UP} == {
        "ticket_counter",
        *(table.name for table in FLEETING),
    }


def _command_of(copy: SourceCopy, *arguments: str) -> Finished:
    return copy.run("-c", "from unyo.cli import main; main()", *arguments)


def _lines(file: Path) -> dict[str, list[bytes]]:
    """Each table's lines, the order of which says nothing."""
    with file.open("rb") as source:
        archive = Archive(source)
        return {stored.name: sorted(archive.lines(stored)) for stored in archive.manifest.tables}
