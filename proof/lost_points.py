"""The points at which a caller is cut off from the server that has its call."""

import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from signal import SIGKILL
from typing import Final

from support.faults import pausing, wait_for_waiter
from support.installations import Installation
from support.processes import serving

from .crash_checks import expect
from .lost_server import Caller, Moment, Server, served_here

# Of an answer's bytes, of which there are more; the head's are some 200.
_SOME_BYTES: Final = 270
# Some of a call's statements; after the last of them comes its COMMIT.
_STATEMENTS: Final = 6
# In so many seconds a server that has just been started may have answered, or not; and in so many it has.
_SOON: Final = 0.06
_LATE: Final = 10.0


class Stage:
    """An installation, and the server of this process that serves it, while there is one."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._opened = ExitStack()
        self._server: Server | None = None

    @property
    def server(self) -> Server:
        """The server; started where there is none."""
        if self._server is None:
            self._server = self._opened.enter_context(served_here(self.installation))
        return self._server

    def close(self) -> None:
        """Stop the server."""
        self._server = None
        self._opened.close()


@dataclass(frozen=True)
class Scene:
    """A call that is about to be made, and to get no answer."""

    stage: Stage
    call: bytes
    chance: random.Random


Cut = Callable[[Scene], bytes]
"""Makes the call, and cuts it off; what its caller had heard of an answer by then."""


@dataclass(frozen=True)
class Point:
    """A point by its name, how a call is cut off at it, and whether the call has been committed by then."""

    name: str
    cut: Cut
    is_committed: bool = False


def _before_it_is_read(scene: Scene) -> bytes:
    """Only a part of the call was sent; or all of it at the very moment of the cut, and it may be read even so."""
    part = scene.chance.choice((len(scene.call), scene.chance.randrange(len(scene.call))))
    with closing(Caller(scene.stage.server.port)) as caller:
        caller.send(scene.call[:part])
    return b""


def _at(*moments: Moment, most: int = 1) -> Cut:
    """Cut at one of the first so many of these moments, by chance; at the last kind of them at the latest."""

    def _cut(scene: Scene) -> bytes:
        server, skipped = scene.stage.server, scene.chance.randrange(most)
        heard: list[Moment] = []
        with closing(Caller(server.port)) as caller:

            def _hear(moment: Moment) -> None:
                if moment in moments:
                    heard.append(moment)
                    if len(heard) > skipped or moment is moments[-1]:
                        caller.cut()

            server.witness.hears = _hear
            caller.send(scene.call)
            caller.wait_until_cut()
        return b""

    return _cut


def _in_postgresqls_commit(scene: Scene) -> bytes:
    """PostgreSQL has begun its COMMIT, and waits in it."""
    with (
        pausing(scene.stage.installation.url) as connection,
        closing(Caller(scene.stage.server.port)) as caller,
    ):
        caller.send(scene.call)
        wait_for_waiter(connection, "advisory")
    return b""


def _in_mid_answer(scene: Scene) -> bytes:
    """Some bytes of the answer have arrived."""
    with closing(Caller(scene.stage.server.port)) as caller:
        caller.send(scene.call)
        count = scene.chance.randrange(1, _SOME_BYTES)
        heard = caller.receive(count)
    expect(len(heard) == count, f"an answer ended after {heard!r}")
    return heard


def _killed(scene: Scene) -> bytes:
    """The server that has got the call is killed, before it answers or as it does, and another takes its place."""
    scene.stage.close()
    installation = scene.stage.installation
    store = ("--database", installation.url, "--secret-key-file", str(installation.key_file))
    with (
        serving(*store, folder=installation.folder) as (process, url),
        closing(Caller(int(url.rpartition(":")[2]))) as caller,
    ):
        caller.send(scene.call)
        caller.await_answer(scene.chance.choice((scene.chance.uniform(0, _SOON), _LATE)))
        process.signal(SIGKILL)
        process.wait()
    return b""


def points_on(database: str) -> Sequence[Point]:
    """The seven points."""
    in_commit = {"sqlite": _at(Moment.COMMITTING), "postgresql": _in_postgresqls_commit}[database]
    return (
        Point("before the server read", _before_it_is_read),
        Point("after it read", _at(Moment.READ)),
        Point("before the commit", _at(Moment.STATEMENT, Moment.COMMIT, most=_STATEMENTS)),
        Point("in the commit", in_commit),
        Point("after the commit", _at(Moment.COMMITTED), is_committed=True),
        Point("in mid-answer", _in_mid_answer, is_committed=True),
        Point("server restarted between", _killed),
    )
