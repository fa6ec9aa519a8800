"""Bodies as faulty, slow and malicious clients send them over HTTP, and how their connections end."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress

import pytest

from support.databases import Databases
from support.desks import INCIDENT, Answer, DeskUnderTest, OverHttp, desk_on, who
from support.installations import contents
from support.portal import FORM
from support.processes import wait_until
from support.raw_http import RawConnection, chunks, head, raw_connection, with_lines
from unyo.cast import YAMADA

MEBI = 1024 * 1024
DETAIL = "GetTicketDetail"
BODY = json.dumps({**who(YAMADA), "TicketId": INCIDENT}).encode()
TOO_LARGE = (413, "PAYLOAD_TOO_LARGE")
SUCCESS = (200, "")


@pytest.fixture(scope="module")
def desk(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """One desk over HTTP for the tests that only read: the database plays no part in them."""
    with desk_on(all_databases["sqlite"].filled(), "over HTTP") as opened:
        yield opened


@pytest.fixture(scope="module")
def hasty_desk(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """A desk that waits for no body."""
    with desk_on(all_databases["sqlite"].filled(), "over HTTP", body_seconds=0.05) as opened:
        yield opened


def padded(size: int) -> bytes:
    """The body of a call that is accepted, of that size."""
    return BODY.ljust(size)


def sized(desk: DeskUnderTest, content: bytes) -> Iterable[bytes]:
    """A call with a Content-Length."""
    return head(desk, DETAIL, Content_Length=str(len(content))), content


def chunked(desk: DeskUnderTest, content: bytes) -> Iterable[bytes]:
    """A call without one."""
    return head(desk, DETAIL, Transfer_Encoding="chunked"), *chunks(content, 50_000)


def outcome(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.error_type


def exchanged(desk: DeskUnderTest, *parts: bytes) -> tuple[Answer, bool]:
    """What the sent bytes were answered, and whether the connection is closed then; it is not waited for."""
    with raw_connection(desk) as connection:
        connection.send(*parts)
        answer = connection.answer()
        return answer, answer.headers.get("connection") == "close" and connection.is_closed()


HOW_SENT = pytest.mark.parametrize("send", [sized, chunked])


@HOW_SENT
def test_a_body_of_one_mebibyte_is_accepted(
    desk: DeskUnderTest, send: Callable[[DeskUnderTest, bytes], Iterable[bytes]]
) -> None:
    answer, is_closed = exchanged(desk, *send(desk, padded(MEBI)))
    assert (outcome(answer), is_closed) == (SUCCESS, False)
    assert answer.body["TicketId"] == INCIDENT


@HOW_SENT
@pytest.mark.parametrize("size", [MEBI + 1, 2 * MEBI])
def test_a_body_that_is_longer_is_refused_and_its_sender_hears_it(
    desk: DeskUnderTest, send: Callable[[DeskUnderTest, bytes], Iterable[bytes]], size: int
) -> None:
    answer, _ = exchanged(desk, *send(desk, padded(size)))
    assert outcome(answer) == TOO_LARGE


@pytest.mark.parametrize("size", [1, 7, len(BODY)])
def test_a_body_may_come_in_chunks_of_any_size(desk: DeskUnderTest, size: int) -> None:
    answer, _ = exchanged(desk, head(desk, DETAIL, Transfer_Encoding="chunked"), *chunks(BODY, size))
    assert outcome(answer) == SUCCESS


def test_a_body_without_end_is_cut_off_and_the_server_goes_on(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection, suppress(ConnectionError):
        connection.send(head(desk, DETAIL, Transfer_Encoding="chunked"))
        while not connection.is_answered(0):
            connection.send(b"%x\r\n%s\r\n" % (MEBI, b" " * MEBI))
    assert desk.call(DETAIL, BODY).error is None


def test_a_body_that_does_not_come_whole_in_time_is_refused(hasty_desk: DeskUnderTest) -> None:
    # All at once, since each is still waited for a while, so that its sender can hear the answer.
    chunked_head = head(hasty_desk, DETAIL, Transfer_Encoding="chunked")
    long_head = head(hasty_desk, DETAIL, Content_Length=str(len(BODY) + 1))
    never_whole = {
        "nothing of it": [long_head],
        "a Content-Length longer than the body": [long_head, BODY],
        "no chunk": [chunked_head],
        "half a chunk": [chunked_head, b"ff\r\n{"],
        "no last chunk": [chunked_head, *list(chunks(BODY, 50))[:-1]],
    }
    with ExitStack() as opened:
        connections = {name: opened.enter_context(raw_connection(hasty_desk)) for name in (*never_whole, "slowly")}
        for name, parts in never_whole.items():
            connections[name].send(*parts)
        connections["slowly"].send(chunked_head)
        trickle(connections["slowly"])
        for name, connection in connections.items():
            answer = connection.answer()
            assert outcome(answer) == (408, "REQUEST_TIMEOUT"), name
            assert answer.headers["connection"] == "close"
            assert connection.is_closed()


FORM_HEAD = f"POST /sign-in HTTP/1.1\r\nHost: desk\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {FORM}\r\n"
HALF_A_FORM = f"{FORM_HEAD}Content-Length: 9\r\n\r\nnext".encode()


def test_a_form_that_does_not_come_whole_in_time_is_refused_as_a_call_is(hasty_desk: DeskUnderTest) -> None:
    with raw_connection(hasty_desk) as still, raw_connection(hasty_desk) as slow:
        still.send(HALF_A_FORM)
        slow.send(f"{FORM_HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        trickle(slow)
        for connection in (still, slow):
            answer = connection.answer()
            assert (outcome(answer), answer.headers["connection"]) == ((408, "REQUEST_TIMEOUT"), "close")
            assert connection.is_closed()


def test_a_form_that_is_too_large_is_refused_and_its_sender_hears_it(desk: DeskUnderTest) -> None:
    sent = b"typed=" + b"x" * 6 * MEBI
    with raw_connection(desk) as connection:
        connection.send(f"{FORM_HEAD}Content-Length: {len(sent)}\r\n\r\n".encode(), sent)
        answer = connection.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert connection.is_closed()


def test_a_form_of_more_fields_than_any_of_ours_is_refused_and_its_sender_may_go_on(desk: DeskUnderTest) -> None:
    sent = b"a=&" * MEBI
    with raw_connection(desk) as connection:
        for _ in range(2):
            connection.send(f"{FORM_HEAD}Content-Length: {len(sent)}\r\n\r\n".encode(), sent)
            assert connection.answer().status == 400


def test_who_leaves_in_the_middle_of_a_form_is_no_fault_of_the_server(
    desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    served = desk.transport
    assert isinstance(served, OverHttp)
    before = served.connections()
    with caplog.at_level(logging.WARNING):
        with raw_connection(desk) as connection:
            connection.send(HALF_A_FORM)
            assert not connection.is_answered(0.1)
        wait_until("the connection has ended", lambda: served.connections() == before)
        served.request("GET", "/sign-in", b"", [])
    assert caplog.text == ""


def trickle(connection: RawConnection) -> None:
    """Send one byte after another until somebody has had enough of it."""
    with suppress(ConnectionError):
        while not connection.is_answered(0.02):
            connection.send(b"1\r\n \r\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"POST /r/20221221/", b"POST /r/20221222/", (404, "NOT_FOUND")),
        (b"POST", b"PUT", (405, "METHOD_NOT_ALLOWED")),
        (b"application/json", b"text/plain", (415, "UNSUPPORTED_MEDIA_TYPE")),
        (b"Host: desk", b"Host: desk\r\nContent-Encoding: gzip", (415, "UNSUPPORTED_MEDIA_TYPE")),
    ],
)
@HOW_SENT
def test_an_answer_to_a_body_that_was_not_read_arrives_whole_and_closes_the_connection(
    desk: DeskUnderTest,
    send: Callable[[DeskUnderTest, bytes], Iterable[bytes]],
    old: bytes,
    new: bytes,
    expected: tuple[int, str],
) -> None:
    first, *rest = send(desk, padded(2 * MEBI))
    answer, is_closed = exchanged(desk, first.replace(old, new, 1), *rest)
    assert (outcome(answer), is_closed) == (expected, True)


def test_a_body_that_is_said_to_be_as_it_is_is_accepted(desk: DeskUnderTest) -> None:
    answer, _ = exchanged(desk, head(desk, DETAIL, Content_Length=str(len(BODY)), Content_Encoding="identity"), BODY)
    assert outcome(answer) == SUCCESS


def test_a_client_that_asks_first_is_asked_for_its_body(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(head(desk, DETAIL, Content_Length=str(len(BODY)), Expect="100-continue"))
        assert connection.is_asked_for_the_body()
        connection.send(BODY)
        assert outcome(connection.answer()) == SUCCESS


@pytest.mark.parametrize(
    ("version", "length", "expected"), [(b"20221221", MEBI + 1, TOO_LARGE), (b"20221222", 9, (404, "NOT_FOUND"))]
)
def test_a_client_that_asks_first_is_refused_without_sending_its_body(
    desk: DeskUnderTest, version: bytes, length: int, expected: tuple[int, str]
) -> None:
    asked = head(desk, DETAIL, Content_Length=str(length), Expect="100-continue").replace(b"20221221", version)
    answer, is_closed = exchanged(desk, asked)
    assert (outcome(answer), is_closed) == (expected, True)


def test_a_client_that_asked_first_hears_that_its_body_is_too_large(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(head(desk, DETAIL, Transfer_Encoding="chunked", Expect="100-continue"))
        assert connection.is_asked_for_the_body()
        connection.send(*chunks(padded(2 * MEBI), 500))
        assert outcome(connection.answer()) == TOO_LARGE
        assert connection.is_closed()


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: -1",),
        ("Content-Length: +1",),
        ("Content-Length: abc",),
        ("Content-Length: 0x10",),
        ("Content-Length: 1, 1",),
        (f"Content-Length: {'9' * 40}",),
        ("Content-Length: 1", "Content-Length: 2"),
        ("Content-Length: 1", "Transfer-Encoding: chunked"),
    ],
    ids=", ".join,
)
def test_a_length_that_is_none_is_refused_by_the_server(desk: DeskUnderTest, lines: Sequence[str]) -> None:
    with raw_connection(desk) as connection:
        connection.send(with_lines(head(desk, DETAIL) + BODY, *lines))
        assert connection.status_line() == 400
    assert desk.call(DETAIL, BODY).error is None


def test_what_follows_a_body_longer_than_its_length_is_not_taken_for_a_call(served_desk: DeskUnderTest) -> None:
    body = json.dumps(served_desk.echo() | {"Title": "長すぎる"}).encode()
    before = contents(served_desk.url)
    with raw_connection(served_desk) as connection:
        connection.send(head(served_desk, "UpdateTicket", Content_Length=str(len(body) - 1)) + body)
        assert connection.status_line() == 400
    assert contents(served_desk.url) == before
