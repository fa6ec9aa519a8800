"""Fixtures of the tests in a real browser: one browser a process, a desk with the demonstration's tickets."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.browsers import PLAIN, Chromium, Look, Seat, chromium, fill_with_the_demonstration, served_copy
from support.desks import DeskUnderTest
from support.journeys import Room
from unyo.cast import YAMADA, Actor
from unyo.portal.words.language import Language

Sit = Callable[..., Seat]


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """The browser of this test process."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def demonstration_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demonstration's tickets, to be copied."""
    file = tmp_path_factory.mktemp("demonstration") / "desk.db"
    fill_with_the_demonstration(file)
    return file


@pytest.fixture
def shown_desk(demonstration_file: Path, tmp_path: Path) -> Iterator[DeskUnderTest]:
    """A desk with the demonstration's tickets, served; a test's own."""
    with served_copy(demonstration_file, tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def looked_at_desk(demonstration_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    """Likewise, for all tests of a module, which only look."""
    with served_copy(demonstration_file, tmp_path_factory.mktemp("looked-at")) as desk:
        yield desk


@pytest.fixture(scope="module")
def worked_at_desk(demonstration_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    """Likewise, for the journeys of a module, each of which works on tickets of its own."""
    with served_copy(demonstration_file, tmp_path_factory.mktemp("worked-at")) as desk:
        yield desk


@pytest.fixture(params=list(Language), ids=str)
def room(request: pytest.FixtureRequest, browser: Chromium, worked_at_desk: DeskUnderTest) -> Iterator[Room]:
    """Where everybody reads one language."""
    with ExitStack() as taken:
        yield Room(browser, worked_at_desk, request.param, taken)


@pytest.fixture
def sit(browser: Chromium, shown_desk: DeskUnderTest) -> Iterator[Sit]:
    """Lets somebody of the cast sit down at `shown_desk`."""
    with ExitStack() as taken:

        def _sit(actor: Actor | None = YAMADA, look: Look = PLAIN) -> Seat:
            return taken.enter_context(browser.seat(shown_desk, actor, look))

        yield _sit
