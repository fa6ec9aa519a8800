"""A backup becomes a new database in one transaction of the caller's: all of it, or nothing."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.storage.administration import NotPossible
from unyo.storage.migrations import UnknownRevision, upgrade
from unyo.storage.numbers import last_drawn, set_counter
from unyo.storage.prepared import Prepared

from .archive import Archive, Manifest

# So many rows are in memory at a time.
_PAGE: Final = 500


def fill(connection: Connection, archive: Archive) -> Iterator[int]:
    """Make the tables and fill them, and say after each page how many rows it had.

    A backup of an older release's tables is restored into those, and then brought to this release's.

    Raises:
        NotPossible: the database holds something, or the backup is damaged or of a newer release.
    """
    check_empty(connection)
    manifest = archive.manifest
    _make_tables(connection, manifest)
    tables = [(stored, stored.table) for stored in manifest.tables]
    for _, table in reversed(tables):
        connection.execute(sa.delete(table))  # a migration may have put rows of its own there
    for stored, table in tables:
        insert = Prepared(sa.insert(table))
        rows = archive.rows(stored)
        while page := list(islice(rows, _PAGE)):
            insert.run(connection, page)
            yield len(page)
    upgrade(connection)
    if manifest.last_number > last_drawn(connection):
        set_counter(connection, manifest.last_number)


def check_empty(connection: Connection) -> None:
    """Check that there is no table.

    Raises:
        NotPossible: there is one.
    """
    found = sorted(sa.inspect(connection).get_table_names())
    if found:
        raise NotPossible(
            f"the database is not empty, it has a table {found[0]}: `unyo restore` fills a new database only. "
            "Give the URL of one"
        )


def _make_tables(connection: Connection, manifest: Manifest) -> None:
    try:
        upgrade(connection, manifest.schema_revision)
    except UnknownRevision:
        raise NotPossible(
            f"the backup was made by unyo {manifest.unyo}, whose tables ({manifest.schema_revision}) this release does "
            "not know: restore it with that release or a newer one"
        ) from None
