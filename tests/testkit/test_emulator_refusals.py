"""The control API of an emulator: what is wrong is named with what would be right; no page in a browser may use it."""

import pytest

from support.emulating import Emulator
from unyo.testkit.emulator.control import LONGEST
from unyo.testkit.emulator.operations import OPERATIONS


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("/faults/lose_answer", {}, "carried_out is missing: it is true or false"),
        ("/faults/lose_answer", {"carried_out": "yes"}, "carried_out must be true or false"),
        ("/faults/latency", {"seconds": -1}, "a delay is a number of seconds"),
        ("/faults/rate_limit", {"retry_afte": 1}, "there is no retry_afte here: is it retry_after?"),
        ("/faults/rate_limit", {"on": {"action": "Update"}}, "there is no action 'Update': RegisterTicket, "),
        ("/faults/rate_limit", {"on": {"tims": 1}}, "there is no on.tims here: is it times?"),
        (
            "/faults/someone_edits",
            {"someone": "SA1"},
            "someone must be a master ID of the cast: SA1234567 (山田 太郎), ",
        ),
        ("/faults/someone_edits", {"changes": {"titel": "x"}}, "there is no changes.titel here: is it title?"),
        (
            "/faults/someone_edits",
            {"memos": [{"operation": "x"}]},
            "memos.0.operation must be one of add, edit, delete",
        ),
        ("/faults/someone_edits", {"memos": [{"operation": "edit", "text": "x"}]}, "memos.0.number is missing"),
        ("/clock/set", {"moment": "20260401090000"}, "moment must be a moment with its zone, such as 2026-04-01T09"),
        ("/clock/set", {"moment": "2026-04-01T09:00:00"}, "moment must be a moment with its zone"),
        ("/clock/advance", {"days": 1e300}, "a ticket's dates lie in the years 1900 to 9999"),
        ("/clock/advance", {"days": 1e8}, "a ticket's dates lie in the years 1900 to 9999"),
        ("/clock/run", {"now": 1}, "there is no now here: it takes nothing"),
        ("/tickets", {"kind": "problem"}, "kind must be 'incident' or 'request'"),
        ("/tickets", {"memos": "x"}, "memos must be a list, each a text"),
        ("/tickets", {"fields": {"urgency": "高"}}, "there is no fields.urgency here: "),
        ("/tickets", {"fields": {"limit_date": "2026-04-01"}}, "fields.limit_date must be a moment with its zone"),
        (
            "/tickets",
            {"fields": {"supported_group": "x"}},
            "supported_group: 入力パラメータが正しく指定されていません。 (PARAMETER_ERROR); supported_group is one of ",
        ),
        (
            "/tickets",
            {"fields": {"category": "x"}},
            "category: 入力パラメータが正しく指定されていません。 (PARAMETER_ERROR)",
        ),
        ("/restore", {"snapshot": "x"}, "there is no snapshot x: there are none"),
        ("/accounts/SA1234567", {"role": "x"}, "role must be '特権ユーザ', "),
        ("/journal/assert_called", {"times": 1}, "action is missing: it is a text"),
        ("/journal/assert_not_called", {"action": "UpdateTickt"}, "there is no action 'UpdateTickt': RegisterTicket, "),
        ("/journal/assert_actions", {"actions": ["Update"]}, "there is no action 'Update': RegisterTicket, "),
        ("/reset", [], "the body must be an object"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(desk: Emulator, path: str, given: object, said: str) -> None:
    assert desk.refuses(path, given).startswith(said)
    assert desk.get("/faults") == {"waiting": []}


def test_a_field_of_the_other_kind_is_refused(desk: Emulator) -> None:
    told = desk.post("/tickets")
    said = desk.refuses(f"/tickets/{told['ticket_id']}", {"changes": {"urgency": "高"}})
    assert said == "changes: a ticket of this kind has no field urgency to be set"


def test_a_body_that_is_no_json_is_refused(desk: Emulator) -> None:
    answer = desk.http.post("/_emulator/reset", content=b"{")
    assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (422, "the body is not JSON")


def test_a_query_that_means_nothing_is_refused(desk: Emulator) -> None:
    assert desk.refuses("/journal?actoin=x", None, method="GET") == "there is no actoin here: is it action?"


def test_a_path_that_is_not_there_is_answered_with_those_that_are(desk: Emulator) -> None:
    answer = desk.http.get("/_emulator/fault")
    assert answer.status_code == 404
    assert answer.json()["there_are"] == [f"{each.method} /_emulator{each.path}" for each in OPERATIONS]
    assert desk.refuses("/accounts/SA1", {}, status=404).startswith("there is no SA1 in the cast: SA1234567")


def test_another_method_is_answered_with_those_that_are(desk: Emulator) -> None:
    answer = desk.http.put("/_emulator/journal")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, DELETE")


def test_a_body_may_have_a_mebibyte(desk: Emulator) -> None:
    fits = b" " * (LONGEST - 2) + b"{}"
    assert desk.http.post("/_emulator/reset", content=fits).status_code == 200
    assert desk.http.post("/_emulator/reset", content=b" " + fits).status_code == 413


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1:9", "[::1]", "[::1]:80"])
def test_it_answers_to_the_names_of_loopback(desk: Emulator, host: str) -> None:
    assert desk.http.get("/_emulator/clock", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Host": "desk.example"}, {"Host": "127.0.0.1.desk.example:80"}, {"Host": ""}, {"Origin": "null"}]
)
def test_a_page_in_a_browser_is_refused(desk: Emulator, headers: dict[str, str]) -> None:
    desk.post("/faults/system_error")
    answer = desk.http.delete("/_emulator/faults", headers=headers)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert len(desk.get("/faults")["waiting"]) == 1
