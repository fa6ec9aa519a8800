"""Connections over HTTP: clients that go away, several calls on one connection, heads written otherwise than usual."""

import logging
from collections.abc import Iterator

import pytest

from support.databases import Databases
from support.desks import INCIDENT, REQUEST, SERVERS_INCIDENT, DeskUnderTest, desk_on, who
from support.gate import GateClock
from support.installations import contents
from support.processes import wait_until
from support.raw_http import head, raw_connection, whole, with_lines
from unyo.cast import YAMADA
from unyo.storage.writing.queue import Bounds
from unyo.uom.signature import content_md5

DETAIL = "GetTicketDetail"
BODY = {**who(YAMADA), "TicketId": INCIDENT}


@pytest.fixture(scope="module")
def desk(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """One desk over HTTP for the tests that only read: the database plays no part in them."""
    with desk_on(all_databases["sqlite"].filled(), "over HTTP") as opened:
        yield opened


@pytest.fixture
def gated_desk(filled_url: str) -> Iterator[DeskUnderTest]:
    """A desk whose writer can be held, and whose queue then holds one call."""
    with desk_on(filled_url, "over HTTP", clock=GateClock(), bounds=Bounds(waiting_calls=1)) as opened:
        yield opened


def answered(desk: DeskUnderTest, call: bytes) -> str:
    """What a call is refused for; ``""`` where it is not."""
    with raw_connection(desk) as connection:
        connection.send(call)
        answer = connection.answer()
    assert answer.status == 200
    return answer.error_type


def test_a_client_that_goes_away_in_the_middle_of_its_call_has_changed_nothing(
    served_desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "unyo")
    call = whole(served_desk, "UpdateTicket", served_desk.echo() | {"Title": "途中まで"})
    body_start = call.index(b"\r\n\r\n") + 4
    cuts = (10, body_start - 1, body_start, body_start + 1, (body_start + len(call)) // 2, len(call) - 1)
    before = contents(served_desk.url)
    for cut in cuts:
        with raw_connection(served_desk) as connection:
            connection.send(call[:cut])
    gone = [cut for cut in cuts if cut >= body_start]
    wait_until("the server has noticed", lambda: caplog.text.count("the caller went away") == len(gone))
    assert contents(served_desk.url) == before
    assert served_desk.detail()["Title"] != "途中まで"
    assert_no_trouble(caplog)


def test_a_call_whose_client_goes_away_after_its_body_is_carried_out_once(
    gated_desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    clock = gated_desk.clock
    assert isinstance(clock, GateClock)
    call = whole(gated_desk, "UpdateTicket", gated_desk.echo() | {"Title": "行ってしまった"})
    told = len(gated_desk.history())
    with clock.holding(gated_desk):
        with raw_connection(gated_desk) as connection:
            connection.send(call)
            wait_until("the call waits", gated_desk.desk.writer.is_full)
        assert gated_desk.detail()["Title"] != "行ってしまった"
    wait_until("the call is carried out", lambda: gated_desk.detail()["Title"] == "行ってしまった")
    assert len(gated_desk.history()) == told + 1
    assert gated_desk.update(Title="次の呼び出し").error is None
    assert_no_trouble(caplog)


def assert_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_calls_one_after_the_other_share_a_connection(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        for ticket_id in (INCIDENT, "UTM1", REQUEST):
            connection.send(whole(desk, DETAIL, {**who(YAMADA), "TicketId": ticket_id}))
            answer = connection.answer()
            assert answer.body.get("TicketId", "UTM1") == ticket_id
            assert "connection" not in answer.headers


def test_calls_sent_without_waiting_are_answered_in_their_order(desk: DeskUnderTest) -> None:
    asked = [INCIDENT, "UTM1", REQUEST, SERVERS_INCIDENT]
    with raw_connection(desk) as connection:
        connection.send(b"".join(whole(desk, DETAIL, {**who(YAMADA), "TicketId": each}) for each in asked))
        assert [connection.answer().body.get("TicketId", "UTM1") for _ in asked] == asked


def test_updates_sent_without_waiting_are_carried_out_in_their_order(served_desk: DeskUnderTest) -> None:
    echo = served_desk.echo()
    titles = ("一番目", "二番目")
    with raw_connection(served_desk) as connection:
        connection.send(b"".join(whole(served_desk, "UpdateTicket", {**echo, "Title": title}) for title in titles))
        assert [connection.answer().error_type for _ in titles] == ["", "EXCLUSION_FAILURE"]
    assert served_desk.detail()["Title"] == "一番目"


def test_a_head_request_is_refused_without_a_body_and_the_next_call_is_answered(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(b"HEAD /r/20221221/GetTicketDetail.json HTTP/1.1\r\nHost: desk\r\n\r\n")
        assert connection.status_line() == 405
        assert connection.headers()["allow"] == "POST"
        connection.send(whole(desk, DETAIL, BODY))
        assert connection.answer().body["TicketId"] == INCIDENT


@pytest.mark.parametrize(
    "name", ["Authorization", "AUTHORIZATION", "Content-Type", "Content-MD5", "x-iijapi-Expire", "X-IIJAPI-A"]
)
def test_a_header_that_may_stand_once_is_not_believed_when_it_stands_twice(desk: DeskUnderTest, name: str) -> None:
    content = whole(desk, DETAIL, BODY).partition(b"\r\n\r\n")[2]
    signed = {"Content-MD5": content_md5(content), "x-iijapi-a": "1"}
    call = head(desk, DETAIL, signed, Content_Length=str(len(content))) + content
    assert answered(desk, call) == ""
    values = dict(line.lower().split(": ", 1) for line in call.decode().split("\r\n") if ": " in line)
    assert answered(desk, with_lines(call, f"{name}: {values[name.lower()]}")) == "AUTH_FAILURE"


def test_spaces_and_tabs_around_a_headers_value_do_not_count(desk: DeskUnderTest) -> None:
    lines = whole(desk, DETAIL, BODY).split(b"\r\n")
    spaced = [line.replace(b": ", b":\t \t", 1) + b" \t " if b"iijapi" in line.lower() else line for line in lines]
    assert spaced != lines
    typed = [line.replace(b"Content-Type: ", b"Content-Type:\t ") for line in spaced]
    assert answered(desk, b"\r\n".join(typed)) == ""


def test_bytes_beyond_ascii_in_a_signed_header_are_signed_as_they_are(desk: DeskUnderTest) -> None:
    call = head(desk, DETAIL, {"x-iijapi-note": "caf\xe9 \xff"})
    content = whole(desk, DETAIL, BODY).partition(b"\r\n\r\n")[2]
    assert answered(desk, with_lines(call + content, f"Content-Length: {len(content)}")) == ""


@pytest.mark.parametrize("name", ["Authorization", "x-iijapi-Expire", "x-iijapi-SignatureMethod", "Content-MD5"])
def test_bytes_beyond_ascii_where_none_belong_are_an_authentication_failure(desk: DeskUnderTest, name: str) -> None:
    lines = [line for line in whole(desk, DETAIL, BODY).split(b"\r\n") if not line.startswith(name.encode())]
    call = with_lines(b"\r\n".join(lines), f"{name}: IIJAPI \xb2\xe9\xff:\x80")
    assert answered(desk, call) == "AUTH_FAILURE"


def test_bytes_beyond_ascii_in_other_headers_mean_nothing(desk: DeskUnderTest) -> None:
    call = with_lines(whole(desk, DETAIL, BODY), "User-Agent: \xe9\xff", "X-Note: \x80")
    assert answered(desk, call) == ""
