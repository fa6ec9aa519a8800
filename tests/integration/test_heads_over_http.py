"""Heads as faulty, slow and malicious clients send them over HTTP: too long, too late, no HTTP, in another protocol."""

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial

import pytest

from support.databases import Databases
from support.desks import CONTENT_TYPE, INCIDENT, REQUEST, Answer, DeskUnderTest, OverHttp, desk_on, who
from support.processes import wait_until
from support.raw_http import RawConnection, chunks, head, raw_connection, whole, with_lines
from unyo import __version__
from unyo.cast import YAMADA

LIMIT = 64 * 1024
DETAIL = "GetTicketDetail"
BODY = json.dumps({**who(YAMADA), "TicketId": INCIDENT}).encode()
TOO_LARGE = (431, "HEADERS_TOO_LARGE")
TOO_LATE = (408, "REQUEST_TIMEOUT")
NO_HTTP = (400, "BAD_REQUEST")
OFFER = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk")


@pytest.fixture(scope="module")
def desk(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """One desk over HTTP for the tests that only read: the database plays no part in them."""
    with desk_on(all_databases["sqlite"].filled(), "over HTTP") as opened:
        yield opened


@pytest.fixture(scope="module")
def hasty_desk(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """A desk that hardly waits for a head."""
    with desk_on(all_databases["sqlite"].filled(), partial(OverHttp, head_seconds=2.0)) as opened:
        yield opened


def call(desk: DeskUnderTest, ticket_id: str = INCIDENT) -> bytes:
    return whole(desk, DETAIL, {**who(YAMADA), "TicketId": ticket_id})


def long_call(desk: DeskUnderTest, size: int) -> bytes:
    """A call whose head is of that size."""
    shortest = with_lines(call(desk), "X-Pad: ")
    padding = size - shortest.index(b"\r\n\r\n") - 4
    return with_lines(call(desk), f"X-Pad: {'x' * padding}")


def assert_ends(connection: RawConnection, expected: tuple[int, str]) -> None:
    """The next answer is that refusal, shaped as any answer is, and the connection's last."""
    answer = connection.answer()
    assert (answer.status, answer.error_type) == expected
    assert set(answer.body) == {"RequestId", "ErrorType", "ErrorMessage"}
    assert answer.headers["x-request-id"] == answer.body["RequestId"]
    assert answer.headers["x-unyo-version"] == __version__
    assert answer.headers["content-type"] == CONTENT_TYPE
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


def asked(connection: RawConnection) -> str:
    """The ticket that the next answer tells of, or what it refuses."""
    answer: Answer = connection.answer()
    return answer.error_type or str(answer.body["TicketId"])


def in_pieces(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize("size", [1000, 30_000, LIMIT, 10 * LIMIT])
def test_a_head_of_64_kib_is_accepted_call_after_call(desk: DeskUnderTest, size: int) -> None:
    with raw_connection(desk) as connection:
        for _ in range(3):
            connection.send(*in_pieces(long_call(desk, LIMIT), size))
            assert asked(connection) == INCIDENT


@pytest.mark.parametrize("size", [1000, 30_000, LIMIT, 10 * LIMIT])
@pytest.mark.parametrize("is_first", [True, False], ids=["first call", "second call"])
def test_a_head_of_one_byte_more_is_refused(desk: DeskUnderTest, size: int, *, is_first: bool) -> None:
    with raw_connection(desk) as connection:
        if not is_first:
            connection.send(call(desk))
            assert asked(connection) == INCIDENT
        connection.send(*in_pieces(long_call(desk, LIMIT + 1), size))
        assert_ends(connection, TOO_LARGE)


@pytest.mark.parametrize("line", [b"x", b"X-Pad: x\r\n", b"X-Pad"], ids=["value", "headers", "name"])
def test_a_head_without_end_is_refused_and_its_sender_hears_it(desk: DeskUnderTest, line: bytes) -> None:
    with raw_connection(desk) as connection:
        connection.send(head(desk, DETAIL)[:-2], b"X-Pad: " if line == b"x" else b"", line * LIMIT * 5)
        assert_ends(connection, TOO_LARGE)


def test_a_path_without_end_is_refused(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(b"POST /", b"x" * LIMIT * 2)
        assert_ends(connection, TOO_LARGE)


def test_many_calls_in_one_piece_are_not_one_long_head(desk: DeskUnderTest) -> None:
    calls = [call(desk, ticket) for ticket in (INCIDENT, REQUEST)] * 250
    assert len(b"".join(calls)) > 2 * LIMIT
    with raw_connection(desk) as connection:
        connection.send(b"".join(calls))
        assert [asked(connection) for _ in calls] == [INCIDENT, REQUEST] * 250


def test_a_long_head_behind_a_call_is_refused_after_its_answer(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(call(desk) + call(desk, REQUEST) + long_call(desk, 3 * LIMIT))
        assert [asked(connection), asked(connection)] == [INCIDENT, REQUEST]
        assert_ends(connection, TOO_LARGE)


def test_a_head_that_is_not_whole_in_time_is_refused(hasty_desk: DeskUnderTest) -> None:
    first = head(hasty_desk, DETAIL)
    begun = {"half a line": first[:20], "half a head": first[:-50], "no last line": first[:-2]}
    never_whole = {
        **{f"first: {name}": (0, sent) for name, sent in {"nothing": b"", "a blank line": b"\r\n", **begun}.items()},
        **{f"second: {name}": (1, call(hasty_desk) + sent) for name, sent in begun.items()},
    }
    with ExitStack() as opened:
        connections = {name: opened.enter_context(raw_connection(hasty_desk)) for name in never_whole}
        for name, (_, sent) in never_whole.items():
            connections[name].send(sent)
        for name, (whole_calls, _) in never_whole.items():
            assert [asked(connections[name]) for _ in range(whole_calls)] == [INCIDENT] * whole_calls
            assert_ends(connections[name], TOO_LATE)


def test_a_blank_line_after_an_answer_does_not_keep_the_connection(hasty_desk: DeskUnderTest) -> None:
    with raw_connection(hasty_desk) as connection:
        connection.send(call(hasty_desk))
        assert asked(connection) == INCIDENT
        connection.send(b"\r\n")
        assert_ends(connection, TOO_LATE)


def test_a_head_that_comes_byte_by_byte_has_no_more_time(hasty_desk: DeskUnderTest) -> None:
    with raw_connection(hasty_desk) as connection:
        connection.send(head(hasty_desk, DETAIL)[:-2], b"X-Pad: ")
        with suppress(ConnectionError):
            while not connection.is_answered(0.02):
                connection.send(b"x")
        assert_ends(connection, TOO_LATE)


def test_the_time_of_a_head_is_not_that_of_its_body_nor_of_the_next_call(hasty_desk: DeskUnderTest) -> None:
    content = call(hasty_desk)
    with raw_connection(hasty_desk) as connection:
        for _ in range(2):
            connection.send(content[:-5])
            assert not connection.is_answered(0.7)
            connection.send(content[-5:])
            assert asked(connection) == INCIDENT
            assert not connection.is_answered(0.7)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
        b"hello\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /r HTTP/1.1\r\nHost desk\r\n\r\n",
        b"POST /\xe6\xbc\xa2 HTTP/1.1\r\nHost: desk\r\n\r\n",
        b"CONNECT desk:443 HTTP/1.1\r\nHost: desk\r\n\r\n",
        b"POST /r HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /r HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["TLS", "a word", "HTTP/2", "no colon", "no ASCII", "CONNECT", "no length", "two lengths"],
)
def test_what_is_no_http_is_refused_in_our_own_envelope(desk: DeskUnderTest, sent: bytes) -> None:
    with raw_connection(desk) as connection:
        connection.send(sent)
        assert_ends(connection, NO_HTTP)


def test_a_body_that_is_no_http_is_refused_and_has_changed_nothing(
    desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "unyo")
    with raw_connection(desk) as connection:
        connection.send(head(desk, DETAIL, Transfer_Encoding="chunked"), b"5\r\n{    \r\nno chunk\r\n")
        assert_ends(connection, NO_HTTP)
    wait_until("the call has ended", lambda: "the caller went away" in caplog.text)


def test_a_refusal_is_logged_under_its_request_id_without_what_was_sent(
    desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "unyo")
    with raw_connection(desk) as connection:
        connection.send(b"secret words\r\n\r\n")
        assert_ends(connection, NO_HTTP)
    assert [record.getMessage() for record in caplog.records] == ["no call: 400 BAD_REQUEST"]


def test_a_call_that_offers_another_protocol_keeps_its_body(desk: DeskUnderTest) -> None:
    sized = with_lines(call(desk), *OFFER)
    chunked = with_lines(head(desk, DETAIL, Transfer_Encoding="chunked"), *OFFER) + b"".join(chunks(BODY, 7))
    with raw_connection(desk) as connection:
        for sent in (sized, chunked):
            connection.send(sent)
            assert asked(connection) == INCIDENT
            connection.send(*in_pieces(sent, 40))
            assert asked(connection) == INCIDENT
        connection.send(call(desk, REQUEST) + sized + chunked + sized + call(desk, REQUEST))
        assert [asked(connection) for _ in range(5)] == [REQUEST, INCIDENT, INCIDENT, INCIDENT, REQUEST]


def test_an_offer_without_a_body_is_passed_over_too(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        for _ in range(2):
            connection.send(with_lines(b"GET /livez HTTP/1.1\r\nHost: desk\r\n\r\n", *OFFER))
            assert connection.answer().status == 200


def test_an_offer_is_no_way_around_the_bound(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(with_lines(long_call(desk, LIMIT), *OFFER))
        assert_ends(connection, TOO_LARGE)


def test_500_half_open_connections_do_not_starve_a_caller(desk: DeskUnderTest) -> None:
    begun = head(desk, DETAIL)[:-2]
    with ExitStack() as opened:
        half_open = [opened.enter_context(raw_connection(desk)) for _ in range(500)]
        for number, connection in enumerate(half_open):
            connection.send(begun[: number % len(begun)])
        for _ in range(50):
            assert desk.call(DETAIL, BODY).error is None
        assert not half_open[-1].is_answered(0)


def test_half_open_connections_end_all_at_their_time(hasty_desk: DeskUnderTest) -> None:
    with ExitStack() as opened:
        half_open = [opened.enter_context(raw_connection(hasty_desk)) for _ in range(500)]
        for connection in half_open:
            assert_ends(connection, TOO_LATE)
        assert hasty_desk.call(DETAIL, BODY).error is None
