"""Clients of a desk under test: of both kinds, by both ways."""

from collections.abc import Iterator

import pytest

from support.clients import KINDS, Clients, clients_of
from unyo.testkit import Uom


@pytest.fixture(params=[(kind, way) for kind in KINDS for way in ("in process", "over HTTP")], ids=" ".join)
def client_of(request: pytest.FixtureRequest, uom: Uom) -> Iterator[Clients]:
    """Makes clients of the desk, of each kind and by each way."""
    kind, way = request.param
    with clients_of(kind, uom, over_http=way == "over HTTP") as made:
        yield made
