"""What `unyo export` and `unyo import` move, and an installation to move it to."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from unyo.cast import SECRET_KEY, add_cast
from unyo.storage import migrations
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.keyring import Keyring
from unyo.storage.moving.backing_up import BACKED_UP
from unyo.storage.tables import calls, history, memos, tickets

from .clock import START

MOVED = (tickets, memos, history, calls)
# A number that was given to a call which was never stored.
GIVE_A_NUMBER = {
    "sqlite": "UPDATE ticket_counter SET last = 777777",
    "postgresql": "SELECT setval('ticket_numbers', 777777)",
}
Rows = dict[str, list[tuple[Any, ...]]]


def stored(url: str) -> Rows:
    """Every row that is moved, as the same values from both databases."""
    engines = open_engines(parse_url(url), create=False)
    try:
        with engines.reading.begin() as connection:
            return rows_through(connection)
    finally:
        engines.dispose()


def everything(url: str) -> Rows:
    """Every row that is backed up, as the same values from both databases."""
    engines = open_engines(parse_url(url), create=False)
    try:
        with engines.reading.begin() as connection:
            return rows_through(connection, BACKED_UP)
    finally:
        engines.dispose()


def rows_through(connection: sa.Connection, tables: Iterable[sa.Table] = MOVED) -> Rows:
    """The same, through a connection that is open already."""
    return {table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in tables}


def without_tickets(url: str) -> str:
    """The demonstration's services and accounts on an empty database, and nothing else."""
    engines = open_engines(parse_url(url))
    migrations.migrate(engines.writing)
    with engines.writing.begin() as connection:
        add_cast(connection, Keyring(SECRET_KEY), START)
    engines.dispose()
    return url
