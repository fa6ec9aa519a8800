"""The members of every answer, as data, are what the functions that fill the answers produce, in the same order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from support.clock import START
from unyo.tickets.decide import blank_ticket
from unyo.tickets.directory import Option, Service
from unyo.tickets.field_tables import BY_KEY, UNSET
from unyo.tickets.history import Door, FieldChange, HistoryEntry
from unyo.tickets.initial_options import initial_options
from unyo.tickets.model import Memo, TicketKind, TicketRow
from unyo.uom import answers
from unyo.uom.answers import Member

NAMED, NAMELESS, UNKNOWN = "SA0000001", "SA0000002", "SA0000003"
NAMES = {NAMED: "山田 太郎", NAMELESS: NAMELESS, UNKNOWN: UNKNOWN, "": ""}
SERVICE = Service("uom1", {}, (), {NAMED: "山田 太郎", NAMELESS: ""})
MEMOS = {number: Memo(number, f"メモ{number}", NAMED, START) for number in (3, 1, 12)}


def _shape(members: Sequence[Member]) -> list[Any]:
    """The names of members, each list's own beside it."""
    return [(member.wire, _shape(member.members)) if member.members else member.wire for member in members]


def _shape_of(answer: Mapping[str, Any]) -> list[Any]:
    """The same of an answer, in which every list has an entry; all else is text."""
    return [
        (wire, _shape_of(value[0])) if isinstance(value, list) else wire
        for wire, value in answer.items()
        if isinstance(value, list | str)
    ]


def _detail(kind: TicketKind, **values: Any) -> dict[str, Any]:
    blank = blank_ticket("uom1", 1, kind, START)
    return answers.ticket_detail(replace(blank, values={**UNSET, **values}, memos=MEMOS), SERVICE)


def _row(assignee: str = "") -> TicketRow:
    return TicketRow(1, TicketKind.INCIDENT, {**UNSET, "assignee": assignee}, START, START)


def _entry(master_id: str = NAMED) -> HistoryEntry:
    lines = (
        FieldChange("title", "前", "後"),
        FieldChange("limit_date", None, START),
        FieldChange("memos.3", "", "追記"),
    )
    return HistoryEntry(1, START, master_id, "id", Door.PORTAL, lines)


def _filled() -> Iterator[Any]:
    for kind in TicketKind:
        yield pytest.param(answers.detail_members(kind), _detail(kind), id=f"detail {kind.name}")
    listed = answers.ticket_list([_row()], SERVICE, 1, "", exact=True)
    yield pytest.param(answers.LIST, listed, id="list")
    yield pytest.param(answers.HISTORY, answers.ticket_history([_entry()], SERVICE, ""), id="history")
    yield pytest.param(answers.OPTIONS, answers.option_list(initial_options()), id="options")


@pytest.mark.parametrize(("members", "answer"), [*_filled()])
def test_the_members_of_an_answer_are_what_it_is_filled_with(members: Sequence[Member], answer: dict[str, Any]) -> None:
    assert _shape(members) == _shape_of(answer)


@pytest.mark.parametrize("kind", TicketKind)
def test_a_ticket_in_which_nothing_was_set_answers_empty_texts(kind: TicketKind) -> None:
    detail = _detail(kind)
    registered = {wire for wire in detail if wire.endswith("InsertDate")}
    assert {detail[wire] for wire in registered} == {"20260401090000"}
    assert {wire for wire, value in detail.items() if value} - registered == {
        "TicketId",
        "TicketProcessType",
        "CorrespondProcessList",
    }


def test_memos_are_answered_by_number() -> None:
    memos = _detail(TicketKind.INCIDENT)["CorrespondProcessList"]
    assert [(memo["CorrespondProcessSeq"], memo["CorrespondProcess"]) for memo in memos] == [
        ("1", "メモ1"),
        ("3", "メモ3"),
        ("12", "メモ12"),
    ]


@pytest.mark.parametrize("account", NAMES)
def test_an_account_is_shown_by_its_name_or_its_master_id(account: str) -> None:
    (row,) = answers.ticket_list([_row(account)], SERVICE, 1, "", exact=True)["TicketList"]
    (entry,) = answers.ticket_history([_entry(account)], SERVICE, "")["HistoryList"]
    detail = _detail(TicketKind.REQUEST, assignee=account)
    assert (row["AssignUser"], entry["User"], detail["AssignUser"]) == (NAMES[account],) * 3
    assert (row["AssignUserId"], entry["UserId"], detail["AssignUserId"]) == (account,) * 3


def test_a_change_shows_values_as_the_wire_writes_them() -> None:
    (entry,) = answers.ticket_history([_entry()], SERVICE, "次")["HistoryList"]
    assert entry["Door"] == "PORTAL"
    assert [[*line.values()] for line in entry["ChangeList"]] == [
        ["Title", "前", "後"],
        ["CorrespondLimitDate", "", "20260401090000"],
        ["CorrespondProcessList.3", "", "追記"],
    ]


@pytest.mark.parametrize(
    ("total", "exact", "shown"),
    [(0, True, "0"), (9999, True, "9999"), (10000, True, "10000"), (10000, False, "10000+")],
)
def test_a_count_is_exact_to_ten_thousand(total: int, exact: bool, shown: str) -> None:  # noqa: FBT001 - a table
    assert answers.ticket_list([], SERVICE, total, "", exact=exact)["TotalCount"] == shown


def test_an_option_names_its_parameter_as_the_wire_does() -> None:
    (made,) = answers.option_list([Option(TicketKind.REQUEST, "request_subtype", "その他", "問合せ")])["OptionList"]
    assert [*made.values()] == ["2", BY_KEY["request_subtype"].wire, "その他", "問合せ"]
