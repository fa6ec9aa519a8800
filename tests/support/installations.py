"""Installations made by `unyo init`, and all that a database holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from unyo.storage.engine import parse_url

from .commands import unyo_here
from .processes import Account, Finished

SERVICE_CODE, MASTER_ID = "uom00000001", "SA0000001"
KEY_FILE = "unyo.key"


@dataclass(frozen=True)
class Installation:
    """A folder with the key file, a database, and the account that init made."""

    folder: Path
    url: str
    account: Account
    told: Finished

    @property
    def key_file(self) -> Path:
        return self.folder / KEY_FILE


FIRST = ("--service-code", SERVICE_CODE, "--master-id", MASTER_ID, "--name", "運用 花子")


def init(url: str, folder: Path, *more: str, variables: Mapping[str, str] | None = None) -> Finished:
    """Run `unyo init` for the first service and account, to its end."""
    return unyo_here("init", *FIRST, "--database", url, *more, folder=folder, variables=variables)


def install(url: str, folder: Path) -> Installation:
    """Make an installation; every file that it makes could be read by all, were it not for its own modes."""
    told = unyo_here("init", *FIRST, "--database", url, folder=folder, umask=0)
    assert (told.status, told.err) == (0, "")
    return Installation(folder, url, account_of(told), told)


def account_of(told: Finished) -> Account:
    """The account and key that init printed."""
    found = dict(re.findall(r"^(Access key|Secret key) +(\S+)$", told.out, re.MULTILINE))
    return Account(SERVICE_CODE, MASTER_ID, found["Access key"], found["Secret key"])


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    engine = sa.create_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            return contents_through(connection)
    finally:
        engine.dispose()


def contents_through(connection: sa.Connection) -> dict[str, list[tuple[object, ...]]]:
    """The same, through a connection that is open already."""
    return {
        name: sorted((tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)  # noqa: S608 - names from the database itself
        for name in sa.inspect(connection).get_table_names()
    }


def execute(url: str, *statements: str) -> None:
    """Change a database behind unyo's back."""
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
