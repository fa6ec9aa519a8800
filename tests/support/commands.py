"""A command carried out in this process, where nothing of the process itself is asked about: ten times as fast."""

import os
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner

from unyo.cli import app

from .processes import Finished, environment


def unyo_here(
    *arguments: str, folder: Path, variables: Mapping[str, str] | None = None, umask: int | None = None
) -> Finished:
    """Run a command that ends by itself."""
    before = os.umask(0)
    os.umask(before if umask is None else umask)
    try:
        with chdir(folder):
            done = CliRunner().invoke(app, arguments, env=_replaced(variables), catch_exceptions=False)
    finally:
        os.umask(before)
    return Finished(done.exit_code, done.stdout, done.stderr)


def _replaced(variables: Mapping[str, str] | None) -> dict[str, str | None]:
    """The changes that make this process's environment that of a command."""
    return {**dict.fromkeys(os.environ), **environment(variables)}
