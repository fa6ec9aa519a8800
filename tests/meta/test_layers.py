"""Imports point down, and the check that says so notices when they do not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import environment
from support.tree import ROOT

LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))
# What is added to which file, and the line that then tells of it.
WRONG = {
    "the domain imports a use case": (
        "tickets/errors.py",
        "import unyo.services.ports",
        "unyo.tickets is not allowed to import unyo.services",
    ),
    "the storage imports the api": (
        "storage/rows.py",
        "import unyo.api.http",
        "unyo.storage is not allowed to import unyo.api",
    ),
    "the wire imports use cases": (
        "uom/codec.py",
        "import unyo.services.ports",
        "unyo.uom is not allowed to import unyo.services",
    ),
    "a room imports the composition root": (
        "api/media.py",
        "import unyo.bootstrap",
        "unyo.api is not allowed to import unyo.bootstrap",
    ),
    "the domain needs a package": ("tickets/dates.py", "import httpx2", "unyo.tickets is not allowed to import httpx2"),
    "a use case knows the database": (
        "services/reads.py",
        "import sqlalchemy",
        "unyo.services is not allowed to import sqlalchemy",
    ),
    "the api knows the database": ("api/app.py", "import sqlalchemy", "unyo.api is not allowed to import sqlalchemy"),
}


def _lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """The check on a tree; its own sources come before the installed ones."""
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=tree,
        env=environment({"PYTHONPATH": str(tree / "src")}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A copy of the sources, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_imports_point_down() -> None:
    linted = _lint(ROOT)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("wrong", WRONG)
def test_an_import_that_points_elsewhere_is_noticed(scratch: Path, wrong: str) -> None:
    name, added, told = WRONG[wrong]
    with (scratch / "src" / "unyo" / name).open("a", encoding="utf-8") as module:
        module.write(f"\n{added}\n")
    linted = _lint(scratch)
    assert linted.returncode == 1
    assert told in linted.stdout


def test_a_room_without_a_place_is_noticed(scratch: Path) -> None:
    (scratch / "src" / "unyo" / "cellar").mkdir()
    (scratch / "src" / "unyo" / "cellar" / "__init__.py").touch()
    linted = _lint(scratch)
    assert linted.returncode == 1
    assert "unyo.cellar" in linted.stdout
