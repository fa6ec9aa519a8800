"""Whatever comes in, an answer of the contract goes out; and what is refused has changed nothing."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.contract_tables import TICKET_TABLES
from support.desks import CONTENT_TYPE, Answer, DeskUnderTest
from support.faults import connected
from support.hostile import HEADER_TEXTS, HEADERS, JSON, MEMO, NAMES, VALUES
from support.targets import TABLES, Target, joined, written
from unyo.cast import YAMADA
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignatureMethod, canonical_headers, format_expire, sign, string_to_sign

MODEST = settings(max_examples=20, deadline=None, derandomize=True, database=None)
MORE = settings(MODEST, max_examples=80)
MEMOS = "CorrespondProcessList"


def _call(target: Target, action: str, content: bytes) -> Answer:
    """Make a signed call."""
    return target.judge(action, target.desk.call(action, content))


def _post(target: Target, table: tuple[str, str], headers: Iterable[tuple[str, str]]) -> Answer:
    """Make a call that would be accepted, were it not for its headers."""
    action, content = table[0], joined(written(target.body(*table)))
    answer = target.desk.transport.request("POST", ACTIONS[action].path, content, list(headers))
    return target.judge(action, answer)


@pytest.fixture(scope="module")
def target(shared_desk: DeskUnderTest) -> Iterator[Target]:
    with connected(shared_desk.url) as store:
        yield Target(shared_desk, store)


ACTION = st.sampled_from(list(ACTIONS))
EACH_TABLE = pytest.mark.parametrize(("action", "kind"), TABLES, ids=lambda value: value or "-")


@EACH_TABLE
def test_the_calls_that_the_others_spoil_are_accepted(target: Target, action: str, kind: str) -> None:
    assert _call(target, action, joined(written(target.body(action, kind)))).error is None


@MORE
@given(action=ACTION, content=st.binary(max_size=200) | JSON.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(action="UpdateTicket", content=b"\xff\xfe{\x00}\x00")
@example(action="UpdateTicket", content=b"\xef\xbb\xbf{}")
@example(action="UpdateTicket", content=b'{"' + b"\\" * 100_000)
@example(action="UpdateTicket", content=b'{"a":' * 200_000)
def test_any_bytes_as_a_body(target: Target, action: str, content: bytes) -> None:
    assert _call(target, action, content).error is not None


@EACH_TABLE
def test_any_value_for_any_parameter(target: Target, action: str, kind: str) -> None:
    names = [row.name for row in TABLES[action, kind]] + [MEMOS] * (kind != "")

    @MODEST
    @given(st.sampled_from(names), JSON)
    def _spoil(name: str, value: str) -> None:
        _call(target, action, joined({**written(target.body(action, kind)), name: value}))

    _spoil()


@EACH_TABLE
def test_what_no_database_can_hold_is_refused_in_any_parameter(target: Target, action: str, kind: str) -> None:
    for row in TABLES[action, kind]:
        for text in ("a\x00", "\ud800"):
            assert _call(target, action, joined(written({**target.body(action, kind), row.name: text}))).error


@EACH_TABLE
def test_any_parameters_missing_and_any_others_there(target: Target, action: str, kind: str) -> None:
    @MODEST
    @given(st.sets(NAMES, max_size=5), st.dictionaries(NAMES, JSON, max_size=3))
    def _spoil(missing: set[str], others: dict[str, str]) -> None:
        body = {**written(target.body(action, kind)), **others}
        _call(target, action, joined({name: value for name, value in body.items() if name not in missing}))

    _spoil()


@pytest.mark.parametrize(("action", "kind"), TICKET_TABLES)
def test_any_memo_operations(target: Target, action: str, kind: str) -> None:
    @MODEST
    @given(st.lists(MEMO | VALUES, max_size=5))
    def _spoil(memos: list[Any]) -> None:
        _call(target, action, joined(written({**target.body(action, kind), MEMOS: memos})))

    _spoil()


@MORE
@given(st.sampled_from(list(TABLES)), HEADERS, HEADER_TEXTS)
def test_any_value_of_a_header_that_was_signed(target: Target, table: tuple[str, str], name: str, value: str) -> None:
    path = ACTIONS[table[0]].path
    headers = {
        "content-type": CONTENT_TYPE,
        "x-iijapi-expire": format_expire(target.desk.clock.now + timedelta(hours=1)),
        "x-iijapi-signaturemethod": SignatureMethod.HMAC_SHA256.value,
        "x-iijapi-signatureversion": "2",
        name: value,
    }
    text = string_to_sign("POST", path, canonical_headers(headers.items()))
    signature = sign(YAMADA.key.secret_key, SignatureMethod.HMAC_SHA256, text)
    headers.setdefault("authorization", f"IIJAPI {YAMADA.key.access_key}:{signature}")
    _post(target, table, headers.items())


@MORE
@given(st.sampled_from(list(TABLES)), st.lists(st.tuples(HEADERS, HEADER_TEXTS), max_size=4))
def test_any_headers_that_nobody_signed(target: Target, table: tuple[str, str], headers: list[tuple[str, str]]) -> None:
    assert _post(target, table, headers).error is not None
