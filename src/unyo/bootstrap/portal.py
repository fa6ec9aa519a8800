"""The portal wired."""

from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp

from unyo import __version__
from unyo.portal.app import Portal
from unyo.portal.backing import Backing
from unyo.portal.live.attendance import Attendance
from unyo.portal.live.open_pages import Live
from unyo.services.hashing import Hashing
from unyo.services.ports import Reader, Writer
from unyo.services.reads import Reads
from unyo.services.signing_in import LIFETIMES, Lifetimes, SigningIn
from unyo.storage.engine import Engines
from unyo.storage.feed import DatabaseFeed
from unyo.storage.people import Keeping, SqlChoices, SqlPeople, SqlPresence

from .world import World


@dataclass(frozen=True, slots=True)
class Site:
    """How browsers see the portal: by https or not, and whether they are to keep to it; how long people stay signed in.

    For ``hsts_seconds`` browsers come by https only; with 0 they are told nothing of the kind.
    """

    is_https: bool = False
    hsts_seconds: int = 0
    lifetimes: Lifetimes = LIFETIMES
    hashing: Hashing | None = None


PLAIN_SITE: Final = Site()


@dataclass(frozen=True, slots=True)
class OpenedPortal:
    """The portal: its application, the pages that are open, and the feed that tells of changes to them."""

    app: ASGIApp
    live: Live
    feed: DatabaseFeed


def portal_of(
    engines: Engines, world: World, site: Site, reader: Reader, reads: Reads, writer: Writer, *, form_seconds: float
) -> OpenedPortal:
    """Wire the portal."""
    keeping = Keeping(engines.reading, engines.writing)
    signing_in = SigningIn(SqlPeople(keeping), world.clock, hashing=site.hashing or Hashing(), lifetimes=site.lifetimes)
    feed = DatabaseFeed(engines)
    presence, live = SqlPresence(keeping), Live(feed, reader)
    backing = Backing(
        reads=reads,
        reader=reader,
        writer=writer,
        signing_in=signing_in,
        choices=SqlChoices(keeping),
        presence=presence,
        live=live,
        attendance=Attendance(presence, world.clock),
        clock=world.clock,
        make_request_id=world.make_request_id,
        version=__version__,
        is_https=site.is_https,
        hsts_seconds=site.hsts_seconds,
        life=site.lifetimes.longest,
        form_seconds=form_seconds,
    )
    return OpenedPortal(Portal(backing).application(), live, feed)
