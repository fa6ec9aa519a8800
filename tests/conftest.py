"""Fixtures: each test gets a fresh database of each kind, and a desk on it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

# What helpers assert is explained as a test's own asserts are; this comes before anybody imports them.
pytest.register_assert_rewrite("support.judging", "support.playing", "support.watching", "support.model")

# A shell starts what runs in the background with SIGINT ignored, and whatever tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from support.databases import KINDS, Databases, postgres_server  # noqa: E402 - see above
from support.desks import DeskUnderTest, desk_on  # noqa: E402 - see above

# Folders and modules that go through everything by the thousand, or kill servers: being measured costs them half as
# much again, and what they run is what the other tests run.
UNMEASURED = {"proofs", "properties", "test_bad_input", "test_rights", "test_stored_scripts"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave some tests out of the coverage."""
    if UNMEASURED & {item.path.parent.name, item.path.stem}:
        item.add_marker("no_cover")


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[Callable[[], str]]:
    """Starts this process's PostgreSQL server when it is first asked for."""
    with ExitStack() as opened:
        uri: list[str] = []

        def _uri() -> str:
            if not uri:
                uri.append(opened.enter_context(postgres_server()))
            return uri[0]

        yield _uri


@pytest.fixture(scope="session")
def all_databases(tmp_path_factory: pytest.TempPathFactory, postgres_uri: Callable[[], str]) -> dict[str, Databases]:
    """A maker of databases of each kind."""
    return {kind: Databases(kind, tmp_path_factory.mktemp(kind), postgres_uri) for kind in KINDS}


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest, all_databases: dict[str, Databases]) -> Databases:
    """Runs a test once for each kind of database."""
    return all_databases[request.param]


@pytest.fixture
def empty_url(databases: Databases) -> Iterator[str]:
    """A database without tables."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def filled_url(databases: Databases) -> Iterator[str]:
    """A database with the cast and the page's three tickets."""
    url = databases.filled()
    yield url
    databases.drop(url)


@pytest.fixture
def desk(filled_url: str) -> Iterator[DeskUnderTest]:
    """A desk on a fresh database, called in process."""
    with desk_on(filled_url) as opened:
        yield opened


@pytest.fixture
def served_desk(filled_url: str) -> Iterator[DeskUnderTest]:
    """A desk on a fresh database, called over real HTTP."""
    with desk_on(filled_url, "over HTTP") as opened:
        yield opened


@pytest.fixture(scope="module", params=KINDS)
def shared_desk(request: pytest.FixtureRequest, all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """One desk for all tests of a module, for tests that do not mind what the others left."""
    databases = all_databases[request.param]
    url = databases.filled()
    with desk_on(url) as opened:
        yield opened
    databases.drop(url)
