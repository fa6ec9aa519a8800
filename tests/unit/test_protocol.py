"""How answers leave the server: each in one write, whatever it holds, and in the order of their calls."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from support.processes import PATIENCE
from unyo.api.heads import HEAD_SECONDS
from unyo.api.protocol import WholeAnswers
from unyo.api.serving import uvicorn_config

POST = b"POST /x HTTP/1.1\r\nHost: desk\r\nContent-Length: 2\r\n\r\n{}"
EXPECTING = b"POST /x HTTP/1.1\r\nHost: desk\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"


class Recording(asyncio.Transport):
    """A transport that keeps what is written, write by write."""

    def __init__(self, awaited: int, untaken: Sequence[int] = ()) -> None:
        super().__init__({"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 4711)})
        self.writes: list[bytes] = []
        self.closed = self.aborted = False
        self.untaken = list(untaken)  # what is left when it is asked for, one time after the other
        self.is_looked_at = asyncio.Event()
        self.has_awaited = asyncio.Event()
        self._awaited = awaited

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.writes.append(bytes(data))
        if len(self.writes) >= self._awaited:
            self.has_awaited.set()

    def get_write_buffer_size(self) -> int:
        left = self.untaken.pop(0) if self.untaken else 0
        if not self.untaken:
            self.is_looked_at.set()
        return left

    def abort(self) -> None:
        self.closed = self.aborted = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def can_write_eof(self) -> bool:
        return False  # as where there is TLS

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def answering(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"body"})


async def answering_slowly(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await asyncio.sleep(0.01)
    await send({"type": "http.response.body", "body": b"body"})


def written(app: Any, sent: Sequence[bytes], head_seconds: float = HEAD_SECONDS, writes: int = 1) -> Recording:
    """What the server writes, so many times at least, to a connection on which these pieces arrive."""

    async def _serve() -> Recording:
        config = uvicorn_config(app)
        config.load()
        state = ServerState()
        transport = Recording(writes)
        protocol = WholeAnswers(config, state, {}, asyncio.get_running_loop(), head_seconds=head_seconds)
        protocol.connection_made(transport)
        for piece in sent:
            protocol.data_received(piece)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        while state.tasks:
            await asyncio.gather(*state.tasks)
            await asyncio.sleep(0)
        await asyncio.wait_for(transport.has_awaited.wait(), PATIENCE)
        protocol.connection_lost(None)
        return transport

    return asyncio.run(_serve())


def test_head_and_body_leave_in_one_write() -> None:
    (answer,) = written(answering, [POST]).writes
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nbody")


def test_each_of_two_calls_at_once_is_answered_in_a_write_of_its_own() -> None:
    answers = written(answering, [POST + POST]).writes
    assert [answer.count(b"HTTP/1.1 200 OK") for answer in answers] == [1, 1]
    assert all(answer.endswith(b"body") for answer in answers)


def test_an_answer_without_a_body_leaves_all_the_same() -> None:
    (head, *rest) = written(answering, [POST.replace(b"POST", b"HEAD")]).writes
    assert head.endswith(b"\r\n\r\n")
    assert b"".join(rest) == b""


def test_a_head_does_not_wait_for_a_body_that_takes_its_time() -> None:
    head, body = written(answering_slowly, [POST]).writes
    assert head.endswith(b"\r\n\r\n")
    assert body == b"body"


def test_the_permission_to_send_a_body_leaves_before_the_body_is_there() -> None:
    permission, answer = written(answering, [EXPECTING, b"{}"]).writes
    assert permission == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.endswith(b"\r\n\r\nbody")


@pytest.mark.parametrize("app", [answering, answering_slowly])
def test_an_answer_that_closes_the_connection_is_whole_before_it_closes(app: Any) -> None:
    transport = written(app, [POST.replace(b"Host: desk", b"Host: desk\r\nConnection: close")])
    assert b"".join(transport.writes).endswith(b"\r\n\r\nbody")
    assert transport.closed


LAST = POST.replace(b"Host: desk", b"Host: desk\r\nConnection: close")


@pytest.mark.parametrize(
    ("untaken", "is_cut_off"),
    [([9, 9], True), ([9, 5, 5, 5], True), ([9, 5, 5, 3, 3, 0], False), ([0], False)],
    ids=["nothing taken", "nothing more taken", "taken slowly", "taken at once"],
)
def test_a_connection_that_closes_is_cut_off_where_its_last_answer_is_not_taken(
    untaken: Sequence[int], *, is_cut_off: bool
) -> None:
    async def _serve() -> Recording:
        config = uvicorn_config(answering)
        config.load()
        transport = Recording(1, untaken)
        state = ServerState()
        protocol = WholeAnswers(config, state, {}, asyncio.get_running_loop(), taking_seconds=0.001)
        protocol.connection_made(transport)
        protocol.data_received(LAST)
        await asyncio.wait_for(transport.is_looked_at.wait(), PATIENCE)
        protocol.connection_lost(None)
        return transport

    transport = asyncio.run(_serve())
    assert transport.writes[0].endswith(b"body")
    assert transport.aborted == is_cut_off


BROKEN = b"POST /x HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n", b"no chunk\r\n"


@pytest.mark.parametrize("broken", [(b"no HTTP\r\n",), BROKEN], ids=["head", "body"])
@pytest.mark.parametrize("calls", [1, 3])
def test_what_is_no_http_is_refused_after_the_calls_before_it_are_answered(calls: int, broken: Sequence[bytes]) -> None:
    transport = written(answering_slowly, [POST * calls, *broken, POST])
    statuses = re.findall(rb"HTTP/1.1 (\d+)", b"".join(transport.writes))
    assert b"".join(transport.writes).count(b"\r\n\r\nbody") == calls
    assert statuses == [*[b"200"] * calls, b"400"]


def test_a_refusal_after_an_answer_that_closes_the_connection_is_not_sent() -> None:
    transport = written(answering_slowly, [POST.replace(b"Host: desk", b"Host: desk\r\nConnection: close") + b"\0"])
    assert b"".join(transport.writes).endswith(b"\r\n\r\nbody")
    assert transport.closed


def test_a_head_is_not_late_while_the_call_before_it_is_not_answered() -> None:
    head, body, late = written(answering_slowly, [POST, POST[:30]], head_seconds=0.004, writes=3).writes
    assert (head[:12], body, late[:12]) == (b"HTTP/1.1 200", b"body", b"HTTP/1.1 408")


def test_the_time_of_a_head_stands_still_while_the_call_before_it_is_not_answered() -> None:
    async def _serve() -> Recording:
        gate = asyncio.Event()

        async def _when_told(scope: Scope, receive: Receive, send: Send) -> None:
            await gate.wait()
            await answering(scope, receive, send)

        config = uvicorn_config(_when_told)
        config.load()
        loop = asyncio.get_running_loop()
        transport = Recording(1)
        protocol = WholeAnswers(config, ServerState(), {}, loop, head_seconds=0.1)
        protocol.connection_made(transport)
        protocol.data_received(POST + POST[:30])
        loop.call_later(0.15, gate.set)  # after the head's time, and before it is over again
        await asyncio.wait_for(transport.has_awaited.wait(), PATIENCE)
        protocol.data_received(POST[30:])
        await asyncio.gather(*protocol.tasks)
        protocol.connection_lost(None)
        return transport

    assert [answer[:12] for answer in asyncio.run(_serve()).writes] == [b"HTTP/1.1 200"] * 2


def test_a_body_that_breaks_in_the_middle_of_its_answer_ends_the_connection() -> None:
    transport = written(answering_slowly, BROKEN)
    assert transport.writes[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(transport.writes) == 1
    assert transport.closed
