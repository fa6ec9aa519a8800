"""Whatever comes in, an answer of the contract goes out; and what is refused has changed nothing."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from support.contract_tables import READING_TABLES, TICKET_TABLES, Row
from support.desks import CONTENT_TYPE, INCIDENT, NEW_INCIDENT, NEW_REQUEST, REQUEST, Answer, DeskUnderTest, who
from support.faults import connected
from support.hostile import HEADER_TEXTS, HEADERS, JSON, MEMO, NAMES, VALUES
from support.installations import contents_through
from support.judging import ERRORS, REQUEST_ID
from unyo.demo.cast import YAMADA
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignatureMethod, canonical_headers, format_expire, sign, string_to_sign

MODEST = settings(max_examples=20, deadline=None, derandomize=True, database=None)
MORE = settings(MODEST, max_examples=80)
MEMOS = "CorrespondProcessList"
# No SYSTEM_ERROR is among them.
KNOWN_ERRORS = {(status, error_type) for status, error_type, _ in ERRORS.values()} - {(200, "SYSTEM_ERROR")}
TABLES: Mapping[tuple[str, str], tuple[Row, ...]] = {
    **TICKET_TABLES,
    **{(action, ""): rows for action, rows in READING_TABLES.items()},
}
STARTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("RegisterTicket", "1"): NEW_INCIDENT,
    ("RegisterTicket", "2"): NEW_REQUEST,
    ("GetTicketDetail", ""): {"TicketId": INCIDENT},
    ("GetTicketHistory", ""): {"TicketId": INCIDENT},
}
TICKETS = {"1": INCIDENT, "2": REQUEST}


class Target:
    """A desk, and what its database held after the last call that was carried out."""

    def __init__(self, desk: DeskUnderTest, store: Connection) -> None:
        self.desk = desk
        self._store = store
        self._held = contents_through(store)
        self._echoes: dict[str, Mapping[str, Any]] = {}

    def body(self, action: str, kind: str) -> dict[str, Any]:
        """A call that is accepted."""
        if action != "UpdateTicket":
            return {**who(YAMADA), **STARTS.get((action, kind), {})}
        if kind not in self._echoes:
            self._echoes[kind] = self.desk.echo(TICKETS[kind])
        return dict(self._echoes[kind])

    def call(self, action: str, content: bytes) -> Answer:
        """Make a signed call."""
        return self._judged(action, self.desk.call(action, content))

    def post(self, table: tuple[str, str], headers: Iterable[tuple[str, str]]) -> Answer:
        """Make a call that would be accepted, were it not for its headers."""
        action, content = table[0], _joined(_written(self.body(*table)))
        answer = self.desk.transport.request("POST", ACTIONS[action].path, content, list(headers))
        return self._judged(action, answer)

    def _judged(self, action: str, answer: Answer) -> Answer:
        """The answer is one of the contract's, and changes nothing where it is a refusal."""
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        (name,) = json.loads(answer.content.decode("utf-8"))
        assert REQUEST_ID.fullmatch(answer.body["RequestId"])
        assert answer.headers["x-request-id"] == answer.body["RequestId"]
        if name == "ErrorResponse":
            assert (answer.status, answer.error_type) in KNOWN_ERRORS, answer.envelope
            assert contents_through(self._store) == self._held
            return answer
        assert (answer.status, name) == (200, f"{action}Response")
        if action in {"RegisterTicket", "UpdateTicket"}:
            self._held = contents_through(self._store)
            self._echoes.clear()
        return answer


@pytest.fixture(scope="module")
def target(shared_desk: DeskUnderTest) -> Iterator[Target]:
    with connected(shared_desk.url) as store:
        yield Target(shared_desk, store)


def _joined(members: Mapping[str, str]) -> bytes:
    """An object of members that are JSON already; what no UTF-8 can hold makes it no UTF-8."""
    text = ", ".join(f"{json.dumps(name)}: {value}" for name, value in members.items())
    return f"{{{text}}}".encode("utf-8", "surrogatepass")


def _written(body: Mapping[str, Any]) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in body.items()}


ACTION = st.sampled_from(list(ACTIONS))
EACH_TABLE = pytest.mark.parametrize(("action", "kind"), TABLES, ids=lambda value: value or "-")


@EACH_TABLE
def test_the_calls_that_the_others_spoil_are_accepted(target: Target, action: str, kind: str) -> None:
    assert target.call(action, _joined(_written(target.body(action, kind)))).error is None


@MORE
@given(action=ACTION, content=st.binary(max_size=200) | JSON.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(action="UpdateTicket", content=b"\xff\xfe{\x00}\x00")
@example(action="UpdateTicket", content=b"\xef\xbb\xbf{}")
@example(action="UpdateTicket", content=b'{"' + b"\\" * 100_000)
@example(action="UpdateTicket", content=b'{"a":' * 200_000)
def test_any_bytes_as_a_body(target: Target, action: str, content: bytes) -> None:
    assert target.call(action, content).error is not None


@EACH_TABLE
def test_any_value_for_any_parameter(target: Target, action: str, kind: str) -> None:
    names = [row.name for row in TABLES[action, kind]] + [MEMOS] * (kind != "")

    @MODEST
    @given(st.sampled_from(names), JSON)
    def _spoil(name: str, value: str) -> None:
        target.call(action, _joined({**_written(target.body(action, kind)), name: value}))

    _spoil()


@EACH_TABLE
def test_what_no_database_can_hold_is_refused_in_any_parameter(target: Target, action: str, kind: str) -> None:
    for row in TABLES[action, kind]:
        for text in ("a\x00", "\ud800"):
            assert target.call(action, _joined(_written({**target.body(action, kind), row.name: text}))).error


@EACH_TABLE
def test_any_parameters_missing_and_any_others_there(target: Target, action: str, kind: str) -> None:
    @MODEST
    @given(st.sets(NAMES, max_size=5), st.dictionaries(NAMES, JSON, max_size=3))
    def _spoil(missing: set[str], others: dict[str, str]) -> None:
        body = {**_written(target.body(action, kind)), **others}
        target.call(action, _joined({name: value for name, value in body.items() if name not in missing}))

    _spoil()


@pytest.mark.parametrize(("action", "kind"), TICKET_TABLES)
def test_any_memo_operations(target: Target, action: str, kind: str) -> None:
    @MODEST
    @given(st.lists(MEMO | VALUES, max_size=5))
    def _spoil(memos: list[Any]) -> None:
        target.call(action, _joined(_written({**target.body(action, kind), MEMOS: memos})))

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
    target.post(table, headers.items())


@MORE
@given(st.sampled_from(list(TABLES)), st.lists(st.tuples(HEADERS, HEADER_TEXTS), max_size=4))
def test_any_headers_that_nobody_signed(target: Target, table: tuple[str, str], headers: list[tuple[str, str]]) -> None:
    assert target.post(table, headers).error is not None
