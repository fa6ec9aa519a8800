"""What programs need to find an emulator, as one JSON object: in a file of its own, and on the standard output."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from unyo import __version__
from unyo.cast import CAST
from unyo.storage.administration import NotPossible
from unyo.storage.new_files import rewritten_file
from unyo.testkit.serving import Served

from .operations import ROOT
from .records import actor_record, encoded

Told = Mapping[str, Any]
_OURS: Final = "control"


def told_of(where: Served) -> Told:
    """Where an emulator is served, with whose keys it can be called, and which process it is."""
    return {
        "endpoint": where.url,
        _OURS: f"{where.url}{ROOT}",
        "certificate": None if where.authority is None else str(where.authority),
        "pid": os.getpid(),
        "version": __version__,
        "environment": where.environment(),
        "cast": [actor_record(actor) for actor in CAST],
    }


def take_away_left(path: Path | None) -> None:
    """Take away the file of an emulator that was killed, so that nobody takes it for this one's.

    Raises:
        NotPossible: something else is there.
    """
    if path is None or not os.path.lexists(path):
        return
    if _OURS not in _read(path):
        raise NotPossible(f"{path} is no ready file of an emulator: name another file, or move that one away")
    path.unlink()


@contextmanager
def ready_file(path: Path | None, told: Told) -> Iterator[None]:
    """Have the file there meanwhile, whole from its first moment on.

    Raises:
        NotWritten: it cannot be written.
    """
    if path is None:
        yield
        return
    with rewritten_file(path) as file:
        file.write(encoded(told) + b"\n")
    try:
        yield
    finally:
        if _read(path).get("pid") == told["pid"]:  # another emulator's, which replaced it, stays
            path.unlink()


def _read(path: Path) -> Told:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
