"""A backup is made of one snapshot of every table, while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo import __version__
from unyo.storage.engine import Engines
from unyo.storage.errors import storage_errors
from unyo.storage.migrations import newest
from unyo.storage.numbers import last_drawn
from unyo.storage.tables import attempts, invitations, listeners, metadata, presence, sessions, ticket_counter

from .archive import ArchiveWriter

# What lives for hours or days only: after a restore everybody signs in anew, and a link that was used opens nothing.
FLEETING: Final = (invitations, sessions, attempts, presence, listeners)
# All other tables; the counter of one database, and the sequence of the other, are one number in the manifest.
BACKED_UP: Final = tuple(table for table in metadata.sorted_tables if table not in {ticket_counter, *FLEETING})
# So many rows are in memory at a time.
_PAGE: Final = 500


class Snapshot:
    """All that a database holds at one moment, whoever changes it meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # The first question of the transaction opens the snapshot.
        self.counts = {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in BACKED_UP
        }
        # Asked for after that: a sequence knows no snapshot, so it may be ahead of the tickets but never behind them.
        self._last_number = last_drawn(connection)

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(self.counts.values())

    def write(self, file: BinaryIO, made_at: datetime) -> Iterator[int]:
        """Write a backup, and say after each page how many rows it had."""
        with ArchiveWriter(file) as archive:
            for table in BACKED_UP:
                yield from archive.write_table(table, self._pages(table))
            archive.finish(
                unyo=__version__,
                schema_revision=newest(),
                made_at=made_at.isoformat(timespec="seconds"),
                last_number=self._last_number,
            )

    def _pages(self, table: sa.Table) -> Iterator[Any]:
        streaming = self._connection.execution_options(stream_results=True, yield_per=_PAGE)
        with streaming.execute(sa.select(table)) as found:
            yield from found.partitions()


@contextmanager
def snapshot(engines: Engines) -> Iterator[Snapshot]:
    """What a database at this release's tables holds now.

    Raises:
        StorageFailed: the database did not answer.
    """
    with storage_errors("backing up"), engines.reading.begin() as connection:
        yield Snapshot(connection)
