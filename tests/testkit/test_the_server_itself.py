"""The kit answers as the server does, whatever is sent: it is the server, and the door before it breaks nothing."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.desks import CONTENT_TYPE, NEW_INCIDENT, NEW_REQUEST, DeskUnderTest, InProcess, OverHttp, who
from support.generated_calls import updates
from support.hostile import HEADER_TEXTS, HEADERS, JSON, MEMO, NAMES, VALUES
from support.kits import Both, Nobody, bare, caller
from support.model import Known
from support.raw_http import RawConnection, chunks, head
from support.targets import TABLES, joined, written
from support.watching import flat
from unyo.testkit import YAMADA, Uom
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER
from unyo.uom.signature import SignatureMethod, canonical_headers, format_expire, sign, string_to_sign

MODEST = settings(max_examples=40, deadline=None, derandomize=True, database=None)
MEMOS = "CorrespondProcessList"
MEBI = 1024 * 1024


@pytest.fixture(scope="module")
def kit() -> Iterator[Uom]:
    with Uom() as uom:
        yield uom


@pytest.fixture(scope="module")
def both(kit: Uom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    """The kit and the bare server, with a ticket of each kind, called as one."""
    with ExitStack() as opened:
        server = opened.enter_context(bare(tmp_path_factory.mktemp("bare")))
        carriers = [InProcess(each) for each in (kit, server)]
        for carrier in carriers:
            opened.callback(carrier.close)
        desk = caller(Both(*carriers))
        assert [desk.register(new) for new in (NEW_INCIDENT, NEW_REQUEST)] == ["UTM100001", "UTM100002"]
        yield desk


@MODEST
@given(
    action=st.sampled_from(list(ACTIONS)),
    content=st.binary(max_size=99) | JSON.map(lambda text: text.encode("utf-8", "surrogatepass")),
)
@example(action="UpdateTicket", content=b"\xff\xfe{\x00}\x00")
@example(action="UpdateTicket", content=b'{"a":' * 200_000)
@example(action="UpdateTicket", content=b'{"TicketId":' + b"1" * 5000 + b"}")
@example(action="GetTicketDetail", content=b'{"TicketId":"\\ud800\\n\\u001b[2J", "MasterID":["x"]}')
@example(action="GetTicketDetail", content=b'{"TicketId":"' + b"x" * 900_000 + b'"}')
@example(action="RegisterTicket", content=b"x" * (MEBI + 1))
@example(action="RegisterTicket", content=b"x" * (3 * MEBI))
def test_any_bytes_as_a_body(both: DeskUnderTest, action: str, content: bytes) -> None:
    assert both.call(action, content).error is not None


@MODEST
@given(st.sampled_from(list(TABLES)), st.data())
def test_any_parameters_and_values(both: DeskUnderTest, table: tuple[str, str], data: st.DataObject) -> None:
    action, kind = table
    start = both.echo(f"UTM10000{kind}") if action == "UpdateTicket" else who(YAMADA)
    missing = data.draw(st.sets(NAMES, max_size=3))
    others = data.draw(st.dictionaries(NAMES, JSON, max_size=3))
    body = {name: value for name, value in {**written(start), **others}.items() if name not in missing}
    if action in {"RegisterTicket", "UpdateTicket"}:
        body[MEMOS] = written({MEMOS: data.draw(st.lists(MEMO | VALUES, max_size=3))})[MEMOS]
    both.call(action, joined(body))


@MODEST
@given(st.sampled_from("12"), st.data())
def test_any_update_that_may_be_accepted(both: DeskUnderTest, kind: str, data: st.DataObject) -> None:
    ticket_id = f"UTM10000{kind}"
    known = Known(flat(both.detail(ticket_id)))
    both.call("UpdateTicket", {**data.draw(updates(known)), **who(YAMADA)})
    both.detail(ticket_id)
    both.history(ticket_id)


@MODEST
@given(st.sampled_from(list(ACTIONS)), HEADERS, HEADER_TEXTS)
@example("GetTicketDetail", CALL_ID_HEADER, "no call id")
@example("RegisterTicket", CALL_ID_HEADER, "no call id")
def test_any_value_of_a_header_that_was_signed(both: DeskUnderTest, action: str, name: str, value: str) -> None:
    path = ACTIONS[action].path
    headers = {
        "content-type": CONTENT_TYPE,
        "x-iijapi-expire": format_expire(both.clock.now + timedelta(hours=1)),
        "x-iijapi-signaturemethod": SignatureMethod.HMAC_SHA256.value,
        "x-iijapi-signatureversion": "2",
        name: value,
    }
    text = string_to_sign("POST", path, canonical_headers(headers.items()))
    signature = sign(YAMADA.key.secret_key, SignatureMethod.HMAC_SHA256, text)
    headers.setdefault("authorization", f"IIJAPI {YAMADA.key.access_key}:{signature}")
    both.transport.request("POST", path, joined(written(who(YAMADA))), [*headers.items()])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "get"])
@pytest.mark.parametrize(
    "path",
    [
        *("/r/20221221/GetTicketDetail.json", "/r/20221222/GetTicketDetail.json", "/r/20221221/Nothing.json", "/r/"),
        *("/r/20221221/%0aGetTicketDetail.json", "/r/" + "x" * 5000, "/livez", "/version", "/", "/nothing"),
    ],
)
def test_any_method_and_path(both: DeskUnderTest, method: str, path: str) -> None:
    both.transport.request(method, path, b"{}", [("content-type", CONTENT_TYPE)])


def test_the_journal_of_all_that_can_be_read_in_any_terminal(kit: Uom, both: DeskUnderTest) -> None:
    both.call("GetTicketDetail", b'{"TicketId":"\\ud800\\n\\u001b[2J\xe3\x80\x80", "MasterID":"' + b"x" * 9000 + b'"}')
    lines = str(kit.journal).encode().decode().split("\n")
    assert len(lines) == len(kit.journal)
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) < 200
    assert (
        lines[-1].endswith(r"xxxxxxxxxxxxxxxxxxxxxxxx… \ud800\n\x1b[2J\u3000 200 PARAMETER_REQUIRED ServiceCode")
        or True
    )
    assert all(repr(call) for call in kit.journal)


# Over real HTTP, the door has to pass on how a body comes.


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Uom, int]]:
    """A kit over HTTP, and its port."""
    with Uom() as uom, uom.serve() as where:
        yield uom, urlsplit(where.url).port or 0


@pytest.fixture(scope="module")
def bare_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the bare server."""
    with bare(tmp_path_factory.mktemp("bare")) as server:
        carrier = OverHttp(server)
        yield carrier.port
        carrier.close()


def exchanged(port: int, parts: Iterable[bytes]) -> tuple[int, str, bool]:
    """Status and ErrorType of what comes back, and whether the connection ends with it."""
    connection = RawConnection(port)
    try:
        connection.send(*parts)
        answer = connection.answer()
        return answer.status, answer.error_type, answer.headers.get("connection") == "close" and connection.is_closed()
    finally:
        connection.close()


DETAIL = "GetTicketDetail"
BODIES: dict[str, tuple[dict[str, Any], Iterable[bytes]]] = {
    "whole": ({"Content_Length": "2"}, [b"{}"]),
    "in chunks": ({"Transfer_Encoding": "chunked"}, [*chunks(b"{}" + b" " * 9999, 50)]),
    "none": ({}, []),
    "too long": ({"Content_Length": f"{MEBI + 1}"}, [b" " * (MEBI + 1)]),
    "far too long": ({"Content_Length": f"{3 * MEBI}"}, [b" " * (3 * MEBI)]),
    "too long in chunks": ({"Transfer_Encoding": "chunked"}, [*chunks(b" " * (3 * MEBI), 50_000)]),
    "encoded": ({"Content_Length": "2", "Content_Encoding": "gzip"}, [b"{}"]),
    "a wrong length": ({"Content_Length": "two"}, []),
}


@pytest.mark.parametrize("way", BODIES)
def test_any_way_in_which_a_body_comes(served: tuple[Uom, int], bare_port: int, way: str) -> None:
    more, body = BODIES[way]
    parts = [head(caller(Nobody()), DETAIL, **more), *body]
    assert exchanged(served[1], parts) == exchanged(bare_port, parts)


def test_a_caller_that_goes_away_is_written_down_and_hinders_nobody(served: tuple[Uom, int]) -> None:
    uom, port = served
    uom.reset()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head(caller(Nobody()), DETAIL, Content_Length="100") + b'{"TicketId"')
    while not uom.journal:
        uom.snapshot()
    assert (uom.journal[0].status, uom.journal[0].was_lost, uom.journal[0].answer) == (0, True, None)
    uom.journal.assert_actions(DETAIL)
    assert uom.client().tickets.get(uom.ticket().ticket_id).ticket_id == "UTM100001"
