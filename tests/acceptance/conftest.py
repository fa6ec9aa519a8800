"""Fixtures: an installation on a fresh database of each kind, and a server that serves it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support.administering import Unyo, run_on
from support.cassettes import recorded
from support.databases import Databases
from support.demonstration import NOW, demonstration, details_of
from support.installations import Installation, contents, install
from support.processes import Client, Running, serving
from support.ticketing import Shell
from unyo import cast


@pytest.fixture
def installation(empty_url: str, tmp_path: Path) -> Installation:
    """What `unyo init` makes."""
    return install(empty_url, tmp_path)


@pytest.fixture
def client(installation: Installation) -> Iterator[Client]:
    """Calls `unyo serve` with the key that init printed."""
    with (
        serving("--database", installation.url, folder=installation.folder) as (_, url),
        Client(url, installation.account) as opened,
    ):
        yield opened


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    """A database without tables, whose SQLite file is there."""
    url = databases.empty()
    contents(url)
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Client]]:
    """A demonstration of a known day that only serves; no test changes its tickets."""
    with (
        demonstration("--serve-only", "--now", NOW, folder=tmp_path_factory.mktemp("demo")) as (process, url),
        Client(url) as client,
    ):
        yield process, client


@pytest.fixture(scope="session")
def demo_tickets(demo: tuple[Running, Client]) -> dict[str, dict[str, Any]]:
    """Every ticket of the demonstration's service, in full."""
    return details_of(demo[1])


@pytest.fixture
def run(filled_url: str, tmp_path: Path) -> Unyo:
    """A command on a database with the cast and three tickets."""
    (tmp_path / "unyo.key").write_text(cast.SECRET_KEY, encoding="ascii")
    return partial(run_on, filled_url, tmp_path)


@pytest.fixture(scope="module")
def desk_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demonstration whose tickets the tests of a module change."""
    with demonstration("--serve-only", "--now", NOW, folder=tmp_path_factory.mktemp("desk")) as (_, url):
        yield url


@pytest.fixture
def shell(desk_of_the_module: str, tmp_path: Path) -> Shell:
    """Where `unyo ticket …` is typed."""
    return Shell(desk_of_the_module, tmp_path)


@pytest.fixture(scope="session")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A morning's work, recorded at a real desk; no test changes it."""
    return recorded(tmp_path_factory.mktemp("recorded"))
