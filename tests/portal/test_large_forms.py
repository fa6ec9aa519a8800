"""Forms as large as one may be, from whoever likes: what they hold is read, and nobody waits for it."""

import asyncio

import pytest
from anyio import CapacityLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Scope

from support.portal import FORM
from unyo.portal.web.bounded import MOST_BYTES
from unyo.portal.web.sent_form import sent_form

# What takes longest to be read: each byte is three.
LARGE = b"text=" + b"%E3%81%82" * (MOST_BYTES // 9 - 1)


def request_of(body: bytes) -> Request:
    """A call that sends a form."""
    scope: Scope = {"type": "http", "method": "POST", "headers": [(b"content-type", FORM.encode())], "path": "/"}

    async def _receive() -> Message:
        return {"type": "http.request", "body": body}

    return Request(scope, _receive)


def test_the_event_loop_goes_on_while_a_large_form_is_read() -> None:
    turns = 0

    async def _go_on() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def _read() -> str:
        others = asyncio.create_task(_go_on())
        try:
            return str((await sent_form(request_of(LARGE), CapacityLimiter(1)))["text"])
        finally:
            others.cancel()

    assert set(asyncio.run(_read())) == {"あ"}
    assert turns > 3  # held up, it would have had its turn before and after


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", []),
        (b"a=1&a=2&b=", [("a", "1"), ("a", "2"), ("b", "")]),
        (b"a+b=%E3%81%82+%2B", [("a b", "あ +")]),
        (b"a&=b&&c=d=e", [("a", ""), ("", "b"), ("c", "d=e")]),
        (b"a=%ff%zz;b=\xe3", [("a", "\ufffd%zz;b=\xe3")]),
    ],
)
def test_a_form_is_read_as_browsers_write_it(body: bytes, fields: list[tuple[str, str]]) -> None:
    assert asyncio.run(sent_form(request_of(body), CapacityLimiter(1))).multi_items() == fields


def test_a_form_of_more_fields_than_any_of_ours_is_refused() -> None:
    with pytest.raises(HTTPException) as refused:
        asyncio.run(sent_form(request_of(b"a=1&" * 1000 + b"a=1"), CapacityLimiter(1)))
    assert refused.value.status_code == 400
