"""Memo operations, judged from the call alone: every fault of every operation, under its path."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.tickets.commands import AddMemo, DeleteMemo, EditMemo
from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import MEMO_OPERATION
from unyo.tickets.fields import Choice, Use
from unyo.tickets.memo_list import judge_memos, memo_path, read_memos

LIST = "CorrespondProcessList"
SEQ, OPERATION, TEXT = "CorrespondProcessSeq", "CorrespondProcessOperationClass", "CorrespondProcess"
MISSING, TOO_LONG, UNKNOWN, EMPTY, WRONG = (
    Reason.MISSING,
    Reason.TOO_LONG,
    Reason.UNKNOWN,
    Reason.EMPTY,
    Reason.WRONG,
)


NO_TEXTS: list[Any] = ["", "x" * 2049, "\0", 5, []]


def _memo(operation: Any = None, number: Any = None, text: Any = None, **more: Any) -> dict[str, Any]:
    """An operation; what is None is left out."""
    members = {SEQ: number, OPERATION: operation, TEXT: text, **more}
    return {wire: value for wire, value in members.items() if value is not None}


def _faults(*elements: Any, use: Use = Use.UPDATE_INCIDENT) -> list[tuple[str, Reason]]:
    """The faults found, the list's name left out of their paths."""
    operations = MEMO_OPERATION.kind_in(use)
    assert isinstance(operations, Choice)
    found = list(judge_memos(list(elements), operations))
    assert all(fault.path.startswith(f"{LIST}.") for fault in found)
    return sorted((fault.path.removeprefix(f"{LIST}."), fault.reason) for fault in found)


def test_paths_count_from_one_and_name_the_member() -> None:
    assert memo_path(1) == "CorrespondProcessList.1"
    assert memo_path(12, SEQ) == "CorrespondProcessList.12.CorrespondProcessSeq"
    assert memo_path(2, "") == "CorrespondProcessList.2."


@pytest.mark.parametrize(
    ("memo", "expected"),
    [
        (_memo("0", "", "追記"), {}),
        (_memo("0", None, "追記"), {}),
        (_memo("1", "1", "直した"), {}),
        (_memo("2", "1"), {}),
        # On delete the text is not looked at, whatever it is.
        *((_memo("2", "1", text), {}) for text in NO_TEXTS),
        (_memo(), {OPERATION: MISSING}),
        (_memo(text="あ", number="1"), {OPERATION: MISSING}),
        (_memo("0"), {TEXT: MISSING}),
        (_memo("1"), {SEQ: MISSING, TEXT: MISSING}),
        (_memo("2"), {SEQ: MISSING}),
        (_memo("0", "", ""), {TEXT: EMPTY}),
        (_memo("1", "", ""), {SEQ: EMPTY, TEXT: EMPTY}),
        (_memo("2", ""), {SEQ: EMPTY}),
        (_memo(""), {OPERATION: EMPTY}),
        (_memo("3", "1", "あ"), {OPERATION: WRONG}),
        (_memo("10", "1", "あ"), {OPERATION: TOO_LONG}),
        (_memo(0, 1, 2), {OPERATION: WRONG, SEQ: WRONG, TEXT: WRONG}),
        (_memo("0", "1", "あ"), {SEQ: WRONG}),
        (_memo("1", "1234567890", "x" * 2049), {SEQ: TOO_LONG, TEXT: TOO_LONG}),
        (_memo("1", "１", "a\0"), {SEQ: WRONG, TEXT: WRONG}),
        # Where the operation itself is at fault, what else is given is still judged.
        (_memo("9", "x", "x" * 2049), {OPERATION: WRONG, SEQ: WRONG, TEXT: TOO_LONG}),
        (_memo("0", "", "追記", Other="", **{"": 1}), {"Other": UNKNOWN, "": UNKNOWN}),
    ],
    ids=str,
)
def test_every_member_at_fault_is_found_with_its_earliest_reason(
    memo: dict[str, Any], expected: dict[str, Reason]
) -> None:
    assert _faults(memo) == sorted((f"1.{member}", reason) for member, reason in expected.items())


@pytest.mark.parametrize("element", [None, "", "0", 1, True, [], [{}]], ids=repr)
def test_an_element_that_is_no_object_is_named_by_its_position(element: Any) -> None:
    assert _faults(_memo("0", "", "あ"), element, _memo("2")) == [("2", WRONG), (f"3.{SEQ}", MISSING)]


def test_a_number_that_occurs_again_is_named_where_it_does() -> None:
    elements = [_memo("1", number, "あ") for number in ("1", "2", "01", "1", "3", "0000003")]
    assert _faults(*elements) == [(f"{position}.{SEQ}", WRONG) for position in (3, 4, 6)]
    assert _faults(_memo("2", "1"), _memo("1", "1", "あ")) == [(f"2.{SEQ}", WRONG)]


def test_a_number_at_fault_counts_as_none() -> None:
    # The first is no number, the second belongs to an addition: neither makes the third one a repetition.
    assert _faults(_memo("9", "1", "あ"), _memo("0", "1", "あ"), _memo("1", "1", "あ")) == [
        (f"1.{OPERATION}", WRONG),
        (f"2.{SEQ}", WRONG),
    ]


@pytest.mark.parametrize("use", [Use.REGISTER_INCIDENT, Use.REGISTER_REQUEST])
@pytest.mark.parametrize("operation", ["1", "2"])
def test_a_registration_takes_additions_only_and_judges_nothing_on_top(use: Use, operation: str) -> None:
    assert _faults(_memo("0", "", "あ"), _memo(operation), use=use) == [(f"2.{OPERATION}", WRONG)]


def test_operations_are_read_in_their_order_and_know_their_positions() -> None:
    elements = [
        _memo("2", "007", "捨てる"),
        _memo("0", "", "一¥n二"),
        _memo("1", "12", "¥'三¥'"),
        _memo("0", None, "四"),
    ]
    assert _faults(*elements) == []
    assert read_memos(elements) == (
        DeleteMemo(1, 7),
        AddMemo(2, "一\n二"),
        EditMemo(3, 12, "'三'"),
        AddMemo(4, "四"),
    )
    assert read_memos([]) == ()


_ANYTHING = st.none() | st.integers() | st.text(max_size=3) | st.sampled_from(["0", "1", "2", "01", "x" * 2049])
_OBJECTS = st.dictionaries(st.sampled_from([SEQ, OPERATION, TEXT, "Other"]), _ANYTHING, max_size=4)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(_OBJECTS | st.none(), max_size=5))
def test_each_path_is_named_once_and_what_has_no_fault_can_be_read(elements: list[Any]) -> None:
    faults = [fault.path for fault in judge_memos(elements, Choice(1, choices=("0", "1", "2")))]
    assert len({*faults}) == len(faults)
    if not faults:
        assert [operation.position for operation in read_memos(elements)] == [*range(1, len(elements) + 1)]
