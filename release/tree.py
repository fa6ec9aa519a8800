"""The tree that a release is made from, and the tools that are installed beside this Python."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
# What a server needs, pinned and hashed; a release holds it under this name.
SERVER: Final = Path("requirements") / "server.txt"


class NotPossible(Exception):
    """What somebody at the keyboard can mend; the text says how."""


def run(*command: str | Path, folder: Path = ROOT, variables: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it printed.

    Raises:
        NotPossible: It failed; the text is its own last line, for these programs say there what was wrong.
    """
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(variables or {})}, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise NotPossible(f"{Path(command[0]).name} failed: {said[-1]}")
    return done.stdout


def tool(name: str) -> Path:
    """A program of the development requirements."""
    return Path(sys.executable).with_name(name)
