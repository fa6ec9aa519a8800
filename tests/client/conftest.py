"""Clients on a desk in this process."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from support.clients import KINDS, Clients, Faulty, ToDesk, Vendor, clients_of
from support.clock import Clock
from support.desks import DeskUnderTest, desk_on
from support.ticketing import INCIDENT
from unyo.client import Client, Incident, State


@pytest.fixture(params=KINDS)
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    """A maker of clients, of each kind."""
    with clients_of(request.param) as made:
        yield made


@pytest.fixture
def to_desk(desk: DeskUnderTest) -> ToDesk:
    """What carries a client's calls to the desk."""
    return ToDesk(desk)


@pytest.fixture
def faulty(to_desk: ToDesk) -> Faulty:
    """The way to the desk, on which faults happen."""
    return Faulty(to_desk)


@pytest.fixture
def vendor(to_desk: ToDesk) -> Faulty:
    """The way to a desk that is not unyo, on which faults happen."""
    return Faulty(Vendor(to_desk), is_unyo=False)


@pytest.fixture
def client(clients: Clients, to_desk: ToDesk) -> Client:
    """YAMADA's client, which has seen no answer yet."""
    return clients(to_desk)


@pytest.fixture
def desk_of_today(filled_url: str) -> Iterator[tuple[DeskUnderTest, str]]:
    """A desk over real HTTP that goes by this machine's clock at its start, and its address."""
    with desk_on(filled_url, "over HTTP", clock=Clock(datetime.now(UTC))) as opened:
        yield opened, f"http://127.0.0.1:{opened.transport.port}"  # type: ignore[attr-defined] # of this transport


@pytest.fixture
def register() -> Callable[..., Incident]:
    """Registers an incident that lacks nothing."""

    def _registered(client: Client, **fields: Any) -> Incident:
        return client.tickets.register("incident", **{**WHOLE, **fields})

    return _registered


WHOLE: dict[str, Any] = {**INCIDENT, "state": State.OPEN, "limit_date": datetime(2026, 5, 1, tzinfo=UTC)}
