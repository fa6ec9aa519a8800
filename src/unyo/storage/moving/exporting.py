"""All tickets as JSON lines, page by page out of one snapshot: a header, a line each ticket and kept call, an end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo import __version__
from unyo.storage.engine import Engines
from unyo.storage.errors import storage_errors
from unyo.storage.migrations import newest
from unyo.storage.numbers import last_drawn
from unyo.storage.prepared import Selection
from unyo.storage.rows import COMPACT
from unyo.storage.tables import calls, history, memos, tickets

from .json_rows import CALLS, HISTORY, MEMOS, TICKETS, Json, JsonRows

FORMAT: Final = "unyo-tickets"
FORMAT_VERSION: Final = 1
# So many tickets, or kept calls, are in memory at a time.
PAGE: Final = 50
_COUNTED: Final = {"tickets": tickets, "memos": memos, "history": history, "calls": calls}
_Columns = Sequence[sa.Column[Any]]
_Found = Sequence[Sequence[Any]]


@contextmanager
def snapshot(engines: Engines) -> Iterator[tuple[Json, Iterator[bytes]]]:
    """The header and the lines of the tickets as they stand at one moment, whoever changes them meanwhile."""
    with storage_errors("exporting"), engines.reading.begin() as connection:
        first = header(connection)
        yield first, lines(connection, first)


def header(connection: Connection) -> Json:
    """What an importer must know beforehand; asked for first, since it opens the snapshot."""
    codes = sa.union(sa.select(tickets.c.service_code), sa.select(calls.c.service_code))
    counts = {name: sa.select(sa.func.count()).select_from(table) for name, table in _COUNTED.items()}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "unyo": __version__,
        "schema": newest(),
        "service_codes": sorted(connection.execute(codes).scalars()),
        "counts": {name: connection.execute(count).scalar_one() for name, count in counts.items()},
        # Asked for last: a sequence knows no snapshot, so it may be ahead of the tickets but never behind them.
        "last_number": last_drawn(connection),
    }


def lines(connection: Connection, first: Json) -> Iterator[bytes]:
    """Every line of the file with that header, out of the transaction that it was read in."""
    told = dict.fromkeys(_COUNTED, 0)
    yield _line(first)
    for page in _pages(_TICKETS, connection, ("", 0)):
        span = {"from_code": page[0][0], "from_number": page[0][1], "to_code": page[-1][0], "to_number": page[-1][1]}
        noted, changed = (_by_ticket(rows, found.rows(connection, span)) for rows, found in _BELONGING)
        for row in page:
            parts = {"memos": noted.get((row[0], row[1]), []), "history": changed.get((row[0], row[1]), [])}
            told["tickets"] += 1
            for name, part in parts.items():
                told[name] += len(part)
            yield _line({"ticket": TICKETS.dump(row), **parts})
    for page in _pages(_CALLS, connection, ("", "", "")):
        told["calls"] += len(page)
        yield from (_line({"call": CALLS.dump(row)}) for row in page)
    yield _line({"end": told})


def _line(found: Json) -> bytes:
    return COMPACT.encode(found).encode() + b"\n"


def _by_ticket(rows: JsonRows, found: _Found) -> dict[tuple[str, int], list[Json]]:
    """What belongs to the tickets of a page, by the key that comes behind the columns."""
    grouped = groupby(found, lambda row: (row[-2], row[-1]))
    return {key: [rows.dump(row) for row in group] for key, group in grouped}


def _pages(found: Selection, connection: Connection, key: tuple[str | int, ...]) -> Iterator[_Found]:
    """Page by page, each after the last row of the one before; a key is a table's first columns."""
    while page := found.rows(connection, {f"after_{place}": value for place, value in enumerate(key)}):
        yield page
        key = tuple(page[-1][: len(key)])


def _page_of(columns: _Columns, key: _Columns) -> Selection:
    """The rows behind a key."""
    after = sa.tuple_(*(sa.bindparam(f"after_{place}", type_=column.type) for place, column in enumerate(key)))
    return Selection(lambda _: sa.select(*columns).where(sa.tuple_(*key) > after).order_by(*key).limit(PAGE))


def _belonging(columns: _Columns, table: sa.Table, order: str) -> Selection:
    """What belongs to the tickets from one to another."""
    key = (table.c.service_code, table.c.ticket_number)
    first, last = (
        sa.tuple_(sa.bindparam(f"{end}_code", type_=sa.Text), sa.bindparam(f"{end}_number", type_=sa.BigInteger))
        for end in ("from", "to")
    )
    within = sa.tuple_(*key).between(first, last)
    return Selection(lambda _: sa.select(*columns, *key).where(within).order_by(*key, table.c[order]))


_TICKETS = _page_of(TICKETS.columns, (tickets.c.service_code, tickets.c.number))
_CALLS = _page_of(CALLS.columns, (calls.c.service_code, calls.c.access_key, calls.c.call_id))
_BELONGING = (
    (MEMOS, _belonging(MEMOS.columns, memos, "number")),
    (HISTORY, _belonging(HISTORY.columns, history, "version")),
)
