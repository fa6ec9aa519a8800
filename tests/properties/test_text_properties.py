"""What is quoted, sealed or signed: it reads back as it was meant, and any change to it is noticed."""

import base64
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support.generated import Draw
from unyo.services.cursors import CursorSealer
from unyo.services.ports import Position
from unyo.tickets.commands import ListTickets, ShowHistory
from unyo.tickets.dates import format_date, parse_date
from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.text import unquote
from unyo.uom.codec import decode
from unyo.uom.signature import SignatureMethod, SignedCall, Unverified, content_md5, signed_headers, verify

MODEST = settings(max_examples=100, deadline=None, derandomize=True)
YEN = "\u00a5"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
WRONG_CURSOR = Refusal(Reason.WRONG, ("Cursor",))

# Texts as people write them: without the two signs that quote.
UNQUOTED = st.text(st.sampled_from(["'", '"', "\n", "n", "あ", "😀"])) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=[YEN, "\\"])
)


def quoted(text: str, sign: str) -> str:
    """The text as the page says to write it."""
    return text.replace("'", f"{sign}'").replace('"', f'{sign}"').replace("\n", f"{sign}n")


@given(UNQUOTED)
@MODEST
def test_a_text_quoted_with_backslashes_into_a_body_reads_as_it_was_meant(text: str) -> None:
    body = '{"Title":"' + quoted(text, "\\") + '"}'
    assert decode(body.encode()) == {"Title": text}


@given(st.dictionaries(UNQUOTED, UNQUOTED))
@MODEST
def test_texts_quoted_with_yen_signs_read_as_they_were_meant(texts: dict[str, str]) -> None:
    body = json.dumps({name: quoted(text, YEN) for name, text in texts.items()}, ensure_ascii=False).encode()
    assert {name: unquote(text) for name, text in decode(body).items()} == texts


@given(st.lists(st.datetimes(datetime(1900, 1, 2), timezones=st.just(UTC)), min_size=2, max_size=2))  # noqa: DTZ001 - its zone is given beside it
@MODEST
def test_dates_sort_as_their_digits_do(moments: list[datetime]) -> None:
    assume(max(moments) < datetime(9999, 12, 31, tzinfo=UTC))
    first, second = (format_date(moment) for moment in sorted(moments))
    assert first <= second
    assert (first == second) is (parse_date(first) == parse_date(second))


SOME_TEXTS = st.lists(st.sampled_from(["", "通知", "a,b", "1"]), max_size=2, unique=True).map(tuple)
MOMENTS = st.none() | st.sampled_from([NOW, NOW + timedelta(days=1)])
LISTS = st.builds(
    ListTickets,
    service_code=st.sampled_from(["uom1", "uom2"]),
    master_id=st.sampled_from(["SA1", "SA2"]),
    filters=st.dictionaries(st.sampled_from(["state", "priority"]), SOME_TEXTS),
    words=SOME_TEXTS,
    date_from=MOMENTS,
    date_to=MOMENTS,
    sort=st.sampled_from(["ticket_id", "limit_date"]),
    descending=st.booleans(),
    limit=st.integers(1, 200),
    cursor=st.just(""),
)
HISTORIES = st.builds(
    ShowHistory,
    service_code=st.sampled_from(["uom1", "uom2"]),
    master_id=st.sampled_from(["SA1", "SA2"]),
    ticket_id=st.sampled_from(["UTM1", "UTM2"]),
    limit=st.integers(1, 200),
    cursor=st.just(""),
)
QUERIES = LISTS | HISTORIES
POSITIONS = st.builds(Position, st.none() | st.integers() | st.text(max_size=30), st.integers(1, 10**12))
SEALER = CursorSealer(b"a secret of the installation")


@given(QUERIES, POSITIONS, st.integers(1, 200))
@MODEST
def test_a_cursor_opens_for_its_query_with_any_page_size(
    query: ListTickets | ShowHistory, position: Position, limit: int
) -> None:
    cursor = SEALER.seal(query, position)
    assert SEALER.open(replace(query, limit=limit, cursor=cursor), cursor) == position
    assert len(cursor) <= 1024


@given(QUERIES, QUERIES, POSITIONS)
@MODEST
def test_a_cursor_opens_for_no_other_query(
    query: ListTickets | ShowHistory, other: ListTickets | ShowHistory, position: Position
) -> None:
    assume(replace(query, limit=0) != replace(other, limit=0))
    assert SEALER.open(other, SEALER.seal(query, position)) == WRONG_CURSOR


@given(LISTS, st.data())
@MODEST
def test_a_cursor_opens_for_no_query_that_differs_in_one_thing(query: ListTickets, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in ListTickets.__slots__ if name not in {"limit", "cursor"}]))
    other = replace(query, **{name: getattr(data.draw(LISTS), name)})
    assume(other != query)
    assert SEALER.open(other, SEALER.seal(query, Position("x", 1))) == WRONG_CURSOR


@given(QUERIES, POSITIONS, st.data())
@MODEST
def test_a_cursor_with_any_byte_changed_is_refused(
    query: ListTickets | ShowHistory, position: Position, data: st.DataObject
) -> None:
    cursor = SEALER.seal(query, position)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    assert SEALER.open(query, base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) == WRONG_CURSOR
    assert SEALER.open(query, cursor[: data.draw(st.integers(1, len(cursor) - 1))]) == WRONG_CURSOR


@given(QUERIES, st.text(min_size=1, max_size=40))
@MODEST
def test_any_text_is_no_cursor(query: ListTickets | ShowHistory, text: str) -> None:
    assert SEALER.open(query, text) == WRONG_CURSOR


@given(QUERIES, POSITIONS)
@MODEST
def test_a_cursor_of_another_installation_is_refused(query: ListTickets | ShowHistory, position: Position) -> None:
    assert SEALER.open(query, CursorSealer(b"another secret").seal(query, position)) == WRONG_CURSOR


LATIN = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_categories=["Cc"]), max_size=12)
PATHS = st.text(st.sampled_from("abZ09/%._-~ é漢"), min_size=1, max_size=20).map(lambda text: f"/{text}")


@st.composite
def calls(draw: Draw) -> dict[str, Any]:
    """All that a signature with Content-MD5 is about."""
    notes = draw(st.dictionaries(st.sampled_from(["x-iijapi-note", "X-IIJAPI-Unyo-Call", "x-IIJAPI-a"]), LATIN))
    return {
        "method": draw(st.sampled_from(["POST", "GET", "PUT"])),
        "path": draw(PATHS),
        "content_type": draw(st.sampled_from(["application/json", "application/json; charset=utf-8", ""])),
        "notes": notes,
        "body": draw(st.binary(max_size=40)),
        "secret": draw(st.text(st.sampled_from("abc+/"), min_size=1, max_size=40)),
    }


def headers_of(call: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("Content-Type", call["content_type"]), *call["notes"].items()]


def verified(signed: Mapping[str, Any], received: Mapping[str, Any], method: SignatureMethod) -> str:
    """What is found of a call that was signed in one way and received in another."""
    md5 = ("Content-MD5", content_md5(signed["body"]))
    signed_call = SignedCall(signed["method"], signed["path"], [*headers_of(signed), md5])
    added = signed_headers(signed_call, "A" * 20, signed["secret"], NOW + timedelta(hours=1), method)
    call = SignedCall(received["method"], received["path"], [*headers_of(received), md5, *added.items()])
    return verify(call, received["body"], lambda _: received["secret"], NOW)


@given(calls(), st.sampled_from(SignatureMethod))
@MODEST
def test_what_is_signed_verifies(call: dict[str, Any], method: SignatureMethod) -> None:
    assert verified(call, call, method) == "A" * 20


def test_a_call_that_differs_in_any_one_thing_from_what_was_signed_does_not_verify() -> None:
    changed: Counter[str] = Counter()

    @given(calls(), calls(), st.sampled_from(SignatureMethod))
    @MODEST
    def _receive(call: dict[str, Any], other: dict[str, Any], method: SignatureMethod) -> None:
        for name, value in other.items():
            if call[name] != value:
                changed[name] += 1
                with pytest.raises(Unverified):
                    verified(call, {**call, name: value}, method)

    _receive()
    assert min(changed[name] for name in ("method", "path", "content_type", "notes", "body", "secret")) > 20
