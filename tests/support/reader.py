"""Who reads a page and does what it says, block by block, in one folder and one terminal."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Final, Self

import pytest

from .documents import FILE, STATUS, Block
from .processes import PATIENCE, environment

# Everything after a block's own lines: what it exported is there for the next block.
_SHELL: Final = "set -euo pipefail\n. ./{state}\n{text}\nexport -p > ./{state}\n"
_STATE: Final = ".exported"


class Reader:
    """Carries out the blocks of one page. ``replaced`` are texts of the page that stand for others here."""

    def __init__(self, folder: Path, variables: Mapping[str, str], replaced: Mapping[str, str]) -> None:
        self._folder = folder
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._variables = environment({"COLUMNS": "100", "HOME": str(folder), "PATH": programs, **variables})
        self._replaced = replaced
        self._names: dict[str, object] = {"__name__": "__main__"}
        self._groups: list[int] = []
        (folder / _STATE).touch()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what was started in the background."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def write(self, block: Block) -> None:
        """Keep a block as the file that it is marked to be."""
        (self._folder / block.marks[FILE]).write_text(self._here(block.text), encoding="utf-8")

    def run(self, block: Block) -> str:
        """What a block prints; it must end as it is marked to, else well."""
        text = self._here(block.text)
        status, said = self._python(text, block) if block.language == "python" else self._program(text, block.language)
        assert status == int(block.marks.get(STATUS, "0")), f"line {block.line} ended with {status}:\n{said}"
        for there, here in self._replaced.items():
            said = said.replace(here, there)
        return said

    def _here(self, text: str) -> str:
        for there, here in self._replaced.items():
            text = text.replace(there, here)
        return text

    def _python(self, text: str, block: Block) -> tuple[int, str]:
        """Go on in the page's one interpreter."""
        said = StringIO()
        code = compile("\n" * (block.line - 1) + text, "the page", "exec")
        with pytest.MonkeyPatch.context() as patched, chdir(self._folder), redirect_stdout(said), redirect_stderr(said):
            for name in os.environ.keys() - self._exported().keys():
                patched.delenv(name)
            for name, value in self._exported().items():
                patched.setenv(name, value)
            exec(code, self._names)  # noqa: S102 - this is what the page tells its readers to do
        return 0, said.getvalue()

    def _program(self, text: str, language: str) -> tuple[int, str]:
        command = ["ruby", "-e", text] if language == "ruby" else ["bash", "-c", _SHELL.format(state=_STATE, text=text)]
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            env=self._exported() if language == "ruby" else self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        self._groups.append(process.pid)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def _exported(self) -> dict[str, str]:
        """The environment as the shell blocks before have left it."""
        told = subprocess.run(
            ["bash", "-c", f". ./{_STATE}; env -0"],  # noqa: S607 - the shell of whoever runs the tests
            cwd=self._folder,
            env=self._variables,
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return dict(each.split("=", 1) for each in told.stdout.split("\0") if each)
