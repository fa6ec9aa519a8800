"""`unyo` on a terminal: what a person sees there, and types."""

import errno
import fcntl
import os
import pty
import re
import selectors
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

from .processes import PATIENCE, SCRIPT, environment

COLUMNS = 100
_STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A running command whose terminal this is."""

    def __init__(self, arguments: tuple[str, ...], folder: Path, variables: Mapping[str, str] | None) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            [SCRIPT, *arguments],
            cwd=folder,
            env={**environment(), "COLUMNS": str(COLUMNS), "TERM": "xterm-256color", **(variables or {})},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._seen = b""

    @property
    def raw(self) -> str:
        """All that was written so far, with its styles."""
        return self._seen.decode(errors="replace").replace("\r\n", "\n")

    @property
    def text(self) -> str:
        """All that was written so far, as it reads."""
        return _STYLES.sub("", self.raw)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def wait_for(self, text: str) -> None:
        """Until it is written."""
        while text not in self.text:
            assert self._read(), f"no {text!r} in:\n{self.text}"

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl+C."""
        self._process.send_signal(SIGINT)

    def end(self) -> int:
        """Until it ends; its exit status."""
        while self._read():
            pass
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE)
        os.close(self._master)

    def _read(self) -> bool:
        """Take what comes next; False at the end."""
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ)
            assert selector.select(deadline - time.monotonic()), f"silent for too long:\n{self.text}"
        try:
            found = os.read(self._master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # which is how a terminal ends
                raise
            return False
        self._seen += found
        return bool(found)


@contextmanager
def on_a_terminal(*arguments: str, folder: Path, variables: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Start a command on a terminal of its own; it is gone at the end."""
    terminal = Terminal(arguments, folder, variables)
    try:
        yield terminal
    finally:
        terminal.close()


def width(text: str) -> int:
    """How many columns of a terminal a text takes: a Japanese character takes two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
