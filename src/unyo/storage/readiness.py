"""Whether an installation can serve: its database, its tables, its writer, its queue, its disk."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from unyo.services.ports import StorageFailed

from .engine import Engines
from .migrations import standing_of
from .writing.writer import GroupCommitWriter

OK: Final = "ok"
MIN_FREE_BYTES: Final = 100 * 1024 * 1024


def readiness(engines: Engines, writer: GroupCommitWriter, min_free_bytes: int) -> Mapping[str, str]:
    """Each check by its name, most telling first: ``ok``, or why it is not."""
    database, migrations = _database(engines)
    free = free_bytes(engines)
    has_room = free is None or free >= min_free_bytes
    return {
        "database": database,
        "migrations": migrations,
        "writer": OK if writer.is_alive() else "the writer has stopped",
        "queue": "the queue is full" if writer.is_full(1) else OK,
        "disk": OK if has_room else f"the disk of the database has less than {min_free_bytes >> 20} MiB free",
    }


def free_bytes(engines: Engines) -> int | None:
    """What is free on the disk of a SQLite file; None where it is unknown, or the database's own affair."""
    if not engines.is_sqlite:
        return None
    try:
        found = os.statvfs(Path(engines.url.database or "").resolve().parent)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def _database(engines: Engines) -> tuple[str, str]:
    try:
        found = standing_of(engines.reading)
    except StorageFailed:
        return "the database does not answer", "unknown while the database does not answer"
    return OK, found.trouble or OK
