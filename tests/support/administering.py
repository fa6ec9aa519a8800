"""Commands that administer, on a database of a test's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .commands import unyo_here
from .processes import Finished

Unyo = Callable[..., Finished]


def run_on(url: str, folder: Path, *arguments: str, **more: Any) -> Finished:
    """A command on a database."""
    return unyo_here(*arguments, "--database", url, folder=folder, **more)


def done(finished: Finished) -> str:
    """What a command that must succeed wrote."""
    assert (finished.status, finished.err) == (0, "")
    return finished.out
