"""Fixtures: where people sign in, on a database of each kind."""

from collections.abc import Iterator

import pytest

from support.people import Lobby, lobby


@pytest.fixture
def desk_lobby(filled_url: str) -> Iterator[Lobby]:
    """On a database with the cast, whom nobody has given passwords yet."""
    with lobby(filled_url) as opened:
        yield opened
