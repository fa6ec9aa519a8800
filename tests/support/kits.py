"""A desk of the test kit called by hand, and the bare desk that it should answer like."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.desk import Desk, open_desk
from unyo.bootstrap.world import World
from unyo.cast import SECRET_KEY
from unyo.storage.keyring import Keyring
from unyo.testkit import template
from unyo.testkit.clock import START

from .clock import Clock
from .desks import Answer, Application, DeskUnderTest, InProcess, Transport


def without_date(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """An answer but for its Date."""
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() != "date"}
    return answer.status, headers, answer.content


@contextmanager
def by_hand(desk: Application, carrier: Callable[[Any], Transport] = InProcess) -> Iterator[DeskUnderTest]:
    """Call an application by hand; signatures are made by the true time."""
    transport = carrier(desk)
    try:
        yield caller(transport)
    finally:
        transport.close()


@contextmanager
def bare(folder: Path) -> Iterator[Application]:
    """The server with the database, the time and the RequestIds of the test kit's, and nothing of the kit before it."""
    numbers = count(1)
    world = World(lambda: START, system_clock, lambda: f"{'00000000-' * 4}{next(numbers):08x}")
    path = folder / "bare.db"
    template.fresh(path)
    desk = open_desk(template.open_file(path), Keyring(SECRET_KEY), world=world)
    try:
        yield desk
    finally:
        desk.close()


class Both(Transport):
    """Carries each call to the kit and to the bare server, which have to answer the same bytes."""

    def __init__(self, kit: Transport, bare_server: Transport) -> None:
        self._sides = kit, bare_server

    def request(self, method: str, path: str, content: bytes, headers: list[tuple[str, str]]) -> Answer:
        answer, other = [side.request(method, path, content, headers) for side in self._sides]
        if without_date(answer) != without_date(other):
            raise AssertionError(f"{method} {path} {headers} {content!r} is answered {answer}, and bare {other}")
        return answer

    def close(self) -> None:
        """The sides are others' to close."""


class Nobody(Transport):
    """Carries nothing: for who only signs."""

    def request(self, method: str, path: str, content: bytes, headers: list[tuple[str, str]]) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


def caller(transport: Transport) -> DeskUnderTest:
    """Makes calls over a transport; signatures are made by the true time."""
    return DeskUnderTest("", cast("Desk", None), Clock(datetime.now(UTC)), transport)
