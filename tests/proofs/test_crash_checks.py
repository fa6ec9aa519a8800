"""What the proof of crashes looks at in the database: each way in which something could be there by half is noticed."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from proof.crash_checks import check_database
from proof.crash_door import Door
from proof.crash_writers import Ticket, Writer
from proof.places import installation_on
from proof.telling import Disproved
from support.installations import execute
from support.processes import serving

SEED = 12  # its changes hold call ids, memos that were edited, and more than one ticket
STEPS = 12
TAMPERED = {
    "a ticket is gone": ("DELETE FROM tickets WHERE number = 1", "UTM1 is not there"),
    "a change is gone from the history": (
        "DELETE FROM history WHERE ticket_number = 1 AND version = 2",
        "its history in the database",
    ),
    "a change is told twice": (
        (
            "INSERT INTO history SELECT service_code, ticket_number, version + 100, at, master_id, access_key, "
            "request_id || 'x', door, changes FROM history WHERE version = 1"
        ),
        "its history in the database",
    ),
    "a version is left out": (
        "UPDATE history SET version = version + 1000",
        "is told as",
    ),
    "the row counts other versions": ("UPDATE tickets SET version = version + 1", ": version "),
    "a value is an older one": ("UPDATE tickets SET title = '前の題'", ": values "),
    "what was before a change is another": (
        "UPDATE history SET changes = replace(changes, '未対応', '対応中') WHERE version = 1",
        ": values ",
    ),
    "a memo is gone": ("DELETE FROM memos WHERE ticket_number = 1 AND number = 1", ": memos "),
    "a memo has another text": ("UPDATE memos SET text = '別の文'", ": memos "),
    "a memo is there that no history tells of": (
        (
            "INSERT INTO memos SELECT service_code, ticket_number, number + 100, text, author, inserted, updated, "
            "search_text FROM memos WHERE number = 1"
        ),
        ": memos ",
    ),
    "a number of a memo would be given again": ("UPDATE tickets SET last_memo = last_memo - 1", ": highest memo "),
    "an older text of the ticket is searched": ("UPDATE tickets SET search_text = '前の題'", ": searched text "),
    "an older text of a memo is searched": ("UPDATE memos SET search_text = '前の文'", ": searched memos "),
    "a lock date has not moved": ("UPDATE tickets SET correspond_updated = NULL", ": lock dates "),
    "the last update is another": ("UPDATE tickets SET last_update = '2020-01-01 00:00:00+00:00'", ": last update "),
    "a kept answer is gone": ("DELETE FROM calls", "the kept calls"),
    "a kept answer is another": ("UPDATE calls SET request_id = 'x'", "the kept calls"),
    "an index and its table are not of one moment": (
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema "
            "WHERE name = 'ix_calls_at') WHERE name = 'ix_access_keys_master_id'"
        ),
        "the file is damaged",
    ),
    "a ticket is there that nobody registered": (
        (
            "CREATE TABLE more AS SELECT * FROM tickets WHERE number = 1; UPDATE more SET number = 1000; "
            "INSERT INTO tickets SELECT * FROM more; DROP TABLE more"
        ),
        "rows of tickets",
    ),
}


@dataclass(frozen=True)
class Written:
    """A database, and the tickets that stand in it."""

    file: Path
    tickets: list[Ticket]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    file = tmp_path_factory.mktemp("written") / "unyo.db"
    with installation_on("sqlite") as (installation, _):
        writer = Writer("w1", SEED)
        store = ("--database", installation.url, "--secret-key-file", str(installation.key_file))
        with (
            serving(*store, folder=installation.folder) as (server, url),
            Door(url, installation.account) as door,
        ):
            for _ in range(STEPS):
                writer.step(door)
            server.end()
        shutil.copy(installation.url.removeprefix("sqlite:///"), file)
    return Written(file, writer.tickets)


@pytest.fixture
def url(written: Written, tmp_path: Path) -> str:
    """A copy of the database, to tamper with."""
    return f"sqlite:///{shutil.copy(written.file, tmp_path)}"


def test_what_was_written_stands_as_it_must(written: Written, url: str) -> None:
    check_database(url, written.tickets, written.tickets)


@pytest.mark.parametrize(("statements", "told"), TAMPERED.values(), ids=TAMPERED)
def test_it_is_noticed_that(written: Written, url: str, statements: str, told: str) -> None:
    execute(url, *statements.split("; "))
    with pytest.raises(Disproved, match=told):
        check_database(url, written.tickets, written.tickets)
