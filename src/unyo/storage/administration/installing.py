"""The installation as a whole: whether a database is one, whose key opens it, whether its secrets are published."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.storage.keyring import Keyring
from unyo.storage.tables import installation, metadata

from .changing import Admin, NotPossible

PUBLISHED = "this database was made by `unyo demo`: its secrets are published. Take another one"


def claim_installation(admin: Admin, keyring: Keyring, *, demo: bool) -> None:
    """Make an empty database an installation whose secrets this key opens.

    Raises:
        NotPossible: it is one already.
    """
    check_is_new(admin.connection)
    admin.connection.execute(
        sa.insert(installation).values(id=1, directory_version=1, is_demo=demo, key_check=keyring.check())
    )
    admin.record("installation.make", "installation", None, {"demo": demo})


def check_is_new(connection: Connection) -> None:
    """Check that a migrated database is no installation yet.

    Raises:
        NotPossible: it is one.
    """
    found = is_demo(connection)
    if found is not None:
        made = PUBLISHED if found else "this database is an installation already: `unyo init` makes new ones only"
        raise NotPossible(made)


def check_key(connection: Connection, keyring: Keyring) -> None:
    """Check that the secrets can be read with this key.

    Raises:
        keyring.WrongKey: they cannot.
        NotPossible: the database is no installation yet.
    """
    check_is_installed(connection)
    keyring.unseal(connection.execute(sa.select(installation.c.key_check)).scalar_one())


def check_is_installed(connection: Connection) -> None:
    """Check that a migrated database is an installation.

    Raises:
        NotPossible: it is none yet.
    """
    if is_demo(connection) is None:
        raise NotPossible("this database holds no service yet: run `unyo init` first")


def is_demo(connection: Connection) -> bool | None:
    """Whether this is a demo database; None when it is no installation yet."""
    if not sa.inspect(connection).has_table(installation.name):
        return None
    return connection.execute(sa.select(installation.c.is_demo)).scalar_one_or_none()


def clear(connection: Connection) -> None:
    """Delete every row of every table of a demonstration, the counter aside."""
    for table in reversed(metadata.sorted_tables):
        if table.name != "ticket_counter":
            connection.execute(sa.delete(table))


def foreign_tables(connection: Connection) -> list[str]:
    """Tables that are not ours, by name."""
    found = sa.inspect(connection).get_table_names()
    return sorted(set(found) - set(metadata.tables) - {"alembic_version"})
