"""The database: whether it answers, keeps what it acknowledges, and is this release's and this key's."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.installation import check_installation, read_keyring
from unyo.config.settings import Settings
from unyo.storage import health
from unyo.storage.administration import NotPossible
from unyo.storage.engine import Engines
from unyo.storage.keyring import WrongKey
from unyo.storage.migrations import State, newest, standing_of

from . import files
from .findings import Finding, bad, doubtful, good

_FAR_APART: Final = timedelta(seconds=2)


def state(engines: Engines, settings: Settings) -> Iterator[Finding]:
    """Everything about a database that answers.

    Raises:
        StorageFailed: it does not.
    """
    yield good("database", f"{health.version(engines)} answers")
    yield from _durable(engines)
    yield from _sound(engines)
    if (path := health.database_file(engines)) is not None:
        yield from files.database_file(path)
    yield from _connections(engines, settings)
    yield from _clocks(engines)


def tables(engines: Engines) -> Iterator[Finding]:
    """Whether it has this release's tables.

    Raises:
        StorageFailed: the database does not answer.
    """
    found = standing_of(engines.reading)
    ours = f"this release's are at {newest()}"
    if found.state is State.CURRENT:
        yield good("tables", f"they are this release's ({found.revision})")
    elif found.state is State.AHEAD:
        yield good("tables", f"they are a newer release's ({found.revision}), which this one can serve; {ours}")
    elif found.state is State.UNKNOWN:
        yield bad("tables", f"they are a newer release's ({found.revision}); {ours}", "use that release")
    elif found.revision is None:
        yield bad("tables", "the database is empty", "make an installation in it with `unyo init`")
    else:
        yield bad("tables", f"they are at {found.revision}; {ours}", "run `unyo migrate`")


def key(engines: Engines, settings: Settings) -> Iterator[Finding]:
    """Whether the key opens the stored secrets.

    Raises:
        StorageFailed: the database does not answer.
    """
    try:
        check_installation(engines, read_keyring(settings))
    except (NotPossible, WrongKey) as error:
        yield bad("installation", str(error), "name this installation's own key file by secret_key_file")
    else:
        yield good("installation", "the key opens the stored secrets")


def _durable(engines: Engines) -> Iterator[Finding]:
    wrong = [each for each in health.durability(engines) if not each.holds]
    for each in wrong:
        wanted = " or ".join(sorted(each.wanted))
        yield bad(
            "durability",
            f"{each.name} is {each.value}: what was acknowledged can be lost when the machine crashes",
            f"set {each.name} to {wanted} in the database's configuration",
        )
    if not wrong:
        told = ", ".join(f"{each.name} {each.value}" for each in health.durability(engines))
        yield good("durability", f"what is acknowledged stays ({told})")


def _sound(engines: Engines) -> Iterator[Finding]:
    if found := health.damage(engines):
        yield bad(
            "database", f"its file is damaged: {found}", "restore the last backup that `unyo backup --check` takes"
        )
    if (stored := health.encoding(engines)) != "UTF8":
        yield bad("database", f"it stores text as {stored}", "make it anew with ENCODING 'UTF8'")


def _connections(engines: Engines, settings: Settings) -> Iterator[Finding]:
    room = health.room_for_connections(engines, settings.workers)
    if room and room[0] > room[1]:
        yield bad(
            "connections",
            f"{settings.workers} workers may open {room[0]} connections, PostgreSQL takes {room[1]}",
            "raise its max_connections, or serve with fewer workers",
        )


def _clocks(engines: Engines) -> Iterator[Finding]:
    there = health.clock(engines)
    if there is None:
        return
    apart = abs(system_clock() - there)
    if apart > _FAR_APART:
        yield doubtful(
            "clock",
            f"this machine's clock and the database's are {apart.total_seconds():.0f} s apart",
            "let both follow a time server (chrony or systemd-timesyncd)",
        )
    else:
        yield good("clock", "this machine's clock and the database's agree")
