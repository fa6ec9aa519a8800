"""The OpenAPI document, derived from the actions and their parameter tables."""

from collections.abc import Iterable
from typing import Any, Final

from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.field_tables import MEMO_MEMBERS, MEMOS, TICKET_ID
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
    Parameter,
    Row,
    Text,
    Unit,
    Use,
)

from .actions import ACTIONS, API_VERSION, CALL_ID_HEADER, Action
from .answers import Member
from .envelopes import ERRORS, Failure, failure, refusal, success
from .signature import SCHEME

Schema = dict[str, Any]

_EXAMPLE_REQUEST_ID: Final = "54c22bee-0c47b962-be6162fa-0000e89d-d3d7668c"
_OK = 200
_SYSTEM_ERROR = Failure.SYSTEM_ERROR
_NAMING = frozenset({Reason.MISSING, Reason.TOO_LONG, Reason.UNKNOWN, Reason.EMPTY, Reason.WRONG})
_OF_WRITES = (
    Reason.CALL_ID_REUSED,
    Reason.APPROVER_NEEDED,
    Reason.APPROVER_NOT_ALLOWED,
    Reason.GROUP_NEEDED,
    Reason.NO_RIGHT_TO_CLOSE,
)
_DATE_PATTERN = "^[0-9]{14}$"
_DESCRIPTION = (
    "UOM-APIのチケット操作を話すチケットデスクです。"
    "呼び出しにはSignatureVersion 2の署名が必要です。"
    "契約上のエラーはHTTP 200とErrorResponseで返却されます。"
)


def document(version: str) -> Schema:
    """The document; ``version`` is the server's own."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "unyo UOM-API",
            "version": f"{API_VERSION}+{version}",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"signature": []}],
        "paths": {action.path: {"post": _operation(action)} for action in ACTIONS.values()},
        "components": {
            "schemas": {**_tables(), "ErrorResponse": _error_schema()},
            "examples": _error_examples(),
            "securitySchemes": {"signature": _security_scheme()},
        },
    }


def _operation(action: Action) -> Schema:
    return {
        "operationId": action.name,
        "summary": action.label,
        "description": "unyoの拡張アクションです。" if action.is_extension else "UOM-APIのアクションです。",
        "parameters": [_call_id_parameter()] if action.writes else [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _request_schema(action), "examples": _requests(action)}},
        },
        "responses": {"200": _answered(action), **_failed(action)},
    }


def _request_schema(action: Action) -> Schema:
    names = [{"$ref": f"#/components/schemas/{_schema_name(table)}"} for table in action.tables]
    return names[0] if len(names) == 1 else {"oneOf": names}


def _requests(action: Action) -> Schema:
    return {
        _schema_name(table): {
            "summary": table.title,
            "value": {
                row.wire: _example(row.parameter)
                for row in table.rows
                if row.mark.must_be_there or row.parameter.section
            },
        }
        for table in action.tables
    }


def _example(parameter: Parameter) -> Any:
    if parameter is MEMOS:
        return [{member.wire: "" if member.key == "number" else member.example for member in MEMO_MEMBERS}]
    return parameter.example


def _tables() -> Schema:
    tables = {_schema_name(table): table for action in ACTIONS.values() for table in action.tables}
    return {name: _object(table) for name, table in sorted(tables.items())}


def _schema_name(table: FieldTable) -> str:
    return "".join(word[0].upper() + word[1:] for word in table.title.split())


def _object(table: FieldTable) -> Schema:
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
    return described | _value(row.kind, may_be_empty=row.mark.may_be_empty) | _examples(row.parameter.example)


def _described(row: Row) -> str:
    """The label, with what the schema's own words cannot say."""
    notes = [row.parameter.label]
    if isinstance(row.kind, Text) and row.kind.unit is Unit.BYTES:
        notes.append(f"最大{row.kind.maximum}バイト (UTF-8)。")
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
        case Choices():
            schema["description"] = f"値: {' '.join(kind.choices)} (コンマ区切りで複数可)"
        case Date():
            schema["pattern"] = f"{_DATE_PATTERN}|^$" if may_be_empty else _DATE_PATTERN
        case Digits():
            schema["pattern"] = "^[0-9]*$"
    return schema


def _examples(example: str) -> Schema:
    return {"examples": [example]} if example else {}


def _answered(action: Action) -> Schema:
    """HTTP 200: the answer, or an error of the contract."""
    name = f"{action.name}Response"
    shapes = [{"type": "object", "required": [name], "properties": {name: _answer(of)}} for of in action.answers]
    return {
        "description": "成功、または契約上のエラー",
        "headers": _headers(),
        "content": {
            "application/json": {
                "schema": {"anyOf": [*shapes, {"$ref": "#/components/schemas/ErrorResponse"}]},
                "examples": _answer_examples(action),
            }
        },
    }


def _answer(members: Iterable[Member]) -> Schema:
    return _members((Member("RequestId", "リクエストID", _EXAMPLE_REQUEST_ID), *members))


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


def _answer_examples(action: Action) -> Schema:
    answered = {
        f"success{position}": {
            "summary": "成功",
            "value": success(action.name, _EXAMPLE_REQUEST_ID, _filled(members)),
        }
        for position, members in enumerate(action.answers, 1)
    }
    names = [reason.name for reason in _reasons(action) if ERRORS[reason].status == _OK]
    return answered | {name: {"$ref": f"#/components/examples/{name}"} for name in (*names, _SYSTEM_ERROR.name)}


def _filled(members: Iterable[Member]) -> Schema:
    return {m.wire: [_filled(m.members)] if m.members else m.example for m in members}


def _reasons(action: Action) -> list[Reason]:
    """The reasons for which this action may be refused."""
    left_out = set() if action.writes else set(_OF_WRITES)
    if not any(table.lock_keys for table in action.tables):
        left_out.add(Reason.CONFLICT)
    if not any(TICKET_ID.wire in table.by_wire for table in action.tables):
        left_out.add(Reason.NO_TICKET)
    return [reason for reason in Reason if reason not in left_out]


def _failures(action: Action) -> list[Failure]:
    left_out = set() if action.writes else {Failure.INVALID_CALL_ID, Failure.TOO_MANY_REQUESTS}
    return [each for each in Failure if each not in left_out and each.value.status != _OK]


def _failed(action: Action) -> Schema:
    """The answers outside the contract, by their HTTP status."""
    named: dict[int, list[str]] = {}
    for each in _failures(action):
        named.setdefault(each.value.status, []).append(each.name)
    for reason in _reasons(action):
        if ERRORS[reason].status != _OK:
            named.setdefault(ERRORS[reason].status, []).append(reason.name)
    return {
        str(status): {
            "description": " / ".join(names),
            "headers": _headers(),
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/ErrorResponse"},
                    "examples": {name: {"$ref": f"#/components/examples/{name}"} for name in names},
                }
            },
        }
        for status, names in sorted(named.items())
    }


def _error_examples() -> Schema:
    """An example of every error, each under its own name."""
    refused = {
        reason.name: refusal(_EXAMPLE_REQUEST_ID, Refusal(reason, ("Priority",) if reason in _NAMING else ()))
        for reason in Reason
    }
    failed = {each.name: failure(_EXAMPLE_REQUEST_ID, each.value) for each in Failure}
    return {
        name: {"summary": value["ErrorResponse"]["ErrorMessage"], "value": value}
        for name, value in (refused | failed).items()
    }


def _error_schema() -> Schema:
    types = [code.error_type for code in ERRORS.values()] + [each.value.error_type for each in Failure]
    return {
        "type": "object",
        "required": ["ErrorResponse"],
        "properties": {
            "ErrorResponse": {
                "type": "object",
                "required": ["RequestId", "ErrorType", "ErrorMessage"],
                "properties": {
                    "RequestId": {"type": "string", "examples": [_EXAMPLE_REQUEST_ID]},
                    "ErrorType": {"type": "string", "enum": list(dict.fromkeys(types))},
                    "ErrorMessage": {"type": "string"},
                    "ErrorDetail": {
                        "type": "object",
                        "description": "エラーとなった項目とそのエラータイプ",
                        "additionalProperties": {"type": "string"},
                    },
                },
            }
        },
    }


def _headers() -> Schema:
    text = {"type": "string"}
    return {
        "X-Request-Id": {"description": "リクエストID", "schema": text},
        "X-Unyo-Version": {"description": "サーバのバージョン", "schema": text},
    }


def _call_id_parameter() -> Schema:
    return {
        "name": CALL_ID_HEADER,
        "in": "header",
        "required": False,
        "description": "呼び出しID (UUID)。同じIDと内容の呼び出しには最初の応答を返却する (unyoの拡張)。",
        "schema": {"type": "string", "format": "uuid"},
    }


def _security_scheme() -> Schema:
    return {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": (
            f"`{SCHEME} <アクセスキー>:<署名>`。署名はx-iijapi-Expire、x-iijapi-SignatureMethod、"
            "x-iijapi-SignatureVersion (2) を含むStringToSignのHMAC (base64) です。"
        ),
    }
