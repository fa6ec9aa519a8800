"""The Makefile: its help lists every target, and an installation that is done is not done again."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.processes import environment
from support.tools import needs
from support.tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _make(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    needs("make")
    return subprocess.run(
        # A make that runs inside another one would announce the folders it enters.
        ["make", "--no-print-directory", *arguments],  # noqa: S607 - the machine's make
        cwd=folder,
        env=environment({"MAKEFLAGS": ""}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_help_lists_every_target() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split())
    shown = re.sub(r"\x1b\[[0-9;]*m", "", _make("help", folder=ROOT).stdout)
    listed = {line.split()[0]: line.split()[1:] for line in shown.splitlines()}
    assert {"demo", "test", "install"} <= targets
    assert set(listed) == targets == phony
    assert all(listed.values())


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A tree in which the installation is done; a recipe that ran would fail, since its python does."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "installed").touch()
    return tmp_path


def test_install_does_nothing_when_it_is_done(installed: Path) -> None:
    stamp = installed / ".venv" / "installed"
    before = stamp.stat().st_mtime_ns
    made = _make("install", "PYTHON=false", folder=installed)
    assert made.returncode == 0, made.stderr
    assert stamp.stat().st_mtime_ns == before


@pytest.mark.parametrize("newer", ["pyproject.toml", "requirements/dev.txt"])
def test_install_is_done_again_when_what_is_required_has_changed(installed: Path, newer: str) -> None:
    stamp = (installed / ".venv" / "installed").stat().st_mtime_ns
    os.utime(installed / newer, ns=(stamp + 10**9, stamp + 10**9))
    made = _make("install", "PYTHON=false", folder=installed)
    assert made.returncode == 2
    assert "false -m venv .venv" in made.stdout
