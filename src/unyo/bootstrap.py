"""The composition root: the one place where real things are chosen and wired."""

import gc
import logging
import platform
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Final

from starlette.types import ASGIApp

from unyo import __version__
from unyo.api.app import make_app
from unyo.api.chain import Keys, SecretOf, UomApi
from unyo.api.docs.routes import docs_routes
from unyo.api.draining import Draining
from unyo.api.http import BODY_SECONDS
from unyo.api.pages import FiguresPage, Server
from unyo.api.proxies import BehindProxies
from unyo.api.rate import RateLimit
from unyo.api.serving import spare_the_log
from unyo.config.settings import LogLevel, Settings, networks
from unyo.config.table import TABLE
from unyo.services.cursors import CursorSealer
from unyo.services.reads import Reads
from unyo.services.watcher import Look, Present, Watcher, together
from unyo.storage import administration
from unyo.storage.administration import NotPossible
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import Keyring, read_key
from unyo.storage.migrations import State, newest, standing_of
from unyo.storage.queue import Bounds
from unyo.storage.readers import SqlReader
from unyo.storage.readiness import MIN_FREE_BYTES, free_bytes, readiness
from unyo.storage.writer import GroupCommitWriter
from unyo.tickets.directory import Directory
from unyo.uom.actions import API_VERSION
from unyo.watching import exposition
from unyo.watching.figures import Figures
from unyo.watching.logs import CallLog

log = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True)
class Watching:
    """How a desk is watched: figures, and further watchers, are told what happens.

    ``metrics_token`` opens `/metrics` if it is set; with less than ``min_free_bytes`` on its disk SQLite is not ready.
    """

    figures: Figures | None = None
    watchers: Sequence[Watcher] = ()
    metrics_token: str = field(default="", repr=False)
    min_free_bytes: int = MIN_FREE_BYTES


UNWATCHED: Final = Watching()


def open_desk(
    engines: Engines,
    keyring: Keyring,
    *,
    clock: Clock = system_clock,
    bounds: Bounds | None = None,
    body_seconds: float = BODY_SECONDS,
    rate: RateLimit | None = None,
    drain_seconds: float = 0,
    watching: Watching = UNWATCHED,
) -> Desk:
    """Wire an installation whose database is migrated and claimed; without ``rate`` keys call as often as they like."""
    figures = watching.figures
    watcher = together([figures, *watching.watchers] if figures else watching.watchers)
    bounds = bounds or Bounds()
    directory = DirectoryCache(engines.reading)
    writer = GroupCommitWriter(engines.writing, directory, clock, bounds, watcher)
    reads = Reads(SqlReader(engines.reading, directory, watcher), CursorSealer(keyring.derive("cursor")))
    api = UomApi(_keys(directory, keyring), writer, reads, clock, watcher, body_seconds=body_seconds, rate=rate)

    def _close() -> None:
        writer.close()
        engines.dispose()
        watcher.end()

    page = None
    if figures:
        folder = exposition.shared_folder()
        figures.look_at(_looking(engines, writer, directory, bounds), by_itself=folder is not None)
        if watching.metrics_token:
            page = FiguresPage(watching.metrics_token, _shown(figures).text)
    checks = partial(readiness, engines, writer, watching.min_free_bytes)
    server = Server(about(), checks, _close, watcher, Draining(drain_seconds), page)
    app = make_app(api, server, docs_routes(__version__))
    return Desk(engines, writer, app)


def about() -> Mapping[str, str]:
    """What is running: nothing of it is secret."""
    return {
        "version": __version__,
        "api_version": API_VERSION,
        "schema_revision": newest(),
        "python": platform.python_version(),
    }


@contextmanager
def metrics_at(settings: Settings, figures: Figures | None = None) -> Iterator[None]:
    """Serve the metrics on their own address meanwhile, if they have one: of this process, or of all workers.

    Raises:
        UnusableMetrics: they cannot be; the message says why.
    """
    if not settings.metrics_address:
        yield
        return
    with exposition.at_address(settings.metrics_address, _shown(figures)) as url:
        log.info("Metrics on %s", url)
        yield


def _shown(figures: Figures | None) -> exposition.Exposition:
    """The figures of all workers where this is one of several, or their parent; else those of this process."""
    folder = exposition.shared_folder()
    if folder is not None:
        return exposition.of_all_workers(folder, about(), figures)
    assert figures is not None
    return exposition.of_this_process(figures, about())


def _looking(engines: Engines, writer: GroupCommitWriter, directory: DirectoryCache, bounds: Bounds) -> Look:
    def _look() -> Present:
        calls, size = writer.waiting()
        return Present(calls, size, bounds.waiting_calls, bounds.waiting_bytes, directory.version, free_bytes(engines))

    return _look


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
    return app_for_good(*serving_store(settings), settings, Figures() if settings.shows_metrics else None)


def app_for_good(engines: Engines, keyring: Keyring, settings: Settings, figures: Figures | None) -> ASGIApp:
    """The application of a process that does nothing but serve it."""
    bounds = Bounds(waiting_calls=settings.queue_calls, waiting_bytes=settings.queue_mib * 1024 * 1024)
    rate = RateLimit(settings.calls_per_minute) if settings.calls_per_minute else None
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    app = open_desk(
        engines,
        keyring,
        bounds=bounds,
        body_seconds=settings.body_seconds,
        rate=rate,
        drain_seconds=settings.drain_seconds,
        watching=Watching(figures, _watchers(settings), token),
    ).app
    if trusted := networks(settings.trusted_proxies):
        app = BehindProxies(app, trusted)
    spare_the_log()
    # What is there by now stays: later collections of garbage would stall every call while they looked through it.
    gc.collect()
    gc.freeze()
    return app


def _watchers(settings: Settings) -> list[Watcher]:
    """Who is told of each call, beside the figures."""
    found: list[Watcher] = []
    if settings.log_level in {LogLevel.DEBUG, LogLevel.INFO}:
        found.append(CallLog(settings.log_format.value))
    if settings.otel_endpoint:
        from unyo.watching.traces import sent_to  # noqa: PLC0415 - its packages are an extra

        found.append(sent_to(settings.otel_endpoint))
    return found


def check_extras(settings: Settings) -> None:
    """See that the packages are there that these settings need beyond the server's own.

    Raises:
        NotPossible: some are missing; the message says how to get them.
    """
    if settings.otel_endpoint and not _has_opentelemetry():
        raise NotPossible(
            "traces need further packages: pip install 'unyo[server,otel]', or leave otel_endpoint out of the settings"
        )


def _has_opentelemetry() -> bool:
    return all(find_spec("opentelemetry") and find_spec(f"opentelemetry.{each}") for each in ("sdk", "exporter"))


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
