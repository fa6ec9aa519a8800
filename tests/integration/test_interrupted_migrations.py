"""A migration that is killed, meets a full disk or another one leaves the database as it was, or done."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

import pytest

from support.disks import LONG, SmallDisk, history_on, small_disk
from support.faults import connected
from support.installations import contents
from support.processes import Running, running, wait_until
from support.scratch import SourceCopy
from support.tools import as_root
from unyo.storage.administration import NotPossible
from unyo.storage.engine import Patience, open_engines, parse_url
from unyo.storage.migrations import HELD, migrate, newest, revision_of

HALF = """
op.create_table("half_done", sa.Column("id", sa.Integer(), primary_key=True))
op.add_column("tickets", sa.Column("half_done", sa.Text(), nullable=False, server_default="半分"))
op.execute("UPDATE tickets SET title = '書き換えられた'")
print("half done", flush=True)
while not Path({gate!r}).exists():
    time.sleep(0.01)
op.execute("DELETE FROM access_keys")
"""
DONE = f"The database went from {newest()} to slow."


@dataclass(frozen=True)
class Slow:
    """A copy with a migration that stops half-way until it is let go."""

    copy: SourceCopy
    gate: Path

    @contextmanager
    def migrating(self, url: str) -> Iterator[Running]:
        with running("migrate", "--database", url, folder=self.gate.parent, variables=self.copy.variables) as process:
            yield process

    @contextmanager
    def half_done(self, url: str) -> Iterator[Running]:
        with self.migrating(url) as process:
            process.wait_for("half done")
            yield process


@pytest.fixture
def slow(tmp_path: Path) -> Slow:
    copy, gate = SourceCopy(tmp_path), tmp_path / "go on"
    imports = "import time\nfrom pathlib import Path\n"
    copy.add_migration("slow", HALF.format(gate=str(gate)), mark=f'phase = "expand"\n{imports}')
    return Slow(copy, gate)


def _is_waiting(url: str, process: Running) -> bool:
    """Whether the process has come to the database, where somebody else is at work."""
    if url.startswith("sqlite"):
        opened = (each.resolve() for each in Path(f"/proc/{process.pid}/fd").iterdir())
        return any(str(each).startswith(url.removeprefix("sqlite:///")) for each in opened)
    with connected(url) as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.exec_driver_sql(waiting).scalar_one())


def test_a_migration_that_is_killed_half_way_leaves_the_database_as_it_was_and_the_next_one_does_it(
    filled_url: str, slow: Slow
) -> None:
    before = contents(filled_url)
    with slow.half_done(filled_url) as process:
        assert process.end(SIGKILL).status == -SIGKILL
    assert contents(filled_url) == before
    slow.gate.touch()
    told = slow.copy.migrate(filled_url)
    assert (told.status, told.out.splitlines()[-1]) == (0, DONE)
    assert contents(filled_url)["access_keys"] == []


def test_of_two_at_once_one_waits_and_finds_it_done(filled_url: str, slow: Slow) -> None:
    with slow.half_done(filled_url) as first, slow.migrating(filled_url) as second:
        wait_until("the second has come", lambda: _is_waiting(filled_url, second))
        slow.gate.touch()
        told = [first.wait(), second.wait()]
    assert [each.status for each in told] == [0, 0], told
    assert [each.out.splitlines()[-1] for each in told] == [DONE, "The database is at this release's tables already."]


def test_a_migration_that_cannot_get_at_the_tables_in_time_says_so(filled_url: str, slow: Slow) -> None:
    with slow.half_done(filled_url):
        engines = open_engines(parse_url(filled_url), patience=Patience(lock=0.1))
        with pytest.raises(NotPossible) as refused:
            migrate(engines.writing, wait_seconds=0)
        engines.dispose()
    assert str(refused.value) == HELD


def _assert_a_full_disk_is_survived(url: str, copy: SourceCopy, disk: SmallDisk) -> None:
    copy.add_migration("large", f"op.execute(sa.update(sa.table('history', sa.column('door'))).values(door='{LONG}'))")
    before = contents(url)
    disk.fill()
    refused = copy.migrate(url)
    assert refused.refusal.startswith("unyo: migrating: ")
    assert contents(url) == before
    disk.free()
    assert copy.migrate(url).out == f"The database went from {newest()} to large.\n"
    assert contents(url) != before


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_full_disk_under_sqlite_leaves_it_as_it_was(filled_url: str, tmp_path: Path) -> None:
    with small_disk(as_root("mount", "umount"), tmp_path / "disk", os.geteuid()) as disk:
        file = disk.folder / "unyo.db"
        shutil.copy(filled_url.removeprefix("sqlite:///"), file)
        url = f"sqlite:///{file}"
        engines = open_engines(parse_url(url))
        assert revision_of(engines.writing) == newest()  # a server that has it open, with what it needs beside the file
        _assert_a_full_disk_is_survived(url, SourceCopy(tmp_path), disk)
        engines.dispose()


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_full_disk_under_postgresql_leaves_it_as_it_was(filled_url: str, tmp_path: Path) -> None:
    server_folder = Path(str(parse_url(filled_url).query["host"]))
    with (
        small_disk(as_root("mount", "umount"), server_folder.with_name("disk"), server_folder.stat().st_uid) as disk,
        history_on(disk, filled_url),
    ):
        _assert_a_full_disk_is_survived(filled_url, SourceCopy(tmp_path), disk)
