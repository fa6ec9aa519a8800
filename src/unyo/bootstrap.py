"""The composition root: the one place where real things are chosen and wired."""

import gc
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from starlette.types import ASGIApp

from unyo import __version__
from unyo.api.app import make_app
from unyo.api.chain import Keys, SecretOf, UomApi
from unyo.api.docs.routes import docs_routes
from unyo.api.draining import Draining
from unyo.api.http import BODY_SECONDS
from unyo.api.proxies import BehindProxies
from unyo.api.rate import RateLimit
from unyo.api.serving import spare_the_log
from unyo.config.settings import Settings, networks
from unyo.config.table import TABLE
from unyo.services.cursors import CursorSealer
from unyo.services.ports import StorageFailed
from unyo.services.reads import Reads
from unyo.storage import administration
from unyo.storage.administration import NotPossible
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import Keyring, read_key
from unyo.storage.migrations import State, standing_of
from unyo.storage.queue import Bounds
from unyo.storage.readers import SqlReader
from unyo.storage.writer import GroupCommitWriter
from unyo.tickets.directory import Directory

Clock = Callable[[], datetime]

# Decrypting a secret takes longer than verifying a signature with it.
_SECRETS_AT_HAND = 10_000


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """An open installation: its database, and the application that serves it."""

    engines: Engines
    writer: GroupCommitWriter
    app: ASGIApp

    def close(self) -> None:
        """Serve what has been accepted, then close the database."""
        self.writer.close()
        self.engines.dispose()


def open_desk(
    engines: Engines,
    keyring: Keyring,
    *,
    clock: Clock = system_clock,
    bounds: Bounds | None = None,
    body_seconds: float = BODY_SECONDS,
    rate: RateLimit | None = None,
    drain_seconds: float = 0,
) -> Desk:
    """Wire an installation whose database is migrated and claimed; without ``rate`` keys call as often as they like."""
    directory = DirectoryCache(engines.reading)
    writer = GroupCommitWriter(engines.writing, directory, clock, bounds or Bounds())
    reads = Reads(SqlReader(engines.reading, directory), CursorSealer(keyring.derive("cursor")))
    api = UomApi(_keys(directory, keyring), writer, reads, clock, body_seconds=body_seconds, rate=rate)

    def _close() -> None:
        writer.close()
        engines.dispose()

    draining, more = Draining(drain_seconds), docs_routes(__version__)
    app = make_app(api, __version__, lambda: _trouble(engines, writer), _close, draining, more)
    return Desk(engines, writer, app)


def serving_store(settings: Settings) -> tuple[Engines, Keyring]:
    """The database and key of a real installation that can be served.

    Raises:
        NotPossible, WrongKey, UnusableDatabase, StorageFailed: it cannot be; the message says what to do.
    """
    keyring = read_keyring(settings)
    engines = migrated_database(settings.database)
    check_installation(engines, keyring)
    return engines, keyring


def check_installation(engines: Engines, keyring: Keyring) -> None:
    """Check that a migrated database is a real installation, and that this key opens its secrets.

    Raises:
        NotPossible, WrongKey, StorageFailed: it is not; the message says what to do.
    """
    with storage_errors("checking the installation"), engines.reading.begin() as connection:
        if administration.is_demo(connection):
            raise NotPossible(administration.PUBLISHED)
        administration.check_key(connection, keyring)


def migrated_database(url: str, *, exactly: bool = False) -> Engines:
    """A database whose tables this release can use: its own, or those that a newer release has expanded.

    ``exactly`` refuses the latter, for what must not leave out anything that is in the tables.

    Raises:
        NotPossible, UnusableDatabase, StorageFailed: they are not; the message says what to do.
    """
    engines = open_engines(parse_url(url), create=False)
    found = standing_of(engines.reading)
    trouble = found.trouble
    if exactly and found.state is State.AHEAD:
        trouble = (
            f"the database has the tables of a newer release (revision {found.revision}): do this with that release"
        )
    if trouble:
        engines.dispose()
        raise NotPossible(trouble)
    return engines


def read_keyring(settings: Settings) -> Keyring:
    """The key that opens the stored secrets.

    Raises:
        NotPossible: there is no such file.
        WrongKey: what is there is no key.
    """
    if settings.secret_key is not None:
        return Keyring(settings.secret_key.get_secret_value())
    try:
        path = settings.secret_key_file
        return Keyring(read_key(path), lambda: read_key(path))
    except OSError as error:
        raise NotPossible(
            f"the key file {settings.secret_key_file} cannot be read ({error.strerror}): give the file that "
            f"`unyo init` made, or the key in {TABLE['secret_key'].variable}"
        ) from None


def app_of(settings: Settings) -> ASGIApp:
    """The application of one worker process."""
    return app_for_good(*serving_store(settings), settings)


def app_for_good(engines: Engines, keyring: Keyring, settings: Settings) -> ASGIApp:
    """The application of a process that does nothing but serve it."""
    bounds = Bounds(waiting_calls=settings.queue_calls, waiting_bytes=settings.queue_mib * 1024 * 1024)
    app = open_desk(
        engines,
        keyring,
        bounds=bounds,
        body_seconds=settings.body_seconds,
        rate=RateLimit(settings.calls_per_minute) if settings.calls_per_minute else None,
        drain_seconds=settings.drain_seconds,
    ).app
    if trusted := networks(settings.trusted_proxies):
        app = BehindProxies(app, trusted)
    spare_the_log()
    # What is there by now stays: later collections of garbage would stall every call while they looked through it.
    gc.collect()
    gc.freeze()
    return app


def _keys(directory: DirectoryCache, keyring: Keyring) -> Keys:
    # An unknown key costs the same decryption as a known one.
    nobodys = keyring.seal(secrets.token_urlsafe(30))
    unseal = lru_cache(_SECRETS_AT_HAND)(keyring.unseal)

    def _in(found: Directory) -> SecretOf:
        def _secret_of(access_key: str) -> tuple[str, str] | None:
            key = found.keys.get(access_key)
            secret = unseal(key.sealed_secret if key else nobodys)
            return (key.owner, secret) if key else None

        return _secret_of

    def _at_hand() -> SecretOf | None:
        found = directory.peek()
        return None if found is None else _in(found)

    return Keys(_at_hand, lambda: _in(directory.current()))


def _trouble(engines: Engines, writer: GroupCommitWriter) -> str:
    """Why the server is not ready; ``""`` when it is."""
    try:
        found = standing_of(engines.reading)
    except StorageFailed:
        return "the database does not answer"
    return found.trouble or ("" if writer.is_alive() else "the writer has stopped")
