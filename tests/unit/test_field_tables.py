"""The parameter tables are the contract's, row by row."""

import pytest

from support.contract_tables import GROUPS, MEMO_MEMBERS, READING_TABLES, REQUIRED, STATES, TICKET_TABLES, WAYS, Row
from unyo.tickets import field_tables
from unyo.tickets.fields import (
    Account,
    Choice,
    Choices,
    Date,
    Digits,
    FieldTable,
    Kind,
    LockDate,
    Mark,
    OptionList,
    Text,
    Unit,
    Use,
)
from unyo.tickets.model import Section
from unyo.uom.actions import ACTIONS

USES = {
    Use.UPDATE_INCIDENT: ("UpdateTicket", "1"),
    Use.REGISTER_INCIDENT: ("RegisterTicket", "1"),
    Use.UPDATE_REQUEST: ("UpdateTicket", "2"),
    Use.REGISTER_REQUEST: ("RegisterTicket", "2"),
}
# What may not be emptied, required parameters aside (section 5, Absent and empty).
KEPT = {"Title", "StateCode", "SubStateCode"}
CLASSES = {
    "text": Text,
    "bytes": Text,
    "filter": Text,
    "cursor": Text,
    "service": Text,
    "ticket": Text,
    "owner": Account,
    "account": Account,
    "list": OptionList,
    "enum": Choice,
    "type": Choice,
    "enums": Choices,
    "date": Date,
    "lock": LockDate,
    "digits": Digits,
}


def described(name: str, kind: Kind) -> tuple[str, int | None, str, type]:
    unit = kind.unit.value if isinstance(kind, Text) else ""
    return name, kind.maximum, unit, type(kind)


def expected(row: Row) -> tuple[str, int, str, type]:
    unit = Unit.BYTES if row.kind == "bytes" else Unit.CHARACTERS
    return row.name, row.maximum, unit.value, CLASSES[row.kind]


def rows_of(table: FieldTable) -> set[tuple[str, int | None, str, type]]:
    return {described(row.wire, row.kind) for row in table.rows if row.wire != "CorrespondProcessList"}


@pytest.mark.parametrize("use", Use)
def test_a_ticket_table_has_the_contracts_names_maxima_and_kinds(use: Use) -> None:
    assert rows_of(field_tables.TICKET_TABLES[use]) == {expected(row) for row in TICKET_TABLES[USES[use]]}


@pytest.mark.parametrize("name", READING_TABLES)
def test_a_reading_actions_table_has_the_contracts_names_maxima_and_kinds(name: str) -> None:
    (table,) = ACTIONS[name].tables
    assert rows_of(table) == {expected(row) for row in READING_TABLES[name]}


def test_the_memos_members_are_the_contracts() -> None:
    assert [described(member.wire, member.kind) for member in field_tables.MEMO_MEMBERS] == [
        expected(row) for row in MEMO_MEMBERS
    ]


@pytest.mark.parametrize("use", Use)
def test_the_contract_says_which_parameters_are_required(use: Use) -> None:
    assert set(field_tables.TICKET_TABLES[use].required) == REQUIRED[USES[use]]


@pytest.mark.parametrize("name", READING_TABLES)
def test_the_contract_says_which_parameters_of_a_reading_action_are_required(name: str) -> None:
    (table,) = ACTIONS[name].tables
    assert set(table.required) == {row.name for row in READING_TABLES[name] if row.mark == "R"}


@pytest.mark.parametrize("use", Use)
def test_what_is_required_may_not_be_empty_and_three_optional_ones_neither(use: Use) -> None:
    table = field_tables.TICKET_TABLES[use]
    judged_later = {"SupportedGroup", *(row.wire for row in table.rows if isinstance(row.kind, LockDate))}
    refused = {row.wire for row in table.rows if not row.mark.may_be_empty}
    assert refused == (set(table.required) | (KEPT & set(table.by_wire))) - judged_later


@pytest.mark.parametrize("use", Use)
def test_every_value_stands_in_the_contracts_section(use: Use) -> None:
    sections = {row.wire: str(row.parameter.section or "") for row in field_tables.TICKET_TABLES[use].rows}
    listed = {row.name: row.section for row in TICKET_TABLES[USES[use]]}
    assert sections == {**listed, "CorrespondProcessList": str(Section.CORRESPOND)}


@pytest.mark.parametrize("use", Use)
def test_the_fixed_enumerations_are_the_contracts(use: Use) -> None:
    action, kind = USES[use]
    enumerated = {"TicketProcessType": (kind,), "StateCode": STATES[kind], "SupportedGroup": GROUPS}
    if kind == "2":
        enumerated |= {"AcceptWay": WAYS, "RespondWay": WAYS}
    elif action == "RegisterTicket":
        enumerated["SupportedGroup"] = ("お客様",)
    table = field_tables.TICKET_TABLES[use]
    assert {row.wire: row.kind.choices for row in table.rows if isinstance(row.kind, Choice)} == enumerated


@pytest.mark.parametrize("use", Use)
def test_registration_takes_added_memos_only(use: Use) -> None:
    kind = field_tables.MEMO_OPERATION.kind_in(use)
    assert isinstance(kind, Choice)
    assert kind.choices == (("0",) if USES[use][0] == "RegisterTicket" else ("0", "1", "2"))


def test_the_list_judges_its_fixed_enumerations_against_both_kinds_together() -> None:
    (table,) = ACTIONS["GetTicketList"].tables
    judged = {row.wire: set(row.kind.choices) for row in table.rows if isinstance(row.kind, Choices)}
    assert judged == {
        "TicketProcessType": {"1", "2"},
        "StateCode": {*STATES["1"], *STATES["2"]},
        "SupportedGroup": set(GROUPS),
    }


@pytest.mark.parametrize("table", [table for action in ACTIONS.values() for table in action.tables], ids=str)
def test_every_example_is_a_value_that_its_row_takes(table: FieldTable) -> None:
    examples = {row.wire: row for row in table.rows if isinstance(row.kind, Text)}
    wrong = {
        wire
        for wire, row in examples.items()
        if isinstance(row.kind, Text)
        and (row.kind.length(row.example) > row.kind.maximum or bool(row.example and row.kind.is_wrong(row.example)))
    }
    assert wrong == set()


def test_names_are_given_once_in_every_table() -> None:
    for action in ACTIONS.values():
        for table in action.tables:
            assert len(table.by_wire) == len(table.by_key) == len(table.rows)


@pytest.mark.parametrize(
    ("mark", "there_and_empty"),
    [("R", (True, False)), ("P", (True, True)), ("o", (False, True)), ("k", (False, False)), ("c", (False, True))],
)
def test_a_mark_says_whether_a_parameter_must_be_there_and_may_be_empty(
    mark: str, there_and_empty: tuple[bool, bool]
) -> None:
    assert (Mark(mark).must_be_there, Mark(mark).may_be_empty) == there_and_empty
