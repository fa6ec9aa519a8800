"""What is registered is documented, and what the contract spells is spelt so."""

import re
from pathlib import Path

import pytest

from support.commands import unyo_here
from support.desks import DeskUnderTest
from support.tree import ROOT
from unyo.api.heads import HEAD_SECONDS
from unyo.api.http import BODY_SECONDS
from unyo.api.serving import KEEP_ALIVE_SECONDS
from unyo.config.settings import Settings
from unyo.config.table import CONFIG_VARIABLE, TABLE, Row
from unyo.storage.writing.queue import Bounds
from unyo.tickets.errors import Reason
from unyo.uom.actions import ACTIONS
from unyo.uom.envelopes import ERRORS, Failure

# The contract's section 4, literally.
CONTRACT_ERRORS = {
    ("PARAMETER_REQUIRED", "必須項目が指定されていません。"),
    ("PARAMETER_TOO_LONG", "最大文字数を超過しています。"),
    ("PARAMETER_ERROR", "指定できないパラメータが含まれています。"),
    ("PARAMETER_ERROR", "空欄にできない項目が空文字で指定されています。"),
    ("PARAMETER_ERROR", "入力パラメータが正しく指定されていません。"),
    (
        "PARAMETER_ERROR",
        "ステータスをクローズまたはクローズ承認待ちへ変更する場合、クローズ承認者の指定が必要です。",
    ),
    (
        "PARAMETER_ERROR",
        "クローズ承認者はステータスをクローズまたはクローズ承認待ちに変更する場合のみ指定してください。",
    ),
    ("PARAMETER_ERROR", "ステータスがクローズ以外の場合、担当グループの値の指定が必要です。"),
    ("PARAMETER_ERROR", "指定されたSAアカウントまたはサービスコードが不正です。"),
    ("NO_TICKET_ID", "指定されたチケットIDのデータは存在しない、または閲覧権限がありません。"),
    ("AUTH_FAILURE", "認証エラーです。"),
    ("EXCLUSION_FAILURE", "他のユーザが指定されたチケットを更新しています。"),
    ("NO_ROLES_TO_CLOSE", "ステータスをクローズにする権限がありません。"),
    ("SYSTEM_ERROR", "システムエラーが発生しました。"),
}
# Its sections 1 and 6: the errors outside of it, by their HTTP status; BAD_REQUEST is our own (docs/decisions.md).
OTHER_ERRORS = {
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "BAD_REQUEST": 400,
    "HEADERS_TOO_LARGE": 431,
    "PAYLOAD_TOO_LARGE": 413,
    "REQUEST_TIMEOUT": 408,
    "TOO_MANY_REQUESTS": 429,
    "INVALID_JSON": 400,
    "INVALID_CALL_ID": 400,
    "CALL_ID_REUSED": 409,
}
ANSWERED = [*ERRORS.values(), *(failure.value for failure in Failure)]
# Sources of what users read about the actions, as far as they are written.
ABOUT_ACTIONS = [ROOT / "README.md", ROOT / "README.ja.md", *sorted((ROOT / "docs" / "reference").glob("actions*"))]


def test_every_reason_for_a_refusal_has_its_error() -> None:
    assert set(ERRORS) == set(Reason)


def test_the_errors_of_the_actions_are_those_of_the_contract() -> None:
    spelt = {(code.error_type, code.message) for code in ANSWERED if code.status == 200}
    assert spelt == CONTRACT_ERRORS


def test_the_errors_outside_the_contract_have_their_own_status() -> None:
    assert {code.error_type: code.status for code in ANSWERED if code.status != 200} == OTHER_ERRORS


def test_every_message_outside_the_contract_is_one_japanese_sentence() -> None:
    for code in ANSWERED:
        assert code.message.count("。") == 1
        assert code.message.endswith("。")


def test_every_action_and_nothing_else_is_in_openapi(desk: DeskUnderTest) -> None:
    described = desk.transport.request("GET", "/openapi.json", b"", []).envelope["paths"]
    assert {path: operation["post"]["operationId"] for path, operation in described.items()} == {
        f"/r/20221221/{name}.json": name for name in ACTIONS
    }


@pytest.mark.parametrize("path", ABOUT_ACTIONS, ids=lambda path: path.name)
def test_every_action_is_named_where_users_read(path: Path) -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", path.read_text(encoding="utf-8")))
    assert set(ACTIONS) <= named


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_setting_is_explained_by_the_help_of_serve(tmp_path: Path, row: Row) -> None:
    shown = unyo_here("serve", "--help", folder=tmp_path).out
    assert row.meaning in shown
    assert re.search(rf"\b{row.variable}\b", shown)
    assert CONFIG_VARIABLE in shown


def test_no_setting_is_without_effect() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    # A file with a secret is read where settings are loaded, in the place of the setting that it is named after.
    named = [name for name in TABLE if name.removesuffix("_file") == name or name.removesuffix("_file") not in TABLE]
    assert [name for name in named if not re.search(rf"\b(settings|self|found)\.{name}\b", code)] == []


def test_there_are_settings_to_explain() -> None:
    assert set(TABLE) >= {"database", "secret_key", "secret_key_file", "host", "port", "workers"}


def test_the_defaults_of_a_server_are_those_of_the_rooms_that_they_are_handed_to() -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    bounds = Bounds()
    assert (defaults["head_seconds"], defaults["body_seconds"]) == (HEAD_SECONDS, BODY_SECONDS)
    assert defaults["keep_alive_seconds"] == KEEP_ALIVE_SECONDS
    assert (defaults["queue_calls"], defaults["queue_mib"] * 1024**2) == (bounds.waiting_calls, bounds.waiting_bytes)
