"""What is judged from the call alone: every fault of every stage, so that a form can show them all at once."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.contract_tables import MEMO_MEMBERS, REQUIRED
from unyo.tickets.commands import AddMemo, DeleteMemo
from unyo.tickets.errors import Fault, Reason, Refusal
from unyo.tickets.field_tables import TICKET_TABLES
from unyo.tickets.fields import Date, FieldTable, Kind, LockDate, Mark, Memos, OptionList, Parameter, Row, Text, Use
from unyo.tickets.model import Section
from unyo.tickets.validation import Given, choose_use, examine

LIST = "CorrespondProcessList"
LOCKS = {
    f"{section}{what}Date": ""
    for section in ("State", "Summary", "Correspond", "Detail")
    for what in ("Insert", "Update")
}
REQUEST = {
    "ServiceCode": "uom12345678",
    "TicketId": "UTM1",
    "MasterID": "SA1234567",
    "TicketProcessType": "2",
    "Priority": "高",
    "CorrespondLimitDate": "20260401090000",
    "Category": "カテゴリ1",
    **LOCKS,
}
NO_LISTS: list[Any] = [None, "[]", 0, {}, True]
NO_TYPES: list[Any] = ["3", "01", "１", " 1", "1" * 9, None, 1, True, ["1"], {}]
# One parameter at fault for each reason that a value can have, in every stage at once.
FAULTY = {
    **{wire: value for wire, value in REQUEST.items() if wire not in {"Category", "StateUpdateDate"}},
    "ServiceCode": "x" * 16,
    "Title": "",
    "StateCode": "復旧済み",
    "Priority": "",
    "RequestDate": "20260230000000",
    "RespondContents": "x" * 2049,
    "RequestContents": "あ" * 21846,
    "AcceptWay": None,
    "Importance": "高",
    "DetailInsertDate": "昨日",
    LIST: [
        {"CorrespondProcessOperationClass": "0"},
        "",
        {"CorrespondProcessOperationClass": "2", "CorrespondProcessSeq": "1", "Other": ""},
        {"CorrespondProcessOperationClass": "1", "CorrespondProcessSeq": "01", "CorrespondProcess": ""},
    ],
}
EVERY_FAULT = {
    "Category": Reason.MISSING,
    "StateUpdateDate": Reason.MISSING,
    f"{LIST}.1.CorrespondProcess": Reason.MISSING,
    "ServiceCode": Reason.TOO_LONG,
    "RespondContents": Reason.TOO_LONG,
    "RequestContents": Reason.TOO_LONG,
    "Importance": Reason.UNKNOWN,
    f"{LIST}.3.Other": Reason.UNKNOWN,
    "Title": Reason.EMPTY,
    "Priority": Reason.EMPTY,
    f"{LIST}.4.CorrespondProcess": Reason.EMPTY,
    "StateCode": Reason.WRONG,
    "RequestDate": Reason.WRONG,
    "AcceptWay": Reason.WRONG,
    "DetailInsertDate": Reason.WRONG,
    f"{LIST}.2": Reason.WRONG,
    f"{LIST}.4.CorrespondProcessSeq": Reason.WRONG,
}


def _found(use: Use, body: Mapping[str, Any]) -> list[Fault]:
    examined = examine(TICKET_TABLES[use], body)
    assert isinstance(examined, list), examined
    return examined


def test_every_fault_of_every_stage_is_found_at_once() -> None:
    found = _found(Use.UPDATE_REQUEST, FAULTY)
    assert {fault.path: fault.reason for fault in found} == EVERY_FAULT
    assert len(found) == len(EVERY_FAULT)


def test_what_is_given_without_fault_is_read_and_what_is_absent_is_not_there() -> None:
    memos = [
        {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "追記"},
        {"CorrespondProcessOperationClass": "2", "CorrespondProcessSeq": "3"},
    ]
    examined = examine(TICKET_TABLES[Use.UPDATE_REQUEST], {**REQUEST, "RequestType": "", LIST: memos})
    assert isinstance(examined, Given)
    assert set(examined.values) == {
        *("service_code", "ticket_id", "master_id", "kind", "priority", "limit_date", "category", "request_type"),
        *(key for section in Section for key in (section.inserted, section.updated)),
    }
    assert (examined.text("category"), examined.text("request_type"), examined.text("title")) == ("カテゴリ1", "", "")
    assert examined.memos == (AddMemo(1, "追記"), DeleteMemo(2, 3))


@pytest.mark.parametrize(
    ("use", "given", "reason"),
    [
        (Use.UPDATE_INCIDENT, "", Reason.EMPTY),
        (Use.UPDATE_REQUEST, "", Reason.WRONG),
        (Use.REGISTER_INCIDENT, "", Reason.WRONG),
        (Use.REGISTER_REQUEST, "", Reason.WRONG),
        *((use, given, Reason.WRONG) for use in Use for given in NO_LISTS),
    ],
)
def test_a_list_of_memos_that_is_none_is_named_itself(use: Use, given: Any, reason: Reason) -> None:
    assert Fault(LIST, reason) in _found(use, {LIST: given})


@pytest.mark.parametrize(
    ("kind", "registration", "use"),
    [
        ("1", False, Use.UPDATE_INCIDENT),
        ("2", False, Use.UPDATE_REQUEST),
        ("1", True, Use.REGISTER_INCIDENT),
        ("2", True, Use.REGISTER_REQUEST),
    ],
)
def test_the_type_picks_the_table(kind: str, registration: bool, use: Use) -> None:  # noqa: FBT001 - a table
    assert choose_use({"TicketProcessType": kind}, registration=registration) is use


@pytest.mark.parametrize("registration", [False, True])
@pytest.mark.parametrize(
    ("kind", "reason"),
    [("", Reason.EMPTY), *((kind, Reason.WRONG) for kind in NO_TYPES)],
    ids=repr,
)
def test_a_type_that_picks_none_is_named_alone(kind: Any, reason: Reason, registration: bool) -> None:  # noqa: FBT001 - a table
    body = {"TicketProcessType": kind, "Unknown": "", LIST: 1}
    assert choose_use(body, registration=registration) == Refusal(reason, ("TicketProcessType",))


@pytest.mark.parametrize("registration", [False, True])
def test_without_a_type_it_is_named_with_what_both_tables_miss(registration: bool) -> None:  # noqa: FBT001 - a table
    action = "RegisterTicket" if registration else "UpdateTicket"
    both = REQUIRED[action, "1"] & REQUIRED[action, "2"]
    refusal = choose_use({}, registration=registration)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, {*refusal.fields}) == (Reason.MISSING, both)
    rest = dict.fromkeys(both - {"TicketProcessType"}, 1)
    assert choose_use(rest, registration=registration) == Refusal(Reason.MISSING, ("TicketProcessType",))


def test_without_a_type_memo_members_that_both_tables_miss_are_named_too() -> None:
    memos = [
        {"CorrespondProcessOperationClass": "0"},
        {"CorrespondProcess": "あ"},
        {"CorrespondProcessOperationClass": "2"},
    ]
    body = {wire: value for wire, value in REQUEST.items() if wire != "TicketProcessType"}
    paths = (f"{LIST}.1.{MEMO_MEMBERS[2].name}", f"{LIST}.2.{MEMO_MEMBERS[1].name}", f"{LIST}.3.{MEMO_MEMBERS[0].name}")
    refusal = choose_use({**body, LIST: memos}, registration=False)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, {*refusal.fields}) == (Reason.MISSING, {"TicketProcessType", *paths})


_VALUES = (
    st.none() | st.text(max_size=3) | st.sampled_from(["1", "高", "20260401090000", "x" * 70000, "\0", [], [{}], {}])
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(Use), st.data())
def test_a_body_is_without_fault_or_each_of_its_parameters_is_named_once(use: Use, data: st.DataObject) -> None:
    table = TICKET_TABLES[use]
    body = data.draw(st.dictionaries(st.sampled_from([*table.by_wire, "Other", ""]), _VALUES))
    examined = examine(table, body)
    if isinstance(examined, Given):
        assert {*table.required} <= {*body} <= {*table.by_wire}
        return
    paths = [fault.path for fault in examined]
    assert len({*paths}) == len(paths) > 0
    assert {fault.path for fault in examined if fault.reason is Reason.MISSING and "." not in fault.path} == {
        wire for wire in table.required if wire not in body
    }


def _row(key: str, kind: Kind, mark: str, section: Section | None = Section.STATE) -> Row:
    return Row(Parameter(key.upper(), key, "", kind, section=section), kind, Mark(mark))


TABLE = FieldTable(
    "a table",
    (
        _row("caller", Text(9), "R", None),
        _row("list", OptionList(9), "o"),
        _row("child", OptionList(9, parent="list"), "o"),
        _row("date", Date(), "P"),
        _row("notes", Memos(), "R"),
        _row("lock", LockDate(), "P", None),
    ),
)


def test_a_table_is_seen_from_every_side() -> None:
    assert [*TABLE.by_wire] == ["CALLER", "LIST", "CHILD", "DATE", "NOTES", "LOCK"]
    assert [*TABLE.by_key] == ["caller", "list", "child", "date", "notes", "lock"]
    assert [*TABLE.readers] == ["CALLER", "LIST", "CHILD", "DATE", "LOCK"]
    assert TABLE.required == ("CALLER", "DATE", "NOTES", "LOCK")
    assert TABLE.options == (("list", "LIST"),)
    assert [(parent.key, child.key) for parent, child in TABLE.dependent_options] == [("list", "child")]
    assert TABLE.value_keys == {"list", "child", "date"}
    assert TABLE.lock_keys == ("lock",)


@pytest.mark.parametrize("view", ["by_wire", "by_key", "readers", "required", "options", "value_keys", "lock_keys"])
def test_a_view_is_made_once(view: str) -> None:
    assert getattr(TABLE, view) is getattr(TABLE, view)
