"""What people write is text on every page: it makes no element, no attribute, and leads nowhere but where it reads."""

from collections.abc import Iterator

import pytest

from support.databases import Databases
from support.desks import DeskUnderTest, desk_on
from support.scripts import Desk, bones, harmless, helpings, leads_away, payloads

Pair = tuple[DeskUnderTest, DeskUnderTest]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two desks that are alike, but for what is written on them."""
    databases = Databases("sqlite", tmp_path_factory.mktemp("scripts"), lambda: "")
    with desk_on(databases.filled()) as first, desk_on(databases.filled()) as second:
        yield first, second


def test_there_are_payloads_of_every_kind() -> None:
    assert len(payloads()) >= 60
    assert len(set(payloads())) == len(payloads())


@pytest.mark.parametrize("text", [*helpings()], ids=lambda text: text[:40])
def test_a_page_is_made_of_the_same_whatever_is_written_on_it(pair: Pair, text: str) -> None:
    hostile, plain = Desk(pair[0], text), Desk(pair[1], harmless(text))
    shown = zip(hostile.pages(*hostile.fill()), plain.pages(*plain.fill()), strict=True)
    for (name, there), (_, here) in shown:
        assert there.status == here.status, name
        assert there.status < 500, name
        assert bones(there) == bones(here), name
        assert not leads_away(there), name
        assert "60481729" not in there.html, name  # what 7777*7777 comes to
