"""The kinds of value, what a call gives, and ticket IDs."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.tickets.errors import Fault, Reason, Refusal, first_refusal
from unyo.tickets.field_tables import GET_TICKET_LIST
from unyo.tickets.fields import Choice, Choices, Date, Digits, FieldTable, Mark, Parameter, Text, Use
from unyo.tickets.model import format_ticket_id, parse_ticket_id
from unyo.tickets.validation import Given, examine

MODEST = settings(max_examples=200, deadline=None, derandomize=True)


@pytest.mark.parametrize("text", ["0", "1", "9", "007", "200", "0200", "123456789"])
def test_digits_are_a_whole_number(text: str) -> None:
    assert not Digits(9).is_wrong(text)


@pytest.mark.parametrize("text", ["-1", "+1", "1.0", "1e1", " 1", "1 ", "1_0", "0x1", "a", "１", "²", "٣", "1\n", "\0"])
def test_what_is_not_all_ascii_digits_is_no_number(text: str) -> None:
    assert Digits(9).is_wrong(text)


@pytest.mark.parametrize(
    ("text", "wrong"), [("0", True), ("000", True), ("1", False), ("001", False), ("200", False), ("201", True)]
)
def test_bounds_are_part_of_a_number(text: str, wrong: bool) -> None:  # noqa: FBT001 - a table
    assert Digits(3, least=1, most=200).is_wrong(text) is wrong


@given(st.integers(-10, 1010), st.integers(0, 3))
@MODEST
def test_a_number_within_its_bounds_passes_however_many_zeros_it_has(number: int, zeros: int) -> None:
    assert Digits(9, least=1, most=200).is_wrong("0" * zeros + str(number)) is not (1 <= number <= 200)


@pytest.mark.parametrize("text", ["高 ", "高い", "ｈ", "", "高,低", "高\n"])
def test_a_fixed_enumeration_takes_its_values_exactly(text: str) -> None:
    assert Choice(256, choices=("高", "低")).is_wrong(text)
    assert not Choice(256, choices=("高", "低")).is_wrong("高")


@pytest.mark.parametrize("text", [",", "高,", ",高", "高,,低", "高, 低", "高、低", "中"])
def test_several_values_of_an_enumeration_are_each_judged(text: str) -> None:
    assert Choices(2048, choices=("高", "低")).is_wrong(text)
    assert not Choices(2048, choices=("高", "低")).is_wrong("高,低,高")


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        ("a", Text(1), None),
        ("ab", Text(1), Reason.TOO_LONG),
        ("a\0", Text(1), Reason.TOO_LONG),
        ("\0", Text(1), Reason.WRONG),
        ("", Text(1), Reason.EMPTY),
        (None, Text(1), Reason.WRONG),
        (1, Text(1), Reason.WRONG),
        (True, Text(1), Reason.WRONG),
        (["a"], Text(1), Reason.WRONG),
        ({}, Text(1), Reason.WRONG),
        ("2022063013260500", Date(), Reason.TOO_LONG),
        ("2022063013260", Date(), Reason.WRONG),
        ("高" * 257, Choice(256, choices=("高",)), Reason.TOO_LONG),
        ("高" * 256, Choice(256, choices=("高",)), Reason.WRONG),
    ],
)
def test_a_value_is_refused_for_its_earliest_reason(value: Any, kind: Text, reason: Reason | None) -> None:
    read = kind.reader(may_be_empty=False)(value)
    assert (read if isinstance(read, Reason) else None) is reason


@pytest.mark.parametrize("kind", [Text(1), Date(), Digits(3, least=1), Choice(1, choices=("1",))], ids=repr)
def test_an_empty_value_is_judged_by_its_mark_alone(kind: Text) -> None:
    assert not isinstance(kind.reader(may_be_empty=True)(""), Reason)
    assert kind.reader(may_be_empty=False)("") is Reason.EMPTY


def test_an_example_is_one_that_its_table_takes() -> None:
    parameter = Parameter(
        "A", "a", "", Text(9), "1", marks=dict.fromkeys(Use, Mark.OPTIONAL), examples={Use.UPDATE_REQUEST: "2"}
    )
    assert parameter.row_in(Use.UPDATE_INCIDENT).example == "1"
    assert parameter.row_in(Use.UPDATE_REQUEST).example == "2"


def test_every_fault_is_found_and_each_parameter_named_once() -> None:
    body = {"MasterID": "x" * 16, "Limit": 5, "SortOrder": "3", "Keyword": "", "Other": "", "StateCode": "\0" * 2049}
    found = examine(GET_TICKET_LIST, body)
    assert found == [
        Fault("ServiceCode", Reason.MISSING),
        Fault("MasterID", Reason.TOO_LONG),
        Fault("Limit", Reason.WRONG),
        Fault("SortOrder", Reason.WRONG),
        Fault("Other", Reason.UNKNOWN),
        Fault("StateCode", Reason.TOO_LONG),
    ]


def test_the_earliest_stage_is_answered_with_all_its_parameters() -> None:
    faults = [Fault("A", Reason.WRONG), Fault("B", Reason.TOO_LONG), Fault("C", Reason.WRONG), Fault("B", Reason.WRONG)]
    assert first_refusal(faults) == Refusal(Reason.TOO_LONG, ("B",))
    assert first_refusal(faults[::2] * 2) == Refusal(Reason.WRONG, ("A", "C"))
    assert first_refusal([]) is None


def test_the_stages_stand_in_the_contracts_order() -> None:
    stages = [reason.name for reason in sorted(Reason, key=lambda reason: reason.value)]
    assert stages == [
        "UNAUTHENTICATED",
        "MISSING",
        "TOO_LONG",
        "UNKNOWN",
        "EMPTY",
        "WRONG",
        "NOT_A_MEMBER",
        "CALL_ID_REUSED",
        "NO_TICKET",
        "APPROVER_NEEDED",
        "APPROVER_NOT_ALLOWED",
        "GROUP_NEEDED",
        "CONFLICT",
        "NO_RIGHT_TO_CLOSE",
    ]


@given(st.dictionaries(st.sampled_from([*GET_TICKET_LIST.by_wire, "Other"]), st.text(max_size=4) | st.none()))
@MODEST
def test_what_is_given_is_either_without_fault_or_faulty_never_both(body: dict[str, Any]) -> None:
    found = examine(GET_TICKET_LIST, body)
    if isinstance(found, Given):
        assert set(found.values) == {GET_TICKET_LIST.by_wire[wire].key for wire in body}
    else:
        assert {fault.path for fault in found} <= {*body, "ServiceCode", "MasterID"}
        assert found != []


@given(st.integers(1, 999_999_999_999))
@MODEST
def test_a_ticket_id_is_utm_and_its_number(number: int) -> None:
    assert format_ticket_id(number) == f"UTM{number}"
    assert parse_ticket_id(f"UTM{number}") == number
    assert len(format_ticket_id(number)) <= 15


def test_a_ticket_id_longer_than_its_maximum_names_no_ticket() -> None:
    assert parse_ticket_id("UTM999999999999") == 999_999_999_999
    assert parse_ticket_id("UTM1000000000000") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "UTM",
        "UTM0",
        "UTM01",
        "utm1",
        "1",
        "UTM-1",
        "UTM1 ",
        " UTM1",
        "UTM1\n",
        "UTM１",
        "ＵＴＭ1",
        "UTM1.0",
        "UTM1\0",
    ],
)
def test_a_ticket_id_of_odd_form_names_no_ticket(text: str) -> None:
    assert parse_ticket_id(text) is None


def test_a_table_says_what_it_is() -> None:
    assert repr(FieldTable("update incident", ())) == "<FieldTable update incident: 0 rows>"
