"""Databases and servers that a proof may kill: each in a folder of its own, gone with it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.databases import fill
from support.installations import Installation, install

from .postgresql import Postgres, postgres


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that every user may look into, and that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="unyo-proof-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


@contextmanager
def installation_on(database: str) -> Iterator[tuple[Installation, Postgres | None]]:
    """A fresh installation (`unyo init`) on a database of that kind, and the server if there is one."""
    with scratch() as folder:
        if database == "sqlite":
            yield install("sqlite:///" + str(folder / "unyo.db"), folder), None
            return
        own = folder / "postgresql"
        own.mkdir()
        with postgres(own) as server:
            yield install(server.url, folder), server


@contextmanager
def filled_on(database: str) -> Iterator[str]:
    """The URL of a database of that kind that holds the demonstration's cast and the page's tickets."""
    with scratch() as folder:
        if database == "sqlite":
            url = f"sqlite:///{folder}/unyo.db"
            fill(url)
            yield url
            return
        (folder / "postgresql").mkdir()
        with postgres(folder / "postgresql") as server:
            fill(server.url)
            yield server.url
