"""A full queue refuses calls early, those that write: after the caller is known, before anything is decided."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, SERVERS_INCIDENT, Answer, DeskUnderTest, desk_on, who
from support.gate import GateClock
from support.installations import contents
from support.processes import wait_until
from support.raw_http import head, raw_connection
from unyo.cast import SATO, YAMADA
from unyo.storage.writing.queue import Bounds

SIZE = 10_000
# Two ways to be full of two calls of that size.
FULL = {"calls": Bounds(waiting_calls=2), "bytes": Bounds(waiting_bytes=2 * SIZE)}
ACCEPTED = (INCIDENT, SERVERS_INCIDENT)
CALL_ID = {"x-iijapi-unyo-call": "5f0c7f5a-3a6e-4f7a-9d3c-1f2e3d4c5b6a"}
STRANGER = replace(YAMADA, key=replace(YAMADA.key, secret_key=SATO.key.secret_key))
TITLE = "待っていた呼び出し"
WRITING = ("RegisterTicket", "UpdateTicket")
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture(params=FULL)
def desk(request: pytest.FixtureRequest, filled_url: str) -> Iterator[DeskUnderTest]:
    with desk_on(filled_url, "over HTTP", clock=GateClock(), bounds=FULL[request.param]) as opened:
        yield opened


@contextmanager
def _full(desk: DeskUnderTest) -> Iterator[list[Answer]]:
    """While this lasts the queue is full of two updates; what they are answered afterwards."""
    clock = desk.clock
    assert isinstance(clock, GateClock)
    bodies = [json.dumps({**desk.echo(each), "Title": TITLE}).encode().ljust(SIZE) for each in ACCEPTED]
    assert {len(body) for body in bodies} == {SIZE}
    answers: list[Answer] = []
    with ExitStack() as opened:
        connections = [opened.enter_context(raw_connection(desk)) for _ in bodies]
        with clock.holding(desk):
            for connection, body in zip(connections, bodies, strict=True):
                connection.send(head(desk, "UpdateTicket", Content_Length=str(SIZE)) + body)
            wait_until("both calls wait", lambda: desk.desk.writer.is_full(1))
            yield answers
            assert not any(connection.is_answered(0) for connection in connections)
        answers += [connection.answer() for connection in connections]


def _assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.error_type) == (429, "TOO_MANY_REQUESTS")
    assert answer.headers["retry-after"].isdecimal()
    assert int(answer.headers["retry-after"]) > 0


def test_a_call_that_finds_no_room_is_refused_and_has_changed_nothing(desk: DeskUnderTest) -> None:
    echo = desk.echo(REQUEST)
    before = contents(desk.url)
    with _full(desk):
        _assert_refused(desk.call("UpdateTicket", {**echo, "Title": "入れない"}))
        _assert_refused(desk.call("RegisterTicket", {**who(YAMADA), **NEW_INCIDENT}))
        assert contents(desk.url) == before
    assert desk.echo(REQUEST) == echo
    assert desk.call("GetTicketList", who(YAMADA)).body["TotalCount"] == "3"


def test_what_was_accepted_is_answered_when_the_writer_goes_on(desk: DeskUnderTest) -> None:
    with _full(desk) as answers:
        _assert_refused(desk.call("UpdateTicket", desk.echo(REQUEST)))
        assert desk.detail()["Title"] != TITLE
    assert [answer.error for answer in answers] == [None, None]
    for ticket_id, answer in zip(ACCEPTED, answers, strict=True):
        assert desk.detail(ticket_id)["Title"] == TITLE
        assert desk.history(ticket_id)[0]["RequestId"] == answer.body["RequestId"]


def test_calls_are_accepted_again_when_there_is_room(desk: DeskUnderTest) -> None:
    update = {**desk.echo(REQUEST), "Title": "次の機会"}
    with _full(desk):
        _assert_refused(desk.call("UpdateTicket", update, headers=CALL_ID))
    answer = desk.call("UpdateTicket", update, headers=CALL_ID)
    assert answer.error is None
    # The refused call was not kept, so this one is no replay.
    assert "x-unyo-replayed" not in answer.headers
    assert desk.detail(REQUEST)["Title"] == "次の機会"
    assert desk.register(NEW_INCIDENT)


@ON_SQLITE
def test_what_is_wrong_with_a_call_beyond_its_signature_is_not_looked_at(desk: DeskUnderTest) -> None:
    with _full(desk):
        for action in WRITING:
            for body in (b"{", b"[]", b"\xff", b"{}", b'{"TicketProcessType": 1}'):
                _assert_refused(desk.call(action, body))
            _assert_refused(desk.call(action, who(YAMADA), headers={"x-iijapi-unyo-call": "no UUID"}))
            _assert_refused(desk.call(action, who(YAMADA), actor=SATO))


@ON_SQLITE
def test_what_comes_before_the_signature_and_the_signature_are_judged_first(desk: DeskUnderTest) -> None:
    with _full(desk):
        for action in WRITING:
            assert desk.call(action, b"{}", actor=STRANGER).error_type == "AUTH_FAILURE"
            assert desk.call(action, b"{}", content_type="text/plain").status == 415
            assert desk.call(action, b" " * (1024 * 1024 + 1)).status == 413


def test_reads_are_served_meanwhile(desk: DeskUnderTest) -> None:
    with _full(desk):
        assert desk.detail(INCIDENT)["Title"] != TITLE
        assert desk.history(REQUEST)
        assert desk.call("GetTicketList", who(YAMADA)).body["TotalCount"] == "3"
        assert desk.call("GetOptionList", who(YAMADA)).body["OptionList"]


@ON_SQLITE
def test_a_node_whose_queue_is_full_is_not_ready_until_there_is_room(desk: DeskUnderTest) -> None:
    with _full(desk):
        answer = desk.transport.request("GET", "/readyz", b"", [])
        assert (answer.status, answer.envelope["reason"]) == (503, "the queue is full")
        assert answer.envelope["checks"]["queue"] == "the queue is full"
    assert desk.transport.request("GET", "/readyz", b"", []).status == 200
