"""Every answer's envelope: one table from reasons to the wire's errors (contract, sections 1 and 4)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from unyo.tickets.errors import Reason, Refusal

CONTENT_TYPE: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """An error as the wire writes it, with its HTTP status."""

    error_type: str
    message: str
    status: int = 200


_REQUIRED, _TOO_LONG, _ERROR = "PARAMETER_REQUIRED", "PARAMETER_TOO_LONG", "PARAMETER_ERROR"

ERRORS: Final[Mapping[Reason, ErrorCode]] = {
    Reason.UNAUTHENTICATED: ErrorCode("AUTH_FAILURE", "認証エラーです。"),
    Reason.MISSING: ErrorCode(_REQUIRED, "必須項目が指定されていません。"),
    Reason.TOO_LONG: ErrorCode(_TOO_LONG, "最大文字数を超過しています。"),
    Reason.UNKNOWN: ErrorCode(_ERROR, "指定できないパラメータが含まれています。"),
    Reason.EMPTY: ErrorCode(_ERROR, "空欄にできない項目が空文字で指定されています。"),
    Reason.WRONG: ErrorCode(_ERROR, "入力パラメータが正しく指定されていません。"),
    Reason.NOT_A_MEMBER: ErrorCode(_ERROR, "指定されたSAアカウントまたはサービスコードが不正です。"),
    Reason.CALL_ID_REUSED: ErrorCode(
        "CALL_ID_REUSED", "指定された呼び出しIDは、別の内容の呼び出しで使用されています。", 409
    ),
    Reason.NO_TICKET: ErrorCode(
        "NO_TICKET_ID", "指定されたチケットIDのデータは存在しない、または閲覧権限がありません。"
    ),
    Reason.APPROVER_NEEDED: ErrorCode(
        _ERROR, "ステータスをクローズまたはクローズ承認待ちへ変更する場合、クローズ承認者の指定が必要です。"
    ),
    Reason.APPROVER_NOT_ALLOWED: ErrorCode(
        _ERROR, "クローズ承認者はステータスをクローズまたはクローズ承認待ちに変更する場合のみ指定してください。"
    ),
    Reason.GROUP_NEEDED: ErrorCode(_ERROR, "ステータスがクローズ以外の場合、担当グループの値の指定が必要です。"),
    Reason.CONFLICT: ErrorCode("EXCLUSION_FAILURE", "他のユーザが指定されたチケットを更新しています。"),
    Reason.NO_RIGHT_TO_CLOSE: ErrorCode("NO_ROLES_TO_CLOSE", "ステータスをクローズにする権限がありません。"),
}
"""The errors of the actions, and of the call id, which is judged among them."""


class Failure(Enum):
    """What is refused before, or fails beside, the rules; its value is its code."""

    NOT_FOUND = ErrorCode("NOT_FOUND", "指定されたパス、APIバージョンまたはアクションは存在しません。", 404)
    METHOD_NOT_ALLOWED = ErrorCode("METHOD_NOT_ALLOWED", "このHTTPメソッドは使用できません。", 405)
    UNSUPPORTED_MEDIA_TYPE = ErrorCode(
        "UNSUPPORTED_MEDIA_TYPE", "Content-Typeにはapplication/json (charset=utf-8) を指定してください。", 415
    )
    BAD_REQUEST = ErrorCode("BAD_REQUEST", "リクエストがHTTPとして正しくありません。", 400)
    HEADERS_TOO_LARGE = ErrorCode("HEADERS_TOO_LARGE", "リクエストヘッダーは64KiB以下にしてください。", 431)
    PAYLOAD_TOO_LARGE = ErrorCode("PAYLOAD_TOO_LARGE", "リクエストボディは1MiB以下にしてください。", 413)
    REQUEST_TIMEOUT = ErrorCode("REQUEST_TIMEOUT", "リクエストが時間内に完了しませんでした。", 408)
    INVALID_CALL_ID = ErrorCode("INVALID_CALL_ID", "呼び出しIDにはUUIDを指定してください。", 400)
    TOO_MANY_REQUESTS = ErrorCode(
        "TOO_MANY_REQUESTS", "リクエストが集中しているため、しばらく待ってから再度実行してください。", 429
    )
    INVALID_JSON = ErrorCode("INVALID_JSON", "リクエストボディはJSONのオブジェクトにしてください。", 400)
    SYSTEM_ERROR = ErrorCode("SYSTEM_ERROR", "システムエラーが発生しました。")


def make_request_id() -> str:
    """A RequestId: unique per call, five groups of eight hex digits."""
    digits = secrets.token_hex(20)
    return "-".join(digits[start : start + 8] for start in range(0, 40, 8))


def success(action: str, request_id: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope of an answer."""
    return {f"{action}Response": {"RequestId": request_id, **answer}}


def refusal(request_id: str, refused: Refusal) -> dict[str, Any]:
    """The envelope of a refusal, every field at fault named."""
    code = ERRORS[refused.reason]
    envelope = failure(request_id, code)
    if refused.fields:
        envelope["ErrorResponse"]["ErrorDetail"] = dict.fromkeys(refused.fields, code.error_type)
    return envelope


def failure(request_id: str, code: ErrorCode) -> dict[str, Any]:
    """The envelope of an error without fields."""
    return {
        "ErrorResponse": {
            "RequestId": request_id,
            "ErrorType": code.error_type,
            "ErrorMessage": code.message,
        }
    }
