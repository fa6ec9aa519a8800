"""What holds for every command: wrong usage and unusable databases are told in one sentence, and nothing is made."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from support.commands import unyo_here
from support.installations import KEY_FILE, Installation, contents, execute
from support.processes import ended
from support.tree import ROOT
from unyo.cli import app
from unyo.storage.keyring import make_key

WRONG_USAGE = 2
DIRECTORY_FILE = str(ROOT / "tests" / "acceptance" / "directory.yaml")
# What a command needs besides its settings, to get as far as its database.
NEEDED: dict[str, list[str]] = {
    "init": ["--service-code", "uom1", "--master-id", "SA1"],
    "import": ["no-such-file"],
    "backup": ["new.backup"],
    "restore": ["no-such-file"],
    "apply": ["-f", DIRECTORY_FILE],
    "service add": ["uom1"],
    "service change": ["uom1", "--name", "x"],
    "service disable": ["uom1"],
    "service enable": ["uom1"],
    "service delete": ["uom1", "--yes"],
    "account add": ["SA1"],
    "account change": ["SA1", "--name", "x"],
    "account disable": ["SA1"],
    "account invite": ["SA1"],
    "account reset-password": ["SA1", "--yes"],
    "account disable-password": ["SA1", "--yes"],
    "account sign-out": ["SA1"],
    "account enable": ["SA1"],
    "account delete": ["SA1", "--yes"],
    "role add": ["uom1", "SA1", "reader"],
    "role change": ["uom1", "SA1", "--role", "reader"],
    "role delete": ["uom1", "SA1", "--yes"],
    "key add": ["SA1"],
    "key change": ["KEY", "--label", "x"],
    "key disable": ["KEY"],
    "key enable": ["KEY"],
    "key delete": ["KEY", "--yes"],
    "group add": ["uom1", "x"],
    "group rename": ["uom1", "x", "y"],
    "group move": ["uom1", "x", "1"],
    "group join": ["uom1", "x", "SA1"],
    "group leave": ["uom1", "x", "SA1"],
    "group delete": ["uom1", "x", "--yes"],
    "option list": ["uom1"],
    "option add": ["uom1", "incident", "Priority", "x"],
    "option rename": ["uom1", "incident", "Priority", "x", "y"],
    "option move": ["uom1", "incident", "Priority", "x", "1"],
    "option retire": ["uom1", "incident", "Priority", "x"],
    "option restore": ["uom1", "incident", "Priority", "x"],
    "option delete": ["uom1", "incident", "Priority", "x", "--yes"],
}
# These open no database of an installation, or tell of it otherwise; the last ones call a server.
OTHERWISE = {"demo", "emulator", "record", "compare", "config", "doctor", "ticket", "login", "profile"}


def _commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name in group.list_commands(None):
        _, command, _ = group.resolve_command(None, [name])
        if hasattr(command, "list_commands"):
            yield from _commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(_commands(get_command(app)))
OPENING = [name for name in COMMANDS if name.split()[0] not in OTHERWISE]


def _flags(command: Any) -> set[str]:
    return {flag for parameter in command.params for flag in parameter.opts}


LISTING = """
import sys
from unyo.cli import main
sys.argv = ["unyo", "--help"]
try:
    main()
finally:
    print(*sys.modules)
"""


def test_there_are_commands() -> None:
    assert {"serve", "init", "migrate", "export", "import", "config", "doctor", "demo", "login", "ticket list"} <= set(
        COMMANDS
    )


def test_a_mistyped_command_is_answered_with_the_nearest(tmp_path: Path) -> None:
    refused = unyo_here("bakup", folder=tmp_path)
    assert (refused.status, refused.out) == (WRONG_USAGE, "")
    assert "No such command 'bakup'. Did you mean 'backup'?" in refused.err


def test_the_list_of_commands_imports_none_of_them(tmp_path: Path) -> None:
    shown = ended(sys.executable, "-c", LISTING, folder=tmp_path)
    assert shown.status == 0
    *told, modules = shown.out.splitlines()
    assert {"Serving", "Installation", "Keeping", "Administration"} <= set(" ".join(told).split())
    for name in {name.split()[0] for name in COMMANDS}:
        assert sum(line.startswith(f"│ {name} ") for line in told) == 1
    assert {"pydantic_settings", "sqlalchemy", "unyo.config"}.isdisjoint(modules.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_what_a_command_does_and_what_each_flag_means(name: str, tmp_path: Path) -> None:
    shown = unyo_here(*name.split(), "--help", folder=tmp_path)
    assert shown.status == 0
    assert COMMANDS[name].help
    assert all(parameter.help for parameter in COMMANDS[name].params), name


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_flag_is_wrong_usage(name: str, tmp_path: Path) -> None:
    refused = unyo_here(*name.split(), "--no-such-flag", folder=tmp_path)
    assert (refused.status, refused.out) == (WRONG_USAGE, "")
    assert "--no-such-flag" in refused.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [name for name in COMMANDS if "--config" in _flags(COMMANDS[name])])
def test_a_settings_file_that_is_not_there_is_wrong_usage(name: str, tmp_path: Path) -> None:
    refused = unyo_here(*name.split(), *NEEDED.get(name, ()), "--config", "none.toml", folder=tmp_path)
    assert (refused.status, refused.out) == (WRONG_USAGE, "")
    assert refused.err == "unyo: the settings file none.toml cannot be read: No such file or directory\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", OPENING)
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://user:himitsu@127.0.0.1:1/unyo", "Connection refused"),
        ("sqlite:///none/unyo.db", "cannot open the database file none/unyo.db: No such file or directory"),
        ("mysql://user@host/unyo", "mysql is not supported"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence(name: str, url: str, said: str, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text(make_key())
    refused = unyo_here(*name.split(), *NEEDED.get(name, ()), "--database", url, folder=tmp_path)
    assert said in refused.refusal
    assert "himitsu" not in refused.refusal
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("name", [name for name in OPENING if name not in {"init", "migrate"}])
def test_a_database_of_a_newer_release_is_told_and_left_alone(name: str, installation: Installation) -> None:
    url, folder = installation.url, installation.folder
    execute(url, "UPDATE alembic_version SET version_num = '9999', served_from = '9999'")
    before = contents(url)
    refused = unyo_here(*name.split(), *NEEDED.get(name, ()), "--database", url, folder=folder)
    assert refused.refusal.startswith("unyo: ")
    assert contents(url) == before
