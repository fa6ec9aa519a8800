"""The machine: its clock, by which signatures are judged, and how many connections a process may hold."""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

from unyo.api.open_files import ENOUGH_FILES, may_be_open

from .findings import Finding, doubtful, good

PATIENCE_SECONDS: Final = 5.0


def clock() -> Iterator[Finding]:
    """Whether the clock follows a time server, as far as the system says so."""
    said = _system_says()
    mend = "let it follow a time server (chrony or systemd-timesyncd): a signature expires by this clock"
    if said == "yes":
        yield good("clock", "it follows a time server")
    elif said == "no":
        yield doubtful("clock", "it follows no time server", mend)
    else:
        yield doubtful("clock", "this system does not say whether it follows a time server", mend)


def _system_says() -> str:
    """``yes`` or ``no``; ``""`` where the system does not say, or does not answer."""
    asks = shutil.which("timedatectl")
    if asks is None:
        return ""
    shown = [asks, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(shown, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False)  # noqa: S603 - a program of the system, by its whole path
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def open_files() -> Iterator[Finding]:
    """Whether a server may hold thousands of connections: each is an open file."""
    most = may_be_open()
    if most < ENOUGH_FILES:
        yield doubtful(
            "open files",
            f"a process may hold {most}, and each connection is one",
            f"raise the limit to {ENOUGH_FILES} (LimitNOFILE= of the systemd unit, or `ulimit -Hn`)",
        )
    else:
        yield good("open files", "a process may hold thousands of connections")
