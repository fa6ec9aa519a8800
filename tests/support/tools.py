"""Programs that a few tests use and a machine may lack."""

import os
import resource
import shutil
import subprocess
from typing import NoReturn

import pytest


def needs(*programs: str) -> None:
    """Skip a test by the name of what is missing; where CI=true, that fails."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        lacks(f"needs {' and '.join(missing)}: make system")


def needs_open_files(count: int) -> None:
    """Let this process, and what it starts, hold so many files open; skips like `needs` where it may not."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < count:
        lacks(f"needs {count} open files: ulimit -Hn says {most}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, most))


def as_root(*programs: str) -> list[str]:
    """What stands before a command so that root runs it, who needs these programs; skips like `needs`."""
    needs(*programs)
    found = way_of_root()
    if found is None:
        lacks(f"needs root for {' and '.join(programs)}")
    return found


def way_of_root() -> list[str] | None:
    """What stands before a command so that root runs it; None where that is not allowed."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if not shutil.which("sudo") or subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode:
        return None
    return sudo


def lacks(what: str) -> NoReturn:
    """Skip a test by what this machine does not have; where CI=true, that fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
