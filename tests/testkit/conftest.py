"""Clients of a desk under test, of both kinds and by both ways; an emulator for the tests of its controls."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from support.clients import KINDS, Clients, clients_of
from support.emulating import Emulator, emulator
from unyo.testkit import JAPAN, Uom

NOON = datetime(2026, 4, 1, 12, tzinfo=JAPAN)


@pytest.fixture(params=[(kind, way) for kind in KINDS for way in ("in process", "over HTTP")], ids=" ".join)
def client_of(request: pytest.FixtureRequest, uom: Uom) -> Iterator[Clients]:
    """Makes clients of the desk, of each kind and by each way."""
    kind, way = request.param
    with clients_of(kind, uom, over_http=way == "over HTTP") as made:
        yield made


@pytest.fixture(scope="module")
def shared_emulator() -> Iterator[Emulator]:
    with emulator(now=NOON) as opened:
        yield opened


@pytest.fixture
def desk(shared_emulator: Emulator) -> Emulator:
    """An emulator as it is at its beginning."""
    shared_emulator.post("/reset")
    shared_emulator.ask("DELETE", "/snapshots")
    return shared_emulator
