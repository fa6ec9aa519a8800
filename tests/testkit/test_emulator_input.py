"""Whatever is sent to the controls of an emulator, they answer, and never with a 5xx."""

import json
import random
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from support.emulating import Emulator, emulator
from unyo.client import Changes
from unyo.testkit.emulator.operations import OPERATIONS, ROOT
from unyo.testkit.emulator.shapes import described

# What nobody should send, and what somebody might.
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 7, 10**30, 1e308, -1e308, 0.5, "", "x", "incident", "request", "SA7654321"),
    *("UTM100001", "UpdateTicket", "\0", "\ud800", "x" * 300, "高", "2026-04-01T09:00:00+09:00", "20260401090000"),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9999-99-99T00:00:00Z", "2026-04-01"),
    *([], {}, ["x"], [1], {"x": 1}, [[]], {"action": "UpdateTicket", "times": 10**20}, {"times": -1}, {"by": "SA1"}),
    *([{"operation": "add", "text": "x"}], [{"operation": "delete", "number": -1}], [{"operation": "edit"}], [None]),
]
FIELDS = sorted(Changes.__annotations__)
BODIES = [
    *(b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"{}{}", b'{"kind":"\\ud800"}'),
    *(b"[" * 100_000, b'{"x":' * 50_000),
]
PARTS = ["UTM100001", "SA7654321", "x", "%00", "%FF", "%F0%9F%8E%AB", "a%2Fb", "x" * 3000]


@pytest.fixture(scope="module")
def desk() -> Iterator[Emulator]:
    with emulator() as opened:
        yield opened


def a_body(chance: random.Random, members: list[str]) -> bytes:
    """Some of the members, and one that is none, each with any value."""
    if chance.random() < 0.2:
        return chance.choice(BODIES)
    named = chance.sample([*members, "none_such"], chance.randint(0, len(members)))
    given = {name: chance.choice(VALUES) for name in named}
    for name in {"fields", "changes"} & set(named):
        if chance.random() < 0.7:
            given[name] = {field: chance.choice(VALUES) for field in chance.sample(FIELDS, 2)}
    return json.dumps(given).encode()


@pytest.mark.parametrize("seed", range(4))
def test_no_input_gives_a_5xx(desk: Emulator, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance that can be replayed
    for operation in OPERATIONS:
        for _ in range(5):
            path = ROOT + operation.path.format(ticket_id=chance.choice(PARTS), master_id=chance.choice(PARTS))
            method = (
                operation.method if chance.random() < 0.9 else chance.choice(["GET", "POST", "PUT", "HEAD", "PATCH"])
            )
            content = a_body(chance, list(described(operation.shape)))
            query = chance.choice(["", "?by=SA1", "?action=%FF", "?x", "?ticket=%00&ticket=2"])
            answer = desk.http.request(method, path + query, content=content)
            assert answer.status_code < 500, (method, path, query, content[:200], answer.text)
            if answer.status_code != 200 and method != "HEAD":
                assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("given", [{"seconds": 1e308}, {"seconds": 1e308, "before": True}, {"seconds": 10**12}])
def test_a_delay_that_is_longer_than_any_life_can_be_armed_and_ended(desk: Emulator, given: dict[str, object]) -> None:
    desk.post("/faults/latency", **given)
    with pytest.raises(httpx2.ReadTimeout):
        desk.http.post("/r/20221221/GetTicketDetail.json", json={}, timeout=0.2)
    desk.post("/reset")


def test_at_the_edges_of_the_clock_calls_are_answered(desk: Emulator) -> None:
    for moment in ("1900-01-01T00:00:00+09:00", "9999-12-31T23:59:59+09:00"):
        desk.post("/clock/set", moment=moment)
        desk.post("/clock/run")
        assert desk.http.post(f"{ROOT}/tickets", content=b"{}").status_code < 500
        assert desk.http.get(f"{ROOT}/clock").status_code == 200
        desk.post("/reset")
