"""Clients of both kinds, on a desk of the test kit; and a desk on each database, for what rests on one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from support.clients import KINDS, Clients, clients_of
from support.clock import Clock
from support.desks import DeskUnderTest, desk_on
from unyo.client import Client, Incident
from unyo.testkit import Uom, seeding


@pytest.fixture(params=KINDS)
def clients(request: pytest.FixtureRequest, uom: Uom) -> Iterator[Clients]:
    """A maker of clients, of each kind."""
    with clients_of(request.param, uom) as made:
        yield made


@pytest.fixture
def client(clients: Clients) -> Client:
    """YAMADA's client, which has seen no answer yet."""
    return clients()


@pytest.fixture
def ticket(uom: Uom) -> Incident:
    """One that YAMADA has read, with two memos."""
    return uom.ticket(memos=["一", "二"], cause="元")


@pytest.fixture
def desk_of_today(filled_url: str) -> Iterator[tuple[DeskUnderTest, str]]:
    """A desk over real HTTP that goes by this machine's clock at its start, and its address."""
    with desk_on(filled_url, "over HTTP", clock=Clock(datetime.now(UTC))) as opened:
        yield opened, f"http://127.0.0.1:{opened.transport.port}"  # type: ignore[attr-defined] # of this transport


@pytest.fixture
def whole(uom: Uom) -> dict[str, Any]:
    """The fields of an incident that lacks nothing."""
    return seeding.whole("incident", {}, uom.clock())
