"""An installation wired: its database, its use cases, and the application that serves it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Final

from starlette.types import ASGIApp

from unyo import __version__
from unyo.api.app import make_app
from unyo.api.chain import Keys, SecretOf, UomApi
from unyo.api.docs.routes import docs_routes
from unyo.api.draining import Draining
from unyo.api.pages import FiguresPage, Server
from unyo.services.cursors import CursorSealer
from unyo.services.reads import Reads
from unyo.services.watcher import Look, Present, Watcher, together
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import Engines
from unyo.storage.feed import DatabaseFeed
from unyo.storage.keyring import Keyring
from unyo.storage.readiness import MIN_FREE_BYTES, free_bytes, readiness
from unyo.storage.reading.readers import SqlReader
from unyo.storage.writing.queue import Bounds
from unyo.storage.writing.writer import GroupCommitWriter
from unyo.tickets.directory import Directory
from unyo.watching import exposition
from unyo.watching.figures import Figures

from .limits import USUAL, Limits
from .metrics import about, shown
from .portal import PLAIN_SITE, Site, portal_of
from .world import REAL, World

# Decrypting a secret takes longer than verifying a signature with it.
_SECRETS_AT_HAND = 10_000


@dataclass(frozen=True, slots=True)
class Desk:
    """An open installation: its database, and the application that serves it."""

    engines: Engines
    directory: DirectoryCache
    writer: GroupCommitWriter
    feed: DatabaseFeed
    app: ASGIApp

    def close(self) -> None:
        """Serve what has been accepted, then close the database."""
        self.writer.close()
        self.feed.end()
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
    world: World = REAL,
    limits: Limits = USUAL,
    watching: Watching = UNWATCHED,
    site: Site = PLAIN_SITE,
) -> Desk:
    """Wire an installation whose database is migrated and claimed."""
    figures = watching.figures
    watcher = together([figures, *watching.watchers] if figures else watching.watchers)
    directory = DirectoryCache(engines.reading)
    writer = GroupCommitWriter(engines.writing, directory, world.clock, limits.bounds, watcher)
    reader = SqlReader(engines.reading, directory, watcher)
    reads = Reads(reader, CursorSealer(keyring.derive("cursor")))
    api = UomApi(
        _keys(directory, keyring),
        writer,
        reads,
        world.signing_clock,
        watcher,
        body_seconds=limits.body_seconds,
        rate=limits.rate,
    )
    portal = portal_of(engines, world, site, reader, reads, writer, form_seconds=limits.body_seconds)

    def _close() -> None:
        writer.close()
        portal.feed.end()
        engines.dispose()
        watcher.end()

    if figures:
        by_itself = exposition.shared_folder() is not None
        figures.look_at(_looking(engines, writer, directory, limits.bounds), by_itself=by_itself)
    checks = partial(readiness, engines, writer, watching.min_free_bytes)
    draining = Draining(limits.drain_seconds, portal.live.end)
    server = Server(about(), checks, _close, watcher, draining, _figures_page(watching))
    app = make_app(api, server, docs_routes(__version__), portal.app, world.make_request_id)
    return Desk(engines, directory, writer, portal.feed, app)


def _figures_page(watching: Watching) -> FiguresPage | None:
    """The page `/metrics`, where there are figures and a token that opens it."""
    if watching.figures is None or not watching.metrics_token:
        return None
    return FiguresPage(watching.metrics_token, shown(watching.figures).text)


def _looking(engines: Engines, writer: GroupCommitWriter, directory: DirectoryCache, bounds: Bounds) -> Look:
    def _look() -> Present:
        calls, size = writer.waiting()
        return Present(calls, size, bounds.waiting_calls, bounds.waiting_bytes, directory.version, free_bytes(engines))

    return _look


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
