"""Makes a demo database, afresh each time, and never out of anything else."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from pydantic import SecretStr

from unyo.bootstrap.clock import system_clock
from unyo.cast import SECRET_KEY, Actor, add_cast
from unyo.services.people import Purpose
from unyo.storage import administration, migrations
from unyo.storage.administration import Admin, Author, NotPossible
from unyo.storage.engine import Engines, Transaction, open_engines, parse_url
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import Keyring
from unyo.storage.moving.loading import Loader
from unyo.tickets.dates import JAPAN

from .page_tickets import add_page_tickets
from .quarter import add_quarter


def today() -> date:
    """Today in Japan."""
    return system_clock().astimezone(JAPAN).date()


Links = Mapping[Actor, SecretStr]
"""The tokens of links that sign in, each once."""


def prepare(url: str, day: date, links: Links | None = None) -> tuple[Engines, Keyring]:
    """Migrate the database, and fill it with demo data as of that day and with those links, all or nothing.

    Raises:
        NotPossible: it holds anything but demo data; nothing is changed.
        UnusableDatabase, StorageFailed: it cannot be used.
    """
    engines = open_engines(parse_url(url))
    keyring = Keyring(SECRET_KEY)
    with storage_errors("looking into the database"), engines.reading.begin() as connection:
        _check_is_ours(connection)
    migrations.migrate(engines.writing)
    with storage_errors("loading the demo data"), engines.writing.begin() as connection:
        _check_is_ours(connection)  # again, since nobody can change it now
        administration.clear(connection)
        add_cast(connection, keyring, system_clock())
        admin = Admin(connection, Author("unyo demo"), system_clock())
        for actor, token in (links or {}).items():
            administration.invite(admin, actor.master_id, token, Purpose.SIGN_IN)
        loader, now = Loader(engines, connection), datetime.combine(day, time(9), JAPAN).astimezone(UTC)
        add_page_tickets(loader, now)
        add_quarter(loader, now)
    return engines, keyring


def _check_is_ours(connection: Transaction) -> None:
    foreign = administration.foreign_tables(connection)
    if foreign:
        raise NotPossible(f"this database holds other data ({', '.join(foreign)}): `unyo demo` touches none of it")
    if administration.is_demo(connection) is False:
        raise NotPossible("this database is a real installation: `unyo demo` touches none")
