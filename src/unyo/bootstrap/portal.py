"""The portal wired."""

from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp

from unyo import __version__
from unyo.portal.app import Portal
from unyo.portal.backing import Backing
from unyo.services.hashing import Hashing
from unyo.services.ports import Reader, Writer
from unyo.services.reads import Reads
from unyo.services.signing_in import LIFETIMES, Lifetimes, SigningIn
from unyo.storage.engine import Engines
from unyo.storage.people import Keeping, SqlChoices, SqlPeople, SqlPresence

from .world import World


@dataclass(frozen=True, slots=True)
class Site:
    """How browsers see the portal: ``is_https`` where a proxy speaks TLS for it; how long people stay signed in."""

    is_https: bool = False
    lifetimes: Lifetimes = LIFETIMES
    hashing: Hashing | None = None


PLAIN_SITE: Final = Site()


def portal_of(engines: Engines, world: World, site: Site, reader: Reader, reads: Reads, writer: Writer) -> ASGIApp:
    """The portal's application."""
    keeping = Keeping(engines.reading, engines.writing)
    signing_in = SigningIn(SqlPeople(keeping), world.clock, hashing=site.hashing or Hashing(), lifetimes=site.lifetimes)
    backing = Backing(
        reads=reads,
        reader=reader,
        writer=writer,
        signing_in=signing_in,
        choices=SqlChoices(keeping),
        presence=SqlPresence(keeping),
        clock=world.clock,
        make_request_id=world.make_request_id,
        version=__version__,
        is_https=site.is_https,
        life=site.lifetimes.longest,
    )
    return Portal(backing).application()
