"""A release installed as an operator does it, with nothing of this tree: it is made, served and called.

The packages come from the machine's registry, as in `make install`.
"""

import os
import re
import sys
from pathlib import Path

import pytest

from release.build import REQUIREMENTS, build
from release.pins import pinned
from support.containerfile import every, stages
from support.desks import NEW_INCIDENT
from support.installations import FIRST, account_of
from support.processes import Client, Finished, ended, serving
from support.tools import lacks
from support.tree import ROOT, copy_of_the_tree
from unyo import __version__

# A slow registry, and some forty wheels.
INSTALL_SECONDS = 300
# As the image has it.
PLACE = "/opt/unyo"
# No packages but those that are installed.
NOTHING_ELSE = {"PYTHONPATH": ""}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a release of this tree."""
    folder = tmp_path_factory.mktemp("release")
    build(copy_of_the_tree(folder / "tree"), folder / "dist", 1_700_000_000)
    return folder / "dist"


def _wheel(release: Path) -> Path:
    (wheel,) = release.glob("*.whl")
    return wheel


def _installed(*command: str | Path, folder: Path) -> None:
    # Compiling all that is installed would take longer than everything else here.
    done = ended(*command, folder=folder, variables={**NOTHING_ELSE, "PIP_NO_COMPILE": "1"}, seconds=INSTALL_SECONDS)
    if re.search("No matching distribution found|Could not find a version|Connection", done.err):
        lacks(f"needs a package registry: {done.err.splitlines()[-1]}")
    assert done.status == 0, done


@pytest.fixture(scope="module")
def alone(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install unyo` makes; the versions are those of a server, so that every day's are the same."""
    folder = tmp_path_factory.mktemp("alone")
    text = (release / REQUIREMENTS).read_text(encoding="utf-8")
    (folder / "versions.txt").write_text("\n".join(f"{each.name}{each.specifier}" for each in pinned(text)))
    _installed(sys.executable, "-m", "venv", "--without-pip", "unyo", folder=folder)
    options = ("--quiet", "--constraint", "versions.txt")
    _installed(*_pip_of(folder / "unyo" / "bin"), "install", *options, _wheel(release), folder=folder)
    return folder / "unyo" / "bin"


@pytest.fixture(scope="module")
def complete(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Containerfile's own commands make of a release."""
    folder = tmp_path_factory.mktemp("complete")
    _, build_stage, _ = stages((ROOT / "contrib" / "container" / "Containerfile").read_text(encoding="utf-8"))
    (line,) = [each.text for each in every(build_stage, "RUN")]
    here = line.replace(PLACE, str(folder / "unyo")).replace("python -m venv", f"{sys.executable} -m venv")
    _installed("/bin/sh", "-c", here, folder=release)
    return folder / "unyo" / "bin"


def _pip_of(programs: Path) -> tuple[str | Path, ...]:
    """This tree's pip for another environment, which then needs none of its own: that takes as long as all the rest."""
    return (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python")


def _run(program: Path, *arguments: str, folder: Path) -> Finished:
    return ended(program, *arguments, folder=folder, variables=NOTHING_ELSE)


def test_the_package_alone_is_a_command_line_that_says_what_a_server_needs(alone: Path, tmp_path: Path) -> None:
    listed = ended(*_pip_of(alone), "list", "--format=freeze", folder=tmp_path, variables=NOTHING_ELSE).out
    names = {line.partition("==")[0].lower() for line in listed.splitlines()}
    assert {"unyo", "httpx2", "rich", "typer"} <= names
    assert names.isdisjoint({"uvicorn", "starlette", "sqlalchemy", "psycopg", "cryptography", "alembic"})
    assert _run(alone / "unyo", "--version", folder=tmp_path).out == f"unyo {__version__}\n"
    assert "serve" in _run(alone / "unyo", "--help", folder=tmp_path).out
    refusal = _run(alone / "unyo", "serve", folder=tmp_path).refusal
    assert refusal.startswith("unyo: this command needs the server's packages (")
    assert refusal.endswith("pip install 'unyo[server]'")


def test_a_release_is_installed_made_served_and_called_with_nothing_of_this_tree(
    complete: Path, tmp_path: Path
) -> None:
    where = _run(complete / "python", "-c", "import sys, unyo; print(unyo.__file__, *sys.path)", folder=tmp_path).out
    assert str(complete.parent) in where
    assert str(ROOT) + os.sep not in where
    script = str(complete / "unyo")
    told = _run(complete / "unyo", "init", *FIRST, folder=tmp_path)
    assert (told.status, told.err) == (0, "")
    with (
        serving(folder=tmp_path, variables=NOTHING_ELSE, script=script) as (process, url),
        Client(url, account_of(told)) as client,
    ):
        ticket = {"TicketId": client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"]}
        assert client.succeed("GetTicketDetail", ticket)["Title"] == NEW_INCIDENT["Title"]
        assert process.end().status == 0
