"""A filled database for desks that meet trouble, and what stands beside it to make some."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from support.databases import fill
from support.desks import DeskUnderTest, desk_on
from support.disks import SmallDisk, history_on, small_disk
from support.faults import connected, pause
from support.installations import contents_through
from support.proxy import Relay, relayed
from support.tools import way_of_root
from unyo.bootstrap.desk import Watching
from unyo.storage.engine import Patience, parse_url

from .places import scratch
from .postgresql import postgres
from .telling import Disproved

# As the server's, but short: each trouble that lasts is waited for. Longer than a busy machine's disk takes, though:
# a call that is carried out once more waits for the locks of its first try.
PATIENCE = Patience(lock=0.5, pool=0.2)
_MEGABYTES = 64

Rows = Mapping[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class World:
    """A filled database, the address at which desks find it, and what stands beside it."""

    url: str
    through: str
    beside: Connection
    watching: Engine
    disk: SmallDisk | None
    relay: Relay | None

    @contextmanager
    def desk(self) -> Iterator[DeskUnderTest]:
        """Open another desk on it, called over HTTP."""
        watching = Watching(min_free_bytes=0)  # its disk is a small one
        with desk_on(self.through, "over HTTP", patience=PATIENCE, watching=watching) as desk:
            yield desk

    def rows(self) -> Rows:
        """Every row of every table, as of one moment."""
        with self.watching.connect() as connection:
            return contents_through(connection)


@contextmanager
def world_on(kind: str, *, mounting: bool) -> Iterator[World]:
    """A world of that kind; with ``mounting``, its disk can be filled where root allows."""
    with ExitStack() as opened:
        folder = opened.enter_context(scratch())
        if kind == "sqlite":
            disk = _small_disk(opened, folder, folder.stat().st_uid) if mounting else None
            relay, through = None, f"sqlite:///{disk.folder if disk else folder}/unyo.db"
            url = through
            fill(url)
        else:
            (folder / "server").mkdir()
            url = opened.enter_context(postgres(folder / "server")).url
            fill(url)
            for table in ("history", "calls"):
                pause(url, table, at_commit=True)
            owner = Path(str(parse_url(url).query["host"])).stat().st_uid
            disk = _small_disk(opened, folder, owner) if mounting else None
            if disk is not None:
                opened.enter_context(history_on(disk, url))
            relay, through = opened.enter_context(relayed(url))
        beside = opened.enter_context(connected(url))
        if relay is None:
            beside.exec_driver_sql("PRAGMA busy_timeout = 0")
        watching = sa.create_engine(parse_url(url), isolation_level="SERIALIZABLE")
        opened.callback(watching.dispose)
        yield World(url, through, beside, watching, disk, relay)


def _small_disk(opened: ExitStack, folder: Path, owner: int) -> SmallDisk | None:
    """A small disk, where root allows; the root of a container may not mount either. With CI=true it must be there."""
    root = way_of_root()
    if root is not None:
        with suppress(subprocess.CalledProcessError, FileNotFoundError):
            return opened.enter_context(small_disk(root, folder / "disk", owner, megabytes=_MEGABYTES))
    if os.environ.get("CI") == "true":
        raise Disproved("nothing may be left out with CI=true, and a full disk is: it needs root, who may mount one")
    return None
