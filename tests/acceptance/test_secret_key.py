"""`unyo secret-key`: another key for the stored secrets, while servers serve; and a lost one."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from support.commands import unyo_here
from support.databases import Databases
from support.desks import NEW_INCIDENT
from support.installations import Installation, contents, install
from support.moved import everything
from support.processes import Client, Finished, serving, wait_until
from support.scratch import SourceCopy
from unyo.storage.engine import parse_url
from unyo.storage.keyring import Keyring, WrongKey, make_key, read_key

ROTATE, RETIRE, REPLACE = ("secret-key", "rotate"), ("secret-key", "retire"), ("secret-key", "replace")
# Where a command is killed: before the line of a module that begins so, and is indented so far.
MOMENTS = {
    "before the new file": ("storage/new_files.py", "os.replace(", 4),
    "after the new file": ("storage/new_files.py", "_sync_folder(path.parent)", 8),
}
ROTATING = {
    **MOMENTS,
    "before the secrets": ("storage/moving/rekeying.py", "found = connection.execute(", 4),
    "before the commit": ("storage/moving/rekeying.py", "return len(found)", 4),
    "after the commit": ("cli/installation/secret_key.py", 'typer.echo(f"The secrets of', 4),
}
RETIRING = {
    **MOMENTS,
    "before the file": ("storage/moving/rekeying.py", "_write(path, [newest])", 4),
    "before the commit": ("storage/moving/rekeying.py", "return len(found)", 4),
    "after all": ("cli/installation/secret_key.py", 'typer.echo(f"{path} holds the newest key', 4),
}


def _run(installation: Installation, *command: str, **variables: str) -> Finished:
    return unyo_here(*command, "--database", installation.url, folder=installation.folder, variables=variables)


def _lines(installation: Installation) -> list[str]:
    return installation.key_file.read_text().split()


def _sealed(url: str) -> list[bytes]:
    """Everything in the database that is encrypted."""
    held = everything(url)
    return [row[3] for row in held["installation"]] + [row[2] for row in held["access_keys"]]


def _opens(keys: str, url: str) -> bool:
    """Whether a key opens all of it."""
    keyring = Keyring(keys)
    sealed = _sealed(url)
    assert len(sealed) > 1
    return all(keyring.opens(each) for each in sealed)


def test_a_server_goes_on_while_the_key_is_rotated_and_after(installation: Installation, tmp_path: Path) -> None:
    store = ("--database", installation.url)
    (old,) = _lines(installation)
    with serving(*store, folder=tmp_path) as (_, url), Client(url, installation.account) as client:
        for command in (ROTATE, RETIRE, ROTATE):
            ticket = client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"]
            assert _run(installation, *command).status == 0
            # A write reads the directory anew, and with it the secrets as they are now.
            client.succeed("RegisterTicket", NEW_INCIDENT)
            client.succeed("GetTicketDetail", {"TicketId": ticket})
    assert old not in _lines(installation)
    with serving(*store, folder=tmp_path) as (_, url), Client(url, installation.account) as client:
        client.succeed("GetTicketDetail", {"TicketId": ticket})


def test_the_old_key_opens_nothing_after_a_rotation_and_the_new_one_all(installation: Installation) -> None:
    (old,) = _lines(installation)
    _run(installation, *ROTATE)
    _, new = _lines(installation)
    assert _opens(new, installation.url)
    assert not any(Keyring(old).opens(each) for each in _sealed(installation.url))
    assert _run(installation, *RETIRE) == Finished(0, "unyo.key holds the newest key only.\n", "")
    assert _lines(installation) == [new]
    trail = json.loads(_run(installation, "audit", "--limit", "2", "--json").out)
    assert [(entry["action"], entry["object"], entry["after"]) for entry in trail] == [
        ("secret-key.retire", "secret key", {"keys": 1}),
        ("secret-key.rotate", "secret key", {"access_keys": 1}),
    ]


def test_another_node_needs_the_new_key_in_its_file_and_no_restart(
    all_databases: dict[str, Databases], tmp_path: Path
) -> None:
    made = install(all_databases["postgresql"].empty(), tmp_path)
    late = tmp_path / "late.key"
    shutil.copy(made.key_file, late)
    store = ("--database", made.url)
    assert "now holds a new key behind the one in use" in _run(made, *ROTATE, "--prepare").out
    assert "holds already a new key" in _run(made, *ROTATE, "--prepare").out
    assert _opens(_lines(made)[0], made.url)
    early = tmp_path / "early.key"
    shutil.copy(made.key_file, early)
    with (
        serving(*store, "--secret-key-file", str(early), folder=tmp_path) as (_, early_url),
        serving(*store, "--secret-key-file", str(late), folder=tmp_path) as (_, late_url),
        Client(early_url, made.account) as prepared,
        Client(late_url, made.account) as unprepared,
    ):
        prepared.succeed("GetTicketList", {})
        unprepared.succeed("GetTicketList", {})
        assert _run(made, *ROTATE).status == 0
        assert len(_lines(made)) == 2, "the prepared key was taken"
        wait_until(
            "the other one meets the new secrets",
            lambda: unprepared.call("GetTicketList", {}).error_type == "SYSTEM_ERROR",
        )
        prepared.succeed("GetTicketList", {})
        shutil.copy(made.key_file, late)
        unprepared.succeed("GetTicketList", {})
    all_databases["postgresql"].drop(made.url)


@pytest.mark.parametrize("moment", ROTATING)
def test_a_rotation_that_is_killed_loses_nothing_and_is_completed_by_another(
    moment: str, installation: Installation, tmp_path: Path
) -> None:
    _kill(installation, ROTATING[moment], ROTATE, tmp_path)
    assert _opens(installation.key_file.read_text(), installation.url)
    lines = _lines(installation)
    assert _run(installation, *ROTATE).status == 0
    assert _opens(_lines(installation)[-1], installation.url)
    # What was begun is completed; where it was complete, this is another rotation.
    assert len(_lines(installation)) == (3 if moment == "after the commit" else max(len(lines), 2))


@pytest.mark.parametrize("moment", RETIRING)
def test_a_retirement_that_is_killed_loses_nothing(moment: str, installation: Installation, tmp_path: Path) -> None:
    assert _run(installation, *ROTATE).status == 0
    newest = _lines(installation)[-1]
    _kill(installation, RETIRING[moment], RETIRE, tmp_path)
    assert _opens(installation.key_file.read_text(), installation.url)
    _run(installation, *RETIRE)
    assert _lines(installation) == [newest]
    assert _opens(newest, installation.url)


def _kill(installation: Installation, moment: tuple[str, str, int], command: tuple[str, ...], folder: Path) -> None:
    module, line, indent = moment
    copy = SourceCopy(folder / "copy")
    copy.insert_before(module, line, " " * indent + "__import__('os').kill(__import__('os').getpid(), 9)")
    store = ("--database", installation.url, "--secret-key-file", str(installation.key_file))
    killed = copy.run("-c", "from unyo.cli import main; main()", *command, *store)
    assert killed.status == -9, killed


def test_a_secret_that_was_sealed_with_the_old_key_meanwhile_is_not_lost(installation: Installation) -> None:
    old = Keyring(read_key(installation.key_file))
    _run(installation, *ROTATE)
    engine = sa.create_engine(parse_url(installation.url))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE access_keys SET sealed_secret = :it"), {"it": old.seal("秘密")})
    engine.dispose()
    assert _run(installation, *RETIRE).status == 0
    assert Keyring(read_key(installation.key_file)).unseal(_sealed(installation.url)[1]) == "秘密"


def test_who_may_read_the_key_file_stays_and_so_does_a_link(installation: Installation, tmp_path: Path) -> None:
    real = tmp_path / "real.key"
    installation.key_file.rename(real)
    real.chmod(0o640)
    installation.key_file.symlink_to(real)
    assert _run(installation, *ROTATE).status == 0
    assert installation.key_file.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(real.read_text().splitlines()) == 2


def test_what_cannot_be_rotated_is_told_in_one_line_and_stays(installation: Installation) -> None:
    key = installation.key_file.read_text()
    before = contents(installation.url)
    told = _run(installation, *ROTATE, UNYO_SERVER_SECRET_KEY=key.strip())
    assert told.refusal.startswith("unyo: the key is given by UNYO_SERVER_SECRET_KEY: write it into a file")
    assert _run(installation, *RETIRE).refusal == "unyo: unyo.key holds one key only: there is none to retire"
    _run(installation, *ROTATE, "--prepare")
    prepared = _lines(installation)
    told = _run(installation, *RETIRE)
    assert told.refusal.startswith("unyo: the newest key of unyo.key is not in use yet: run `unyo secret-key rotate`")
    assert _lines(installation) == prepared
    for text, words in ((make_key(), "is not the one"), ("odd", "is damaged")):
        installation.key_file.write_text(text)
        for command in (ROTATE, RETIRE):
            assert words in _run(installation, *command).refusal
        assert installation.key_file.read_text() == text
    installation.key_file.unlink()
    assert "the key file unyo.key cannot be read" in _run(installation, *ROTATE).refusal
    held = contents(installation.url)
    assert {**held, "installation": []} == {**before, "installation": []}
    assert _opens(key, installation.url)


def test_a_lost_key_is_replaced_and_costs_the_access_keys_only(installation: Installation, tmp_path: Path) -> None:
    store = ("--database", installation.url)
    with serving(*store, folder=tmp_path) as (_, url), Client(url, installation.account) as client:
        client.succeed("RegisterTicket", NEW_INCIDENT)
    refused = _run(installation, *REPLACE, "--yes").refusal
    assert refused.startswith("unyo: this key opens the stored secrets: nothing is lost.")
    installation.key_file.unlink()
    before = contents(installation.url)
    asked = _run(installation, *REPLACE)  # nobody answers
    assert asked.refusal == "unyo: this is asked about first, and nobody is there to answer: say --yes"
    assert not installation.key_file.exists()
    assert {**contents(installation.url), "installation": []} == {**before, "installation": []}
    assert _run(installation, *REPLACE, "--yes").out.startswith("1 access keys are deleted.")
    after = contents(installation.url)
    changed: dict[str, list[Any]] = {"installation": [], "access_keys": [], "audit": []}
    assert {**after, **changed} == {**before, **changed}
    assert after["access_keys"] == []
    (entry,) = json.loads(_run(installation, "audit", "--limit", "1", "--json").out)
    assert (entry["action"], entry["before"]) == (
        "secret-key.replace",
        {"access_keys": [installation.account.access_key]},
    )
    with serving(*store, folder=tmp_path) as (_, url), Client(url, installation.account) as client:
        assert client.call("GetTicketList", {}).error_type == "AUTH_FAILURE"


def test_a_replacement_that_was_interrupted_goes_on_with_the_key_it_made(installation: Installation) -> None:
    made = make_key()
    installation.key_file.write_text(made)
    assert _run(installation, *REPLACE, "--yes").status == 0
    assert installation.key_file.read_text() == made
    assert Keyring(made).opens(_sealed(installation.url)[0])
    installation.key_file.write_text("odd")
    assert "is damaged" in _run(installation, *REPLACE, "--yes").refusal


def test_a_node_that_learns_a_key_keeps_those_it_knows() -> None:
    old, new = make_key(), make_key()
    told = [new]
    keyring = Keyring(old, lambda: told[0])
    assert keyring.unseal(Keyring(new).seal("新")) == "新"
    assert keyring.unseal(Keyring(old).seal("旧")) == "旧"
    assert keyring.derive("cursor") == Keyring(old).derive("cursor")
    told[0] = "half a"
    with pytest.raises(WrongKey):
        keyring.unseal(Keyring(make_key()).seal("他"))
