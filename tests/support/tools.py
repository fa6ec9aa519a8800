"""Programs that a few tests use and a machine may lack."""

import os
import shutil

import pytest


def needs(*programs: str) -> None:
    """Skip a test by the name of what is missing; where CI=true, that fails."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    what = f"needs {' and '.join(missing)}: make system"
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
