"""The contract as cases (``cases/*.yaml``): call and answer, over HTTP on SQLite, in process on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.cases import Case, read_cases
from support.databases import Databases
from support.desks import DeskUnderTest, desk_on
from support.playing import play
from support.watching import Watch

CASES = read_cases(Path(__file__).with_name("cases"))
# Crosswise: each database, and each way of calling; what carries a call knows nothing of the database.
PLACES = (("sqlite", "over HTTP"), ("postgresql", "in process"))


@dataclass(frozen=True)
class Place:
    """A kind of database behind a transport, with a desk there that nothing has altered."""

    databases: Databases
    transport: str
    desk: DeskUnderTest
    watch: Watch


@contextmanager
def fresh_desk(databases: Databases, transport: str) -> Iterator[DeskUnderTest]:
    """A desk on a database of its own."""
    url = databases.filled()
    with desk_on(url, transport) as desk:
        yield desk
    databases.drop(url)


@pytest.fixture(scope="module", params=PLACES, ids=" ".join)
def place(request: pytest.FixtureRequest, all_databases: dict[str, Databases]) -> Iterator[Place]:
    """Each kind of database behind a transport."""
    kind, transport = request.param
    with fresh_desk(all_databases[kind], transport) as desk:
        yield Place(all_databases[kind], transport, desk, Watch(desk))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_contract(case: Case, place: Place) -> None:
    if not case.alters:
        play(case, place.desk, place.watch)
        return
    with fresh_desk(place.databases, place.transport) as desk:
        play(case, desk, Watch(desk))


def test_every_case_has_a_name_of_its_own_and_a_section() -> None:
    names = [case.name for case in CASES]
    assert sorted(names) == sorted(set(names))
    assert [case.name for case in CASES if not case.section[0].isdigit()] == []
