"""A database with the cast in it, made once and copied for every desk."""

import shutil
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from unyo.cast import SECRET_KEY, add_cast
from unyo.storage import migrations
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.keyring import Keyring
from unyo.storage.numbers import set_counter

from .clock import START

FIRST_NUMBER: Final = 100_001
"""The number of the first ticket of a desk."""


def open_file(path: Path) -> Engines:
    """A desk's database; it is thrown away, so that nothing waits for the disk."""
    return open_engines(parse_url(f"sqlite:///{path}"), durable=False)


def fresh(path: Path) -> None:
    """Make a database with the cast and without a ticket."""
    path.write_bytes(_template())


def copy(database: Path, to: Path) -> None:
    """Copy a database as it is at this moment, whoever works with it."""
    with closing(sqlite3.connect(database)) as there, closing(sqlite3.connect(to)) as here:
        there.backup(here)


def put_back(copied: Path | None, database: Path) -> None:
    """Replace a database that nobody has open by a copy, or by a fresh one."""
    for each in database.parent.glob(f"{database.name}-*"):
        each.unlink()
    if copied is None:
        fresh(database)
    else:
        shutil.copyfile(copied, database)


@cache
def _template() -> bytes:
    with TemporaryDirectory(prefix="unyo-testkit-") as folder:
        path = Path(folder) / "template.db"
        engines = open_file(path)
        migrations.migrate(engines.writing)
        with engines.writing.begin() as connection:
            add_cast(connection, Keyring(SECRET_KEY), START)
            set_counter(connection, FIRST_NUMBER - 1)
        engines.dispose()
        return path.read_bytes()
