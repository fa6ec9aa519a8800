"""Who reads a page and does what it says, block by block, in one folder and one terminal."""

import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from io import FileIO, StringIO
from pathlib import Path
from typing import Final, Self

import pytest

from .documents import FILE, STATUS, Block
from .processes import PATIENCE, environment

# Everything after a block's own lines: what it exported is there for the next block.
_SHELL: Final = "set -euo pipefail\n. ./{state}\n{text}\nexport -p > ./{state}\n"
# What NO_COLOR leaves: bold and faint letters.
_BOLD: Final = re.compile(r"\x1b\[[0-9;]*m")
_STATE: Final = ".exported"
WIDTH: Final = 100


class Reader:
    """Carries out the blocks of one page. ``replaced`` are texts of the page that stand for others here."""

    def __init__(self, folder: Path, variables: Mapping[str, str], replaced: Mapping[str, str]) -> None:
        self._folder = folder
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._variables = environment(
            {
                "COLUMNS": str(WIDTH),
                "NO_COLOR": "1",
                "TERM": "xterm",
                "HOME": str(folder),
                "PATH": programs,
                **variables,
            }
        )
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
        """Run a program on a terminal that shows letters only; nobody sits at it."""
        command = ["ruby", "-e", text] if language == "ruby" else ["bash", "-c", _SHELL.format(state=_STATE, text=text)]
        terminal, programs_end = os.openpty()
        termios.tcsetwinsize(terminal, (50, WIDTH))
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            env=self._exported() if language == "ruby" else self._variables,
            stdin=subprocess.DEVNULL,
            stdout=programs_end,
            stderr=programs_end,
            start_new_session=True,
        )
        os.close(programs_end)
        self._groups.append(process.pid)
        with open(terminal, "rb", buffering=0) as screen:  # noqa: PTH123 - a descriptor has no path
            said = b"".join(_parts(screen))
        return process.wait(PATIENCE), _BOLD.sub("", said.decode()).replace("\r\n", "\n")

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


def _parts(screen: FileIO) -> Iterator[bytes]:
    """What is shown until nobody shows anything any more, which a terminal tells by an error."""
    with suppress(OSError):
        while part := screen.read(65536):
            yield part
