"""A disk so small that it can be filled, and databases on it."""

import errno
import random
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from unyo.storage.engine import parse_url

from .faults import connected

_TABLESPACE = "cramped"
LONG = random.Random(1).randbytes(32_000).hex()  # noqa: S311 - the same in every run
"""A text that no compression makes small, so that room is needed for it."""


class SmallDisk:
    """A file system of its own, of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no room."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError as error:
                    assert error.errno == errno.ENOSPC  # noqa: PT017 - it is what ends the loop

    def free(self) -> None:
        self._filler.unlink()


@contextmanager
def small_disk(root: Sequence[str], folder: Path, owner: int, *, megabytes: int = 4) -> Iterator[SmallDisk]:
    """Mount one there for that user; ``root`` stands before a command so that root runs it."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=700,uid={owner}"
    subprocess.run([*root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True, capture_output=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run([*root, "umount", folder], check=True)
        folder.rmdir()


@contextmanager
def history_on(disk: SmallDisk, url: str) -> Iterator[None]:
    """PostgreSQL: what a change writes last lies on that disk while this lasts."""
    with connected(parse_url(url).set(database="postgres").render_as_string(hide_password=False)) as server:
        server.exec_driver_sql(f"CREATE TABLESPACE {_TABLESPACE} LOCATION '{disk.folder}'")
        try:
            with connected(url) as connection:
                connection.exec_driver_sql(f"ALTER TABLE history SET TABLESPACE {_TABLESPACE}")
            yield
        finally:
            with connected(url) as connection:
                connection.exec_driver_sql("ALTER TABLE history SET TABLESPACE pg_default")
            server.exec_driver_sql(f"DROP TABLESPACE {_TABLESPACE}")
