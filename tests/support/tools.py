"""Programs that a few tests use and a machine may lack."""

import os
import shutil
import subprocess

import pytest


def needs(*programs: str) -> None:
    """Skip a test by the name of what is missing; where CI=true, that fails."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        _skip(f"needs {' and '.join(missing)}: make system")


def as_root(*programs: str) -> list[str]:
    """What stands before a command so that root runs it, who needs these programs; skips like `needs`."""
    needs(*programs)
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if not shutil.which("sudo") or subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode:
        _skip(f"needs root for {' and '.join(programs)}")
    return sudo


def _skip(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
