"""`unyo compare`: what unyo answers otherwise than an endpoint did, rule by rule, and nothing else."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cassettes import (
    Calls,
    changed,
    everywhere,
    first_of,
    first_refusal,
    headers_of,
    is_refused,
    recorded,
    registered,
    report_of,
)
from support.commands import unyo_here
from support.desks import INCIDENT
from unyo.testkit.cassettes.rules import Rule
from unyo.uom.signature import EXPIRE

DETAIL = "GetTicketDetailResponse"


def test_what_unyo_answered_is_what_unyo_answers(cassette: Path) -> None:
    report = report_of(cassette)
    assert report["differences"] == []
    assert report["replayed"] > 80
    reasons = {each["reason"].partition(":")[0] for each in report["not_replayed"]}
    assert reasons == {
        f"{name} is an extension of unyo" for name in ("GetTicketList", "GetTicketHistory", "GetOptionList")
    }
    assert report["calls"] == report["replayed"] + 3


def test_a_masked_recording_is_replayed_just_so(tmp_path: Path) -> None:
    assert report_of(recorded(tmp_path, "--mask"))["differences"] == []


def _detail(calls: Calls) -> dict[str, Any]:
    """The first answer of GetTicketDetail about a ticket that has been updated before."""
    updated = calls.index(first_of(calls, "UpdateTicket", INCIDENT))
    found: dict[str, Any] = first_of(calls, "GetTicketDetail", INCIDENT, after=updated)["answer"]["body"][DETAIL]
    return found


def _renamed(inside: dict[str, Any], name: str, new: str) -> None:
    """Give a member another name, at its place."""
    items = [(new if each == name else each, value) for each, value in inside.items()]
    inside.clear()
    inside.update(items)


def _last_read(calls: Calls) -> dict[str, Any]:
    """The last answer of GetTicketDetail about the ticket that was registered first."""
    ticket = registered(calls)
    reads = [
        c for c in calls if c["action"] == "GetTicketDetail" and c["request"].get("body", {}).get("TicketId") == ticket
    ]
    found: dict[str, Any] = reads[-1]["answer"]
    return found


def _no_json(calls: Calls) -> None:
    """As the vendor's own page has it."""
    answer = first_of(calls, "GetTicketDetail")["answer"]
    answer["text"] = json.dumps(answer.pop("body"), ensure_ascii=False, indent=1)[:-3] + ",\n }\n}"


def _refused_instead(calls: Calls) -> None:
    inside = {"RequestId": "0" * 8 + "-00000000" * 4, "ErrorType": "SOMETHING", "ErrorMessage": "だめ"}
    _last_read(calls)["body"] = {"ErrorResponse": inside}


def _swapped(inside: dict[str, Any]) -> None:
    items = [*inside.items()]
    items[2], items[3] = items[3], items[2]
    inside.clear()
    inside.update(items)


def _memos(calls: Calls) -> list[dict[str, str]]:
    """The memos of a ticket as they are read last."""
    found: list[dict[str, str]] = _last_read(calls)["body"][DETAIL]["CorrespondProcessList"]
    return found


# How an endpoint that keeps all rules but one would have answered.
OTHERWISE: dict[Rule, Callable[[Calls], Any]] = {
    Rule.STATUS: lambda calls: first_of(calls, "GetTicketDetail")["answer"].update(status=201),
    Rule.CONTENT_TYPE: lambda calls: first_of(calls, "GetTicketDetail")["answer"]["headers"].update(
        {"content-type": "text/json"}
    ),
    Rule.JSON: _no_json,
    Rule.SIGNATURE: lambda calls: headers_of(first_of(calls, "GetTicketDetail")).update(
        {EXPIRE: "2026-04-01T00:00:00Z"}
    ),
    Rule.OUTCOME: _refused_instead,
    Rule.ENVELOPE: lambda calls: _renamed(
        first_of(calls, "UpdateTicket")["answer"]["body"], "UpdateTicketResponse", "Done"
    ),
    Rule.REQUEST_ID: lambda calls: _detail(calls).update(RequestId="1"),
    Rule.ERROR_TYPE: lambda calls: first_refusal(calls, "PARAMETER_TOO_LONG").update(ErrorType="TOO_LONG"),
    Rule.ERROR_MESSAGE: lambda calls: first_refusal(calls, "NO_TICKET_ID").update(ErrorMessage="ありません。"),
    Rule.ERROR_DETAIL: lambda calls: first_refusal(calls, "PARAMETER_TOO_LONG")["ErrorDetail"].pop("EventId"),
    Rule.TICKET_ID: lambda calls: everywhere(calls, registered(calls), "INC-00001"),
    Rule.MEMBER_MISSING: lambda calls: _detail(calls).update(Extra="1"),
    Rule.MEMBER_UNEXPECTED: lambda calls: _detail(calls).pop("MasterTicketId"),
    Rule.MEMBER_ORDER: lambda calls: _swapped(_detail(calls)),
    Rule.VALUE_TYPE: lambda calls: _detail(calls).update(Cause=None),
    Rule.VALUE: lambda calls: _detail(calls).update(Priority="高"),
    Rule.MEMO_COUNT: lambda calls: _memos(calls).pop(),
    Rule.MEMO_NUMBER: lambda calls: _memos(calls)[0].update(CorrespondProcessSeq="7"),
    Rule.MEMO_DATE: lambda calls: _memos(calls)[1].update(CorrespondProcessUpdateDate="20301231235959"),
    Rule.LOCK_DATE: lambda calls: _last_read(calls)["body"][DETAIL].update(SummaryUpdateDate="20301231235959"),
}


def test_every_rule_is_tried() -> None:
    assert {*OTHERWISE} == {*Rule}


@pytest.mark.parametrize("rule", Rule, ids=lambda rule: rule.called)
def test_an_endpoint_that_breaks_one_rule_is_told_by_this_rule_alone(
    rule: Rule, cassette: Path, tmp_path: Path
) -> None:
    report = report_of(changed(cassette, tmp_path, OTHERWISE[rule]))
    assert report["by_rule"] == {rule.called: 1}, report["differences"]
    (told,) = report["differences"]
    assert (told["rule"], told["section"]) == (rule.called, rule.section)
    assert told["recorded"] != told["unyo"]
    assert told["line"] > 0


def test_the_report_for_people_shows_both_sides(cassette: Path, tmp_path: Path) -> None:
    another = changed(cassette, tmp_path, OTHERWISE[Rule.VALUE])
    ended = unyo_here("compare", str(another), folder=tmp_path)
    assert ended.status == 1
    summary = ended.out.splitlines()[0]
    assert re.fullmatch(r"changed\.yaml: \d+ calls, \d+ replayed: \d+ the same, 1 differs?; 3 not replayed", summary)
    assert re.search(r"^value +1 +a value of the ticket \(5 and 6\)", ended.out, re.MULTILINE)
    assert re.search(r"^call \d+  \d\d:\d\d:\d\d  GetTicketDetail UTM123456  line \d+$", ended.out, re.MULTILINE)
    assert re.search(r"^  value +Priority +recorded +高 *\n +unyo +低 *$", ended.out, re.MULTILINE)
    assert "call 79  GetOptionList" in ended.out or "GetOptionList: GetOptionList is an extension" in ended.out


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_report_is_written_into_a_file(cassette: Path, tmp_path: Path, form: str) -> None:
    shown = unyo_here("compare", str(cassette), "--format", form, folder=tmp_path)
    ended = unyo_here("compare", str(cassette), "--format", form, "--report", "report", folder=tmp_path)
    assert (shown.status, ended.status) == (0, 0)
    assert ended.out.endswith("The report is in report\n")
    written = (tmp_path / "report").read_text(encoding="utf-8")
    assert [line.rstrip() for line in written.splitlines()] == [line.rstrip() for line in shown.out.splitlines()]


def test_a_difference_is_told_once_and_not_by_every_call_after_it(cassette: Path, tmp_path: Path) -> None:
    def _refuses_the_first(calls: Calls) -> None:
        body = first_of(calls, "UpdateTicket", INCIDENT)["answer"]["body"]
        body.clear()
        body["ErrorResponse"] = {**first_refusal(calls, "NO_TICKET_ID")}

    report = report_of(changed(cassette, tmp_path, _refuses_the_first))
    assert report["by_rule"] == {"outcome": 1}, report["differences"]


def test_what_an_endpoint_did_not_answer_is_not_compared(cassette: Path, tmp_path: Path) -> None:
    def _in_trouble(calls: Calls) -> None:
        first, second, third, *_ = (each for each in calls if each["answer"]["status"] == 200 and is_refused(each))
        first.pop("answer")
        first["trouble"] = "no answer in time"
        second["answer"]["body"] = {"ErrorResponse": {"RequestId": "1", "ErrorType": "SYSTEM_ERROR"}}
        third["answer"]["status"] = 503

    report = report_of(changed(cassette, tmp_path, _in_trouble))
    assert report["differences"] == []
    assert len(report["not_replayed"]) == 3 + 3


def _memo_numbers(new: Callable[[str], str]) -> Callable[[Calls], None]:
    def _change(calls: Calls) -> None:
        text = json.dumps(calls)
        calls[:] = json.loads(
            re.sub(r'("CorrespondProcessSeq": ")([0-9]+)"', lambda found: f'{found[1]}{new(found[2])}"', text)
        )

    return _change


@pytest.mark.parametrize(
    "change",
    [
        lambda calls: everywhere(calls, INCIDENT, "INC-77"),
        lambda calls: everywhere(calls, registered(calls), "UTM7"),
        lambda calls: everywhere(calls, "HW障害", "独自のカテゴリ"),
        lambda calls: everywhere(calls, "サーバ運用", "独自の組"),
        lambda calls: everywhere(calls, "SA1234567", "SB1"),
        lambda calls: everywhere(calls, "uom12345678", "uom1"),
        _memo_numbers(lambda number: str(10_000 + int(number))),
        _memo_numbers(lambda number: f"M-{number}"),
    ],
    ids=["ticket", "new ticket", "list value", "group", "account", "service", "memo numbers", "odd memo numbers"],
)
def test_what_only_has_another_name_at_the_endpoint_is_no_difference(
    change: Callable[[Calls], None], cassette: Path, tmp_path: Path
) -> None:
    assert report_of(changed(cassette, tmp_path, change))["differences"] == []


def test_an_endpoint_that_does_not_tell_the_kind_of_a_ticket_differs_in_that_alone(
    cassette: Path, tmp_path: Path
) -> None:
    def _untold(calls: Calls) -> None:
        for call in calls:
            call.get("answer", {}).get("body", {}).get(DETAIL, {}).pop("TicketProcessType", None)

    report = report_of(changed(cassette, tmp_path, _untold))
    assert {(each["rule"], each["where"]) for each in report["differences"]} == {
        ("member-unexpected", "TicketProcessType")
    }


def _replaced(value: Any, chance: random.Random) -> Any:
    """A value in which one part in forty is something else."""
    if chance.random() < 0.025:
        return chance.choice([None, 1, "", "x", [], {}, ["x"], {"x": "y"}, "20270101000000", "\ud800"])
    if isinstance(value, dict):
        return {name: _replaced(each, chance) for name, each in value.items()}
    return [_replaced(each, chance) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(6))
def test_whatever_stands_in_the_bodies_is_compared(seed: int, cassette: Path, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated

    def _change(calls: Calls) -> None:
        for call in calls:
            for message in (call["request"], call["answer"]):
                if "body" in message:
                    message["body"] = {name: _replaced(each, chance) for name, each in message["body"].items()}

    report = report_of(changed(cassette, tmp_path, _change))
    assert report["differing"] > 10
