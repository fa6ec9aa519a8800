"""The project's own files, for the tests that are about them."""

import shutil
import subprocess
from pathlib import Path

from .tools import needs

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "unyo"


def python_files(*folders: str) -> list[Path]:
    """Every Python file below the folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def tracked_texts() -> dict[str, str]:
    """Every file that belongs to the project, or will with the next commit, and its text."""
    return {name: (ROOT / name).read_text(encoding="utf-8", errors="replace") for name in _tracked()}


def copy_of_the_tree(target: Path) -> Path:
    """A copy of every file that belongs to the project; its modes are those that the umask leaves."""
    for name in _tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    return target


def _tracked() -> list[str]:
    needs("git")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - the git that made the tree
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
