"""JSON Schemas of what is sent and answered, derived from the parameter tables and the answers' members."""

from collections.abc import Iterable
from typing import Any

from unyo.tickets.field_tables import MEMO_MEMBERS
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
    Memos,
    OptionList,
    Row,
    Text,
    Unit,
    Use,
)

from .answers import Member
from .examples import EXAMPLE_REQUEST_ID

Schema = dict[str, Any]

_DATE_PATTERN = "^[0-9]{14}$"


def name_of(table: FieldTable) -> str:
    """The name of a table's schema."""
    return "".join(word[0].upper() + word[1:] for word in table.title.split())


def object_of(table: FieldTable) -> Schema:
    """The object that a call of this table sends."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(table.required),
        "properties": {row.wire: _property(row, table) for row in table.rows},
    }


def _property(row: Row, table: FieldTable) -> Schema:
    described: Schema = {"description": _described(row)}
    if isinstance(row.kind, Memos):
        return described | {"type": "array", "items": _memo_object(Use(table.title))}
    return described | _value(row.kind, may_be_empty=row.mark.may_be_empty) | _examples(row.example)


def _described(row: Row) -> str:
    """The label, with what the schema's own words cannot say."""
    notes = [row.parameter.label]
    if isinstance(row.kind, Text) and row.kind.unit is Unit.BYTES:
        notes.append(f"最大{row.kind.maximum}バイト (UTF-8)。")
    if isinstance(row.kind, Choices):
        notes.append(f"値: {' '.join(row.kind.choices)}。")
    if isinstance(row.kind, OptionList):
        notes.append("サービスの選択肢 (GetOptionListで取得)。")
    if isinstance(row.kind, Account):
        notes.append("マスターID。")
    if isinstance(row.kind, LockDate):
        notes.append("GetTicketDetailで取得した値をそのまま指定する。")
    if row.mark is Mark.CONDITIONAL:
        notes.append("条件により必須。")
    return " ".join(notes)


def _memo_object(use: Use) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [member.wire for member in MEMO_MEMBERS if member.marks[use] is Mark.REQUIRED],
        "properties": {
            member.wire: {"description": member.label}
            | _value(member.kind_in(use), may_be_empty=member.marks[use].may_be_empty)
            | _examples(member.example)
            for member in MEMO_MEMBERS
        },
    }


def _value(kind: Kind, *, may_be_empty: bool) -> Schema:
    """The schema of one value; a maximum of bytes is told in words, since JSON Schema counts characters."""
    assert isinstance(kind, Text)
    schema: Schema = {"type": "string"}
    if kind.unit is Unit.CHARACTERS:
        schema["maxLength"] = kind.maximum
    if not may_be_empty:
        schema["minLength"] = 1
    match kind:
        case Choice():
            schema["enum"] = [*kind.choices, ""] if may_be_empty else list(kind.choices)
        case Date():
            schema["pattern"] = f"{_DATE_PATTERN}|^$" if may_be_empty else _DATE_PATTERN
        case Digits():
            schema["pattern"] = "^[0-9]*$"
    return schema


def _examples(example: str) -> Schema:
    return {"examples": [example]} if example else {}


def answer_of(members: Iterable[Member]) -> Schema:
    """The object inside an answer's envelope."""
    return _members((Member("RequestId", "リクエストID", EXAMPLE_REQUEST_ID), *members))


def _members(members: Iterable[Member]) -> Schema:
    listed = list(members)
    return {
        "type": "object",
        "required": [member.wire for member in listed],
        "properties": {member.wire: _member(member) for member in listed},
    }


def _member(member: Member) -> Schema:
    if member.members:
        return {"type": "array", "description": member.label, "items": _members(member.members)}
    return {"type": "string", "description": member.label} | _examples(member.example)
