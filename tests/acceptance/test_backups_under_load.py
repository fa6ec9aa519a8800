"""Backups while writers write, killed, and where there is no room: a whole moment of the installation, or nothing."""

import os
import re
import shlex
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from proof.crash_checks import check_database
from proof.crash_door import Door
from proof.crash_writers import Change, Ticket, Writer
from support.commands import unyo_here
from support.databases import Databases
from support.desks import NEW_INCIDENT, desk_on, who
from support.disks import small_disk
from support.installations import Installation, contents, execute, install
from support.moved import everything, without_tickets
from support.processes import SCRIPT, Account, ended, serving, unyo, wait_until
from support.scratch import SourceCopy
from support.tools import as_root
from support.tree import ROOT
from unyo.cast import ITO
from unyo.storage.engine import parse_url

WRITERS = 6
UNIT = ROOT / "contrib" / "systemd" / "unyo-backup.service"
SEED = 20221221
# Where a backup is killed: before the line of a module that begins so, and is indented so far.
MOMENTS = {
    "when the file is made": ("storage/new_files.py", "with io.BufferedRandom(", 8),
    "before the first table": ("storage/moving/archive.py", "digest.update(lines)", 16),
    "before the manifest": ("storage/moving/archive.py", "self._zip.writestr(", 8),
    "before it is on the disk": ("storage/new_files.py", "os.fsync(file.fileno())", 4),
    "before it gets its name": ("storage/new_files.py", "os.link(", 8),
}


@dataclass
class Crowd:
    """Writers at work, each on tickets of its own."""

    writers: list[Writer]

    def acknowledged(self) -> dict[str, int]:
        """How many changes of each ticket have been answered."""
        return {ticket.ticket_id: len(ticket.done) for writer in self.writers for ticket in [*writer.tickets]}


@contextmanager
def _writing(url: str, account: Account) -> Iterator[Crowd]:
    """Have writers change tickets all the time, and see at the end that nothing was refused."""
    crowd = Crowd([Writer(f"w{number}", SEED) for number in range(WRITERS)])
    stopped, acknowledged = threading.Event(), threading.Semaphore(0)
    with Door(url, account) as door, ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(writer.write, door, stopped, acknowledged) for writer in crowd.writers]
        try:
            wait_until("all write", lambda: sum(crowd.acknowledged().values()) > 10 * WRITERS)
            yield crowd
        finally:
            stopped.set()
        for each in writing:
            each.result()


def _as_backed_up(ticket: Ticket, changes: int) -> Ticket:
    """A ticket as it stood after so many of its changes."""
    before = Ticket(ticket.kind)
    for change in ticket.done[:changes]:
        before.carry_out(change, change.request_id, ticket.ticket_id)
    return before


def _in_order(writer: Writer) -> list[Change]:
    """All changes of a writer as it made them, one after the other."""
    return sorted((change for ticket in writer.tickets for change in ticket.done), key=lambda change: change.mark)


def test_a_backup_under_load_is_one_moment_of_the_installation(
    installation: Installation, all_databases: dict[str, Databases], tmp_path: Path
) -> None:
    file = tmp_path / "unyo.zip"
    with (
        serving("--database", installation.url, folder=tmp_path) as (_, url),
        _writing(url, installation.account) as crowd,
    ):
        before = crowd.acknowledged()
        made = unyo("backup", "--database", installation.url, str(file), folder=tmp_path)
        assert made.status == 0, made
        then = sum(crowd.acknowledged().values())
        wait_until("they went on", lambda: sum(crowd.acknowledged().values()) > then)
    live = everything(installation.url)
    for databases in all_databases.values():
        target = databases.empty()
        assert unyo_here("restore", "--database", target, str(file), folder=tmp_path).status == 0
        held = everything(target)
        told = {row[6] for row in held["history"]}
        tickets = []
        for writer in crowd.writers:
            made_changes = [change.request_id in told for change in _in_order(writer)]
            assert made_changes == sorted(made_changes, reverse=True), "a later change is there, an earlier one is not"
            for ticket in writer.tickets:
                there = sum(change.request_id in told for change in ticket.done)
                assert there >= before.get(ticket.ticket_id, 0), "what was acknowledged before is there"
                tickets += [_as_backed_up(ticket, there)] if there else []
        check_database(target, tickets, tickets)
        # What never changes is, row by row, what the installation holds.
        for name in ("history", "calls", "accounts", "memberships", "access_keys", "options", "installation"):
            assert {*held[name]} <= {*live[name]}, name
        databases.drop(target)


def test_the_nightly_backup_is_made_and_old_ones_are_deleted(installation: Installation, tmp_path: Path) -> None:
    settings, backups = tmp_path / "unyo.toml", tmp_path / "backups"
    settings.write_text(f'database = "{installation.url}"\n', encoding="utf-8")
    backups.mkdir()
    old = [backups / name for name in ("unyo-20200101T000000.zip", ".unyo-20200101T000000.zip.abc.part", "mine.zip")]
    for each in old:
        each.touch()
        os.utime(each, (0, 0))
    for step in ("ExecStart", "ExecStartPost"):
        done = ended(*_of_the_unit(step, settings, backups), folder=tmp_path, variables={"BACKUPS": str(backups)})
        assert done.status == 0, done
    kept, made = sorted(backups.iterdir())
    assert kept == old[2]
    assert re.fullmatch(r"unyo-\d{8}T\d{6}\.zip", made.name)
    assert unyo_here("backup", "--check", str(made), folder=tmp_path).status == 0


def _of_the_unit(step: str, settings: Path, backups: Path) -> list[str]:
    """A command of the unit that is shipped, as systemd reads it, for another place."""
    (line,) = re.findall(rf"^{step}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    for said, meant in (
        ("${BACKUPS}", str(backups)),
        ("${KEEP_DAYS}", "14"),
        ("$$", "$"),
        ("%%", "%"),
        ("/opt/unyo/bin/unyo", SCRIPT),
        ("/etc/unyo/unyo.toml", str(settings)),
    ):
        line = line.replace(said, meant)
    return shlex.split(line)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_backup_that_is_killed_leaves_nothing_that_can_be_restored(moment: str, tmp_path: Path) -> None:
    installation = install(f"sqlite:///{tmp_path}/unyo.db", tmp_path)  # what is left does not depend on the database
    copy = SourceCopy(tmp_path / "copy")
    module, line, indent = MOMENTS[moment]
    copy.insert_before(module, line, " " * indent + "__import__('os').kill(__import__('os').getpid(), 9)")
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "unyo.zip"
    before = contents(installation.url)
    killed = copy.run("-c", "from unyo.cli import main; main()", "backup", "--database", installation.url, str(file))
    assert killed.status == -9, killed
    assert not file.exists()
    for left in folder.iterdir():
        assert left.suffix == ".part"
        if moment not in {"before it is on the disk", "before it gets its name"}:  # it is whole by then
            target = f"sqlite:///{tmp_path}/new.db"
            assert unyo_here("restore", "--database", target, str(left), folder=tmp_path).refusal
            assert not (tmp_path / "new.db").exists()
    assert unyo_here("backup", "--database", installation.url, str(file), folder=tmp_path).status == 0
    assert contents(installation.url) == before


def test_a_full_disk_is_told_in_one_line_and_nothing_is_left(
    all_databases: dict[str, Databases], tmp_path: Path
) -> None:
    root = as_root("mount", "umount")
    source = all_databases["sqlite"].filled()
    whole = tmp_path / "unyo.zip"
    assert unyo_here("backup", "--database", source, str(whole), folder=tmp_path).status == 0
    with small_disk(root, tmp_path / "disk", 0, megabytes=1) as disk:
        disk.fill()
        file = disk.folder / "unyo.zip"
        told = unyo_here("backup", "--database", source, str(file), folder=tmp_path)
        assert told.refusal == f"unyo: cannot write {file}: No space left on device; nothing was written"
        told = unyo_here("restore", "--database", f"sqlite:///{disk.folder}/new.db", str(whole), folder=tmp_path)
        assert told.refusal.startswith("unyo: restoring: OperationalError: ")
        assert [path.name for path in disk.folder.iterdir()] == ["filler"]
    all_databases["sqlite"].drop(source)


def test_a_database_user_without_rights_is_told_in_one_line(
    all_databases: dict[str, Databases], tmp_path: Path
) -> None:
    url = all_databases["postgresql"].filled()
    execute(url, "DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
    stranger = parse_url(url).set(username="stranger").render_as_string(hide_password=False)
    told = unyo_here("backup", "--database", stranger, str(tmp_path / "unyo.zip"), folder=tmp_path)
    assert "permission denied" in told.refusal
    assert not list(tmp_path.iterdir())
    execute(url, "DROP ROLE stranger")
    all_databases["postgresql"].drop(url)


@pytest.fixture
def exported(all_databases: dict[str, Databases], tmp_path: Path) -> Iterator[Path]:
    """The page's three tickets as an export."""
    source = all_databases["sqlite"].filled()
    file = tmp_path / "tickets.jsonl"
    assert unyo_here("export", "--database", source, str(file), folder=tmp_path).status == 0
    yield file
    all_databases["sqlite"].drop(source)


def test_an_import_beside_a_server_of_postgresql_is_refused(
    all_databases: dict[str, Databases], exported: Path, tmp_path: Path
) -> None:
    target = without_tickets(all_databases["postgresql"].empty())
    before = contents(target)
    with desk_on(target) as desk:  # its writer may hold numbers that it has drawn
        desk.call("GetTicketList", who(ITO), actor=ITO)
        told = unyo_here("import", "--database", target, str(exported), folder=tmp_path)
        assert told.refusal.startswith("unyo: somebody else of unyo is connected to this database: stop its servers")
        assert contents(target) == before
    wait_until("the import is alone", lambda: _import_worked(target, exported))
    assert len(contents(target)["tickets"]) == 3
    all_databases["postgresql"].drop(target)


def test_an_import_beside_a_writing_server_of_sqlite_is_refused_or_gives_no_number_twice(
    all_databases: dict[str, Databases], exported: Path, tmp_path: Path
) -> None:
    target = without_tickets(all_databases["sqlite"].empty())
    with desk_on(target) as desk:
        assert _import_worked(target, exported)
        numbers = {desk.register(NEW_INCIDENT) for _ in range(3)}
        assert not numbers & {"UTM123456", "UTM123457", "UTM123458"}
        held = contents(target)
        told = unyo_here("import", "--database", target, str(exported), folder=tmp_path)
        assert "there are tickets already" in told.refusal
        assert contents(target) == held
    all_databases["sqlite"].drop(target)


def _import_worked(url: str, file: Path) -> bool:
    return unyo_here("import", "--database", url, str(file), folder=file.parent).status == 0
