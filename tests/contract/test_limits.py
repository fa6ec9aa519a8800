"""Every parameter of the ticket tables at, below and above its maximum, through the front door (sections 1, 3, 6)."""

from typing import Any

import pytest

from support.contract_tables import TICKET_TABLES, Row
from support.desks import INCIDENT, NEW_INCIDENT, NEW_REQUEST, REQUEST, Answer, DeskUnderTest, who
from support.letters import LETTERS, characters, utf8_bytes
from unyo.cast import YAMADA

TOO_LONG = ("PARAMETER_TOO_LONG", "最大文字数を超過しています。")
WRONG = ("PARAMETER_ERROR", "入力パラメータが正しく指定されていません。")
NOT_A_MEMBER = ("PARAMETER_ERROR", "指定されたSAアカウントまたはサービスコードが不正です。")
NO_TICKET = ("NO_TICKET_ID", "指定されたチケットIDのデータは存在しない、または閲覧権限がありません。")
CONFLICT = ("EXCLUSION_FAILURE", "他のユーザが指定されたチケットを更新しています。")
# What a value as long as may be is refused for, and whether it is named then.
LATER = {
    "service": (NOT_A_MEMBER, False),
    "owner": (NOT_A_MEMBER, False),
    "ticket": (NO_TICKET, False),
    "lock": (CONFLICT, False),
    "account": (WRONG, True),
    "enum": (WRONG, True),
    "list": (WRONG, True),
}
A_DATE = "20991231235959"
TICKETS = {"1": INCIDENT, "2": REQUEST}
NEW = {"1": NEW_INCIDENT, "2": NEW_REQUEST}


def cases(*kinds: str, but: bool = False) -> pytest.MarkDecorator:
    """The rows of those kinds (``but``: of all other kinds), each in each of its tables."""
    return pytest.mark.parametrize(
        ("action", "kind", "row"),
        [
            pytest.param(action, kind, row, id=f"{action} {kind} {row.name}")
            for (action, kind), table in TICKET_TABLES.items()
            for row in table
            if (row.kind in kinds) is not but
        ],
    )


def body(desk: DeskUnderTest, action: str, kind: str, **changes: Any) -> dict[str, Any]:
    """A call that is accepted but for the changes."""
    if action == "UpdateTicket":
        return {**desk.echo(TICKETS[kind]), **changes}
    return {**who(YAMADA), **NEW[kind], **changes}


def assert_too_long(answer: Answer, name: str) -> None:
    assert answer.error == TOO_LONG
    assert answer.detail == {name: "PARAMETER_TOO_LONG"}


def stored(desk: DeskUnderTest, action: str, kind: str, row: Row, value: str) -> str:
    """The value as it is read back after it was accepted."""
    answer = desk.call(action, body(desk, action, kind, **{row.name: value}))
    assert answer.error is None, answer.envelope
    return str(desk.detail(answer.body.get("TicketId", TICKETS[kind]))[row.name])


def texts(row: Row, length: int) -> list[str]:
    """A text of that length in each kind of letter."""
    of = utf8_bytes if row.kind == "bytes" else characters
    return [of(letter, length) for letter in LETTERS.values()]


@cases("type", but=True)
def test_a_value_longer_than_its_maximum_is_too_long_and_named_alone(
    shared_desk: DeskUnderTest, action: str, kind: str, row: Row
) -> None:
    call = body(shared_desk, action, kind)
    for text in [*texts(row, row.maximum + 1), "1" * (row.maximum + 1), "1" * (row.maximum * 2)]:
        assert_too_long(shared_desk.call(action, {**call, row.name: text}), row.name)


@cases("text", "bytes")
def test_free_text_up_to_its_maximum_is_stored_and_read_back_equal(
    shared_desk: DeskUnderTest, action: str, kind: str, row: Row
) -> None:
    for text in [*texts(row, row.maximum), texts(row, row.maximum - 1)[2]]:
        assert stored(shared_desk, action, kind, row, text) == text


@cases("date")
def test_a_date_of_fourteen_digits_is_stored_and_a_shorter_one_is_wrong(
    shared_desk: DeskUnderTest, action: str, kind: str, row: Row
) -> None:
    assert stored(shared_desk, action, kind, row, A_DATE) == A_DATE
    answer = shared_desk.call(action, body(shared_desk, action, kind, **{row.name: A_DATE[:-1]}))
    assert (answer.error, answer.detail) == (WRONG, {row.name: "PARAMETER_ERROR"})


@cases(*LATER)
def test_a_value_as_long_as_may_be_is_refused_for_a_later_reason_only(
    shared_desk: DeskUnderTest, action: str, kind: str, row: Row
) -> None:
    error, is_named = LATER[row.kind]
    # Empty children fit every parent: so that the parent alone is named.
    children = {"1": {"SubCategory": ""}, "2": {"SubCategory": "", "RequestSubType": ""}}[kind]
    call = body(shared_desk, action, kind, **children)
    longest = [A_DATE] if row.kind == "lock" else [*texts(row, row.maximum), "漢" * (row.maximum - 1)]
    for text in longest:
        answer = shared_desk.call(action, {**call, row.name: text})
        assert answer.error == error
        assert answer.detail == ({row.name: "PARAMETER_ERROR"} if is_named else {})


@cases("type")
def test_a_ticket_type_of_any_length_is_judged_before_every_length(
    shared_desk: DeskUnderTest, action: str, kind: str, row: Row
) -> None:
    for text in ("11", "111", "1" * 257):
        changes = {row.name: text, "Title": "x" * 257}
        answer = shared_desk.call(action, body(shared_desk, action, kind, **changes))
        assert (answer.error, answer.detail) == (WRONG, {row.name: "PARAMETER_ERROR"})


@cases("text", "bytes")
def test_what_the_quoting_rule_leaves_is_what_counts(
    shared_desk: DeskUnderTest, action: str, kind: str, row: Row
) -> None:
    quoted = "¥n" * (row.maximum - 1) + "¥¥'"
    assert stored(shared_desk, action, kind, row, quoted) == "\n" * (row.maximum - 1) + "'"
    assert_too_long(shared_desk.call(action, body(shared_desk, action, kind, **{row.name: f"{quoted}¥n"})), row.name)


@cases("text", "bytes")
def test_a_lone_surrogate_counts_one_character_or_three_bytes_before_it_is_wrong(
    shared_desk: DeskUnderTest, action: str, kind: str, row: Row
) -> None:
    call = body(shared_desk, action, kind)
    longest = "\ud800" * (row.maximum // 3 if row.kind == "bytes" else row.maximum)
    answer = shared_desk.call(action, {**call, row.name: longest})
    assert (answer.error, answer.detail) == (WRONG, {row.name: "PARAMETER_ERROR"})
    assert_too_long(shared_desk.call(action, {**call, row.name: f"{longest}\ud800"}), row.name)


@pytest.mark.parametrize(("action", "kind"), TICKET_TABLES)
def test_every_parameter_that_is_too_long_is_named(shared_desk: DeskUnderTest, action: str, kind: str) -> None:
    rows = [row for row in TICKET_TABLES[action, kind] if row.kind != "type"]
    long = {row.name: "1" * (row.maximum + 1) for row in rows}
    answer = shared_desk.call(action, body(shared_desk, action, kind, **long))
    assert answer.error == TOO_LONG
    assert answer.detail == dict.fromkeys(long, "PARAMETER_TOO_LONG")


@pytest.mark.parametrize("letter", LETTERS)
def test_every_long_text_of_a_ticket_may_be_as_long_as_may_be_at_once(shared_desk: DeskUnderTest, letter: str) -> None:
    for (action, kind), table in TICKET_TABLES.items():
        free = [row for row in table if row.kind in {"text", "bytes"}]
        full = {row.name: texts(row, row.maximum)[list(LETTERS).index(letter)] for row in free}
        answer = shared_desk.call(action, body(shared_desk, action, kind, **full))
        assert answer.error is None
        detail = shared_desk.detail(answer.body.get("TicketId", TICKETS[kind]))
        assert {name: detail[name] for name in full} == full
