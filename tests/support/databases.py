"""Fresh databases: each a copy of a template that holds the cast and three tickets."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg

from proof.postgresql import postgres
from unyo.cast import SECRET_KEY, add_cast
from unyo.demo.page_tickets import add_page_tickets
from unyo.storage import migrations
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.keyring import Keyring
from unyo.storage.moving.loading import Loader

from .clock import START
from .processes import wait_until

KINDS = ("sqlite", "postgresql")
_DURABLE = ("fsync", "full_page_writes")


def fill(url: str) -> None:
    """Migrate a database and put the cast and the page's three tickets into it."""
    engines = open_engines(parse_url(url))
    migrations.migrate(engines.writing)
    with engines.writing.begin() as connection:
        add_cast(connection, Keyring(SECRET_KEY), START)
        add_page_tickets(Loader(engines, connection), START)
    engines.dispose()


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of this test process; the URL of its own database."""
    # What tests store is thrown away, and nobody waits for its disk; that what was acknowledged survives a crash is
    # proved on servers of their own.
    settings = "".join(f"{setting} = off\n" for setting in _DURABLE)
    # Not in pytest's own folder: every other run of pytest shuts that to all users but its own, and a root's server
    # runs as another user.
    with (
        TemporaryDirectory(prefix="unyo-postgresql-", ignore_cleanup_errors=True) as folder,
        postgres(Path(folder), settings) as server,
    ):
        yield server.url


def _set_durability(uri: str, value: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        for setting in _DURABLE:
            connection.execute(f"ALTER SYSTEM SET {setting} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    wait_until(f"durability is {value}", lambda: _durability(uri) == {value})


def _durability(uri: str) -> set[str]:
    with psycopg.connect(uri, autocommit=True) as connection:
        return {str(row[0]) for each in _DURABLE for row in connection.execute(f"SHOW {each}")}


class Databases:
    """Makes databases of one kind, and drops what it made."""

    def __init__(self, kind: str, folder: Path, server_uri: Callable[[], str]) -> None:
        self._kind = kind
        self._folder = folder
        self._server_uri = server_uri
        self._template = ""

    def empty(self) -> str:
        """The URL of a database without tables."""
        name = f"t{uuid4().hex}"
        if self._kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        self._administer(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def filled(self) -> str:
        """The URL of a database with the cast and the three tickets."""
        if not self._template:
            self._template = self.empty()
            fill(self._template)
        if self._kind == "sqlite":
            url = self.empty()
            shutil.copy(self._template.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
            return url
        name = f"t{uuid4().hex}"
        template = parse_url(self._template).database
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self._url(name)

    def drop(self, url: str) -> None:
        """Delete a database; whoever is still connected is thrown out."""
        if self._kind == "sqlite":
            for each in self._folder.glob(Path(url.removeprefix("sqlite:///")).name + "*"):
                each.unlink()
        else:
            self._administer(f'DROP DATABASE IF EXISTS "{parse_url(url).database}" WITH (FORCE)')

    @contextmanager
    def durable(self) -> Iterator[None]:
        """Have PostgreSQL wait for its disk, as an installation must; SQLite's files are opened so by whoever does."""
        _set_durability(self._server_uri(), "on")
        try:
            yield
        finally:
            _set_durability(self._server_uri(), "off")

    def _url(self, name: str) -> str:
        return parse_url(self._server_uri()).set(database=name).render_as_string(hide_password=False)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self._server_uri(), autocommit=True) as connection:
            connection.execute(statement)
