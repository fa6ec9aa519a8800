"""The OpenAPI document, derived from the actions and their parameter tables."""

from unyo.tickets.errors import Reason, Refusal

from . import schemas
from .actions import ACTIONS, API_VERSION, CALL_ID_HEADER, Action
from .envelopes import ERRORS, Failure, failure, refusal, success
from .examples import EXAMPLE_REQUEST_ID, answer_example, request_example
from .possible_errors import NAMING, failures_of, reasons_of
from .schemas import Schema
from .signature import SCHEME

_OK = 200
_SYSTEM_ERROR = Failure.SYSTEM_ERROR
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
    names = [{"$ref": f"#/components/schemas/{schemas.name_of(table)}"} for table in action.tables]
    return names[0] if len(names) == 1 else {"oneOf": names}


def _requests(action: Action) -> Schema:
    return {
        schemas.name_of(table): {"summary": table.title, "value": request_example(table)} for table in action.tables
    }


def _tables() -> Schema:
    tables = {schemas.name_of(table): table for action in ACTIONS.values() for table in action.tables}
    return {name: schemas.object_of(table) for name, table in sorted(tables.items())}


def _answered(action: Action) -> Schema:
    """HTTP 200: the answer, or an error of the contract."""
    name = f"{action.name}Response"
    shapes = [
        {"type": "object", "required": [name], "properties": {name: schemas.answer_of(of)}} for of in action.answers
    ]
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


def _answer_examples(action: Action) -> Schema:
    answered = {
        f"success{position}": {
            "summary": "成功",
            "value": success(action.name, EXAMPLE_REQUEST_ID, answer_example(members)),
        }
        for position, members in enumerate(action.answers, 1)
    }
    names = [reason.name for reason in reasons_of(action) if ERRORS[reason].status == _OK]
    return answered | {name: {"$ref": f"#/components/examples/{name}"} for name in (*names, _SYSTEM_ERROR.name)}


def _failed(action: Action) -> Schema:
    """The answers outside the contract, by their HTTP status."""
    named: dict[int, list[str]] = {}
    for each in failures_of(action):
        named.setdefault(each.value.status, []).append(each.name)
    for reason in reasons_of(action):
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
        reason.name: refusal(EXAMPLE_REQUEST_ID, Refusal(reason, ("Priority",) if reason in NAMING else ()))
        for reason in Reason
    }
    failed = {each.name: failure(EXAMPLE_REQUEST_ID, each.value) for each in Failure}
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
                    "RequestId": {"type": "string", "examples": [EXAMPLE_REQUEST_ID]},
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
        "X-Request-Id": {"description": "リクエストID", "required": True, "schema": text},
        "X-Unyo-Version": {"description": "サーバのバージョン", "required": True, "schema": text},
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
