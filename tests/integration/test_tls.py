"""TLS of the server's own: whom it takes, how long it waits for them, and the bounds of heads and bodies over it."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from support.certificates import Pair, make_pair
from support.databases import Databases
from support.desks import INCIDENT, DeskUnderTest, OverHttp, desk_on, who
from support.processes import PATIENCE
from support.raw_http import head, raw_connection, whole, with_lines
from unyo.api.loop import Loop
from unyo.api.tls import Certificate
from unyo.cast import YAMADA

LIMIT = 64 * 1024
DETAIL = "GetTicketDetail"
BODY = json.dumps({**who(YAMADA), "TicketId": INCIDENT}).encode()
# The first bytes of a client that begins to speak TLS 1.2 and says nothing more.
HALF_A_HELLO = bytes.fromhex("16030100c8010000c40303") + b"\x07" * 20


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("certificate"), "desk")


@pytest.fixture
def desk(all_databases: dict[str, Databases], pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskUnderTest]:
    """A desk that waits two seconds for a handshake, and for a head."""
    monkeypatch.setattr(Loop, "handshake_seconds", 2.0)
    certificate = Certificate(pair.certificate, pair.key)
    served = partial(OverHttp, head_seconds=2.0, certificate=certificate, trust=pair.trust())
    with desk_on(all_databases["sqlite"].filled(), served) as opened:
        yield opened


def port_of(desk: DeskUnderTest) -> int:
    assert isinstance(desk.transport, OverHttp)
    return desk.transport.port


def test_a_head_over_tls_has_the_same_bound(desk: DeskUnderTest) -> None:
    call = whole(desk, DETAIL, json.loads(BODY))
    padding = LIMIT - with_lines(call, "X-Pad: ").index(b"\r\n\r\n") - 4
    for more, expected in ((0, (200, "")), (1, (431, "HEADERS_TOO_LARGE"))):
        with raw_connection(desk) as connection:
            connection.send(with_lines(call, f"X-Pad: {'x' * (padding + more)}"))
            answer = connection.answer()
            assert (answer.status, answer.error_type) == expected
            assert not more or connection.is_closed()


def test_a_head_over_tls_has_the_same_time(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as nothing, raw_connection(desk) as half:
        half.send(head(desk, DETAIL)[:-30])
        for connection in (nothing, half):
            answer = connection.answer()
            assert (answer.status, answer.error_type) == (408, "REQUEST_TIMEOUT")
            assert connection.is_closed()


def test_handshakes_that_do_not_end_are_ended_and_starve_nobody(
    desk: DeskUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with ExitStack() as opened:
        slow = [opened.enter_context(socket.create_connection(("127.0.0.1", port_of(desk)))) for _ in range(300)]
        for number, connection in enumerate(slow):
            connection.sendall(HALF_A_HELLO[: number % len(HALF_A_HELLO)])
        for _ in range(20):
            with raw_connection(desk) as another:
                another.send(whole(desk, DETAIL, json.loads(BODY)))
                assert another.answer().error is None
        for connection in slow:
            connection.settimeout(PATIENCE)
            assert _is_ended(connection)
    assert desk.call(DETAIL, BODY).error is None
    assert [record.getMessage() for record in caplog.records] == []


def _is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_plain_http_is_not_answered(desk: DeskUnderTest) -> None:
    with socket.create_connection(("127.0.0.1", port_of(desk)), PATIENCE) as plain:
        plain.sendall(b"GET /livez HTTP/1.1\r\nHost: desk\r\n\r\n")
        assert b"HTTP/" not in plain.recv(1000)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_of_today_is_spoken_with_forward_secrecy(desk: DeskUnderTest, pair: Pair, version: ssl.TLSVersion) -> None:
    client = pair.trust()
    client.minimum_version = client.maximum_version = version
    client.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port_of(desk)), PATIENCE) as plain,
        client.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        cipher = connection.cipher()
        assert cipher
        assert cipher[0].startswith("ECDHE" if version is ssl.TLSVersion.TLSv1_2 else "TLS_")
        assert "CBC" not in cipher[0]
        assert connection.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"])
def test_ciphers_of_yesterday_are_not_spoken(desk: DeskUnderTest, pair: Pair, cipher: str) -> None:
    client = pair.trust()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers(cipher)
    with (
        socket.create_connection(("127.0.0.1", port_of(desk)), PATIENCE) as plain,
        pytest.raises(ssl.SSLError, match=r"HANDSHAKE_FAILURE|UNEXPECTED_EOF"),
    ):
        client.wrap_socket(plain, server_hostname="127.0.0.1")


def test_tls_before_1_2_is_not_spoken(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, "desk")
    assert Certificate(pair.certificate, pair.key).open().minimum_version is ssl.TLSVersion.TLSv1_2
