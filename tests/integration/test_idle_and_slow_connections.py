"""Connections that hold the server: idle ones, heads and bodies that stop, readers that read nothing."""

import json
import logging
import select
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest

from support.databases import Databases
from support.desks import INCIDENT, DeskUnderTest, OverHttp, desk_on, who
from support.processes import PATIENCE, wait_until
from support.raw_http import RawConnection, raw_connection, whole
from unyo.cast import YAMADA

DETAIL = "GetTicketDetail"
BODY = {**who(YAMADA), "TicketId": INCIDENT}
IDLE, TAKING = 1, 1.0


@pytest.fixture(scope="module")
def desk(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """A desk that waits for the next call a second, for a head five, and for what it answers to be taken one."""
    served = partial(OverHttp, keep_alive_seconds=IDLE, head_seconds=5.0, taking_seconds=TAKING)
    with desk_on(all_databases["sqlite"].filled(), served) as opened:
        yield opened


def call(desk: DeskUnderTest) -> bytes:
    return whole(desk, DETAIL, BODY)


def test_an_idle_connection_is_closed_without_a_word(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(call(desk))
        assert connection.answer().error is None
        began = time.monotonic()
        assert connection.is_closed()
        assert time.monotonic() - began > IDLE / 2


def test_a_connection_that_is_used_stays(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        for _ in range(6):
            connection.send(call(desk))
            assert connection.answer().error is None
            assert not connection.is_answered(IDLE / 4)


@pytest.mark.parametrize("is_at_once", [True, False], ids=["with the call before", "after its answer"])
def test_a_head_that_has_begun_has_its_own_time(desk: DeskUnderTest, *, is_at_once: bool) -> None:
    first, next_one = call(desk), call(desk)
    with raw_connection(desk) as connection:
        connection.send(first + next_one[:30] if is_at_once else first)
        assert connection.answer().error is None
        connection.send(b"" if is_at_once else next_one[:30])
        assert not connection.is_answered(1.4 * IDLE)
        connection.send(next_one[30:])
        assert connection.answer().error is None


@pytest.mark.parametrize("piece", [b"", b" "], ids=["stalled", "trickled"])
@pytest.mark.parametrize("path", ["/livez", "/nowhere"])
def test_a_body_that_no_page_reads_does_not_hold_the_connection(desk: DeskUnderTest, path: str, piece: bytes) -> None:
    with raw_connection(desk) as connection:
        connection.send(b"POST %s HTTP/1.1\r\nHost: desk\r\nContent-Length: 100000\r\n\r\n" % path.encode())
        assert connection.answer().status in {404, 405}
        wait_until("it has ended", lambda: _is_ended(connection, piece) or connection.is_answered(0))


def _is_ended(connection: RawConnection, piece: bytes) -> bool:
    """Whether a piece cannot be sent any more."""
    try:
        connection.send(piece)
    except ConnectionError:
        return True
    return False


def test_a_sender_that_goes_on_after_its_refusal_is_cut_off(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(b"no HTTP\r\n")
        wait_until("the connection has ended", lambda: _is_ended(connection, b"x" * 10_000))


def _reader(desk: DeskUnderTest, sent: bytes) -> socket.socket:
    """A connection with little room for what is answered."""
    assert isinstance(desk.transport, OverHttp)
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(PATIENCE)
    reader.connect(("127.0.0.1", desk.transport.port))
    reader.sendall(sent)
    return reader


PAGE = b"GET /openapi.json HTTP/1.1\r\nHost: desk\r\n\r\n"
LAST_PAGE = PAGE.replace(b"Host: desk", b"Host: desk\r\nConnection: close")


def test_answers_that_nobody_takes_do_not_hold_the_connection(
    desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(desk.transport, OverHttp)
    connections = desk.transport.connections
    wait_until("those before it have ended", lambda: connections() == 0)
    with closing(_reader(desk, PAGE * 100)) as reader:
        assert reader.recv(1) == b"H"
        began = time.monotonic()
        wait_until("it is cut off", lambda: connections() == 0)
        assert time.monotonic() - began > TAKING / 2
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_who_reads_slowly_gets_all_of_it(desk: DeskUnderTest) -> None:
    with closing(_reader(desk, LAST_PAGE)) as reader:
        taken = bytearray()
        pause = select.poll()
        while piece := reader.recv(2000):
            taken += piece
            pause.poll(40)
    head, _, body = bytes(taken).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert "openapi" in json.loads(body)
