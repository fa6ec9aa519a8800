"""`unyo compare`: what unyo answers otherwise than an endpoint did, rule by rule, and nothing else."""

import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import unyo_here
from support.demonstration import YAMADA, demonstration
from support.desks import INCIDENT
from support.processes import Client
from support.recorded_work import work
from support.recordings import recording
from unyo.testkit.cassettes.form import dump
from unyo.testkit.cassettes.rules import Rule
from unyo.uom.signature import EXPIRE

WRONG_USAGE = 2
DETAIL = "GetTicketDetailResponse"
Calls = list[dict[str, Any]]


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A morning's work, recorded at a real desk."""
    return _recorded(tmp_path_factory.mktemp("recorded"))


def _recorded(folder: Path, *flags: str) -> Path:
    with (
        demonstration("--serve-only", folder=folder) as (_, url),
        recording(url, folder, *flags) as recorder,
        Client(recorder.url, YAMADA) as client,
        Client(url, YAMADA) as elsewhere,
    ):
        work(client, elsewhere)
    return recorder.cassette


def report_of(cassette: Path) -> dict[str, Any]:
    """The report for programs; its exit status is as it says."""
    ended = unyo_here("compare", str(cassette), "--format", "json", folder=cassette.parent)
    assert ended.err == ""
    found: dict[str, Any] = json.loads(ended.out)
    assert ended.status == (1 if found["differing"] else 0)
    return found


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
    assert report_of(_recorded(tmp_path, "--mask"))["differences"] == []


def _at(calls: Calls, action: str, of: str = "", *, after: int = 0) -> dict[str, Any]:
    """The first successful call of an action (about a ticket) after so many calls."""
    return next(
        call
        for call in calls[after:]
        if call["action"] == action
        and f"{action}Response" in call["answer"].get("body", {})
        and of in {"", call["request"].get("body", {}).get("TicketId")}
    )


def _refused(calls: Calls, error: str) -> dict[str, Any]:
    """What stands in the first answer with that error."""
    found = (call["answer"].get("body", {}).get("ErrorResponse", {}) for call in calls if call["action"])
    return next(each for each in found if each.get("ErrorType") == error)


def _detail(calls: Calls) -> dict[str, Any]:
    """The first answer of GetTicketDetail about a ticket that has been updated before."""
    updated = calls.index(_at(calls, "UpdateTicket", INCIDENT))
    found: dict[str, Any] = _at(calls, "GetTicketDetail", INCIDENT, after=updated)["answer"]["body"][DETAIL]
    return found


def _renamed(inside: dict[str, Any], name: str, new: str) -> None:
    """Give a member another name, at its place."""
    items = [(new if each == name else each, value) for each, value in inside.items()]
    inside.clear()
    inside.update(items)


def _last_read(calls: Calls) -> dict[str, Any]:
    """The last answer of GetTicketDetail about the ticket that was registered first."""
    ticket = _registered(calls)
    reads = [
        c for c in calls if c["action"] == "GetTicketDetail" and c["request"].get("body", {}).get("TicketId") == ticket
    ]
    found: dict[str, Any] = reads[-1]["answer"]
    return found


def _no_json(calls: Calls) -> None:
    """As the vendor's own page has it."""
    answer = _at(calls, "GetTicketDetail")["answer"]
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
    Rule.STATUS: lambda calls: _at(calls, "GetTicketDetail")["answer"].update(status=201),
    Rule.CONTENT_TYPE: lambda calls: _at(calls, "GetTicketDetail")["answer"]["headers"].update(
        {"content-type": "text/json"}
    ),
    Rule.JSON: _no_json,
    Rule.SIGNATURE: lambda calls: _headers(_at(calls, "GetTicketDetail")).update({EXPIRE: "2026-04-01T00:00:00Z"}),
    Rule.OUTCOME: _refused_instead,
    Rule.ENVELOPE: lambda calls: _renamed(_at(calls, "UpdateTicket")["answer"]["body"], "UpdateTicketResponse", "Done"),
    Rule.REQUEST_ID: lambda calls: _detail(calls).update(RequestId="1"),
    Rule.ERROR_TYPE: lambda calls: _refused(calls, "PARAMETER_TOO_LONG").update(ErrorType="TOO_LONG"),
    Rule.ERROR_MESSAGE: lambda calls: _refused(calls, "NO_TICKET_ID").update(ErrorMessage="ありません。"),
    Rule.ERROR_DETAIL: lambda calls: _refused(calls, "PARAMETER_TOO_LONG")["ErrorDetail"].pop("EventId"),
    Rule.TICKET_ID: lambda calls: _everywhere(calls, _registered(calls), "INC-00001"),
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


def _registered(calls: Calls) -> str:
    return str(_at(calls, "RegisterTicket")["answer"]["body"]["RegisterTicketResponse"]["TicketId"])


def _everywhere(calls: Calls, text: str, new: str) -> None:
    changed = json.dumps(calls, ensure_ascii=False)
    for quote in ('"', r"\""):  # the latter in a body that was recorded as text
        changed = changed.replace(f"{quote}{text}{quote}", f"{quote}{new}{quote}")
    calls[:] = json.loads(changed)


def _changed(cassette: Path, folder: Path, change: Callable[[Calls], Any]) -> Path:
    """A cassette in which something is otherwise."""
    found = yaml.safe_load(cassette.read_text(encoding="utf-8"))
    change(found["calls"])
    path = folder / "changed.yaml"
    path.write_text(dump(found), encoding="utf-8")
    return path


def test_every_rule_is_tried() -> None:
    assert {*OTHERWISE} == {*Rule}


@pytest.mark.parametrize("rule", Rule, ids=lambda rule: rule.called)
def test_an_endpoint_that_breaks_one_rule_is_told_by_this_rule_alone(
    rule: Rule, cassette: Path, tmp_path: Path
) -> None:
    report = report_of(_changed(cassette, tmp_path, OTHERWISE[rule]))
    assert report["by_rule"] == {rule.called: 1}, report["differences"]
    (told,) = report["differences"]
    assert (told["rule"], told["section"]) == (rule.called, rule.section)
    assert told["recorded"] != told["unyo"]
    assert told["line"] > 0


def test_the_report_for_people_shows_both_sides(cassette: Path, tmp_path: Path) -> None:
    changed = _changed(cassette, tmp_path, OTHERWISE[Rule.VALUE])
    ended = unyo_here("compare", str(changed), folder=tmp_path)
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


def _headers(call: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = call["request"]["headers"]
    return found


def _ahead(call: dict[str, Any], ahead: timedelta, form: str = "%Y-%m-%dT%H:%M:%SZ") -> dict[str, str]:
    """An expiry that is so far ahead of the call."""
    return {EXPIRE: (datetime.fromisoformat(call["time"]).astimezone(UTC) + ahead).strftime(form)}


Kind = Callable[[dict[str, Any]], dict[str, str]]
# Kinds of signatures that unyo refuses, with its reason.
REFUSED_BY_UNYO: list[tuple[Kind, str]] = [
    (lambda call: _ahead(call, timedelta(hours=-1)), "x-iijapi-Expire is past"),
    (lambda call: _ahead(call, timedelta(hours=25)), "x-iijapi-Expire is past, or more than 24 hours ahead"),
    (lambda call: _ahead(call, timedelta(hours=1), "%Y-%m-%dT%H:%M:%S+00:00"), "x-iijapi-Expire is not YYYY"),
    (lambda call: _ahead(call, timedelta(hours=1), "%Y%m%d%H%M%S"), "x-iijapi-Expire is not YYYY"),
    (lambda _: {EXPIRE: "<scrubbed>"}, "x-iijapi-Expire is not YYYY"),
    (lambda _: {EXPIRE: "<repeated>"}, "the header x-iijapi-expire was sent more than once"),
    (lambda _: {"content-type": "<repeated>"}, "the header content-type was sent more than once"),
    (lambda _: {"x-iijapi-signatureversion": "1"}, "x-iijapi-SignatureVersion is not 2"),
    (lambda _: {"x-iijapi-signaturemethod": "HmacMD5"}, "x-iijapi-SignatureMethod is neither"),
    (lambda _: {"content-md5": "<of another body>"}, "Content-MD5 does not match"),
    (lambda _: {"content-md5": "<of another form>"}, "Content-MD5 is not base64"),
    (lambda _: {"authorization": "iijapi KEY1:<scrubbed>"}, "Authorization is not"),
    (lambda _: {"authorization": "IIJAPI KEY1:<of another form>"}, "Authorization is not"),
    (lambda _: {"authorization": "<repeated>"}, "the header authorization was sent more than once"),
    (lambda _: {"authorization": "<scrubbed>"}, "Authorization is not"),
]


def test_a_signature_that_only_the_endpoint_accepts_is_told_with_the_reason_and_hides_nothing_else(
    cassette: Path, tmp_path: Path
) -> None:
    def _change(calls: Calls) -> None:
        accepted = [call for call in calls if _headers(call).get("authorization") == "IIJAPI KEY1:<scrubbed>"]
        for call, (kind, _) in zip([call for call in accepted if not _is_refused(call)], REFUSED_BY_UNYO, strict=False):
            _headers(call).update(kind(call))

    differences = report_of(_changed(cassette, tmp_path, _change))["differences"]
    assert [each["rule"] for each in differences] == ["signature"] * len(REFUSED_BY_UNYO)
    for told, (_, reason) in zip(differences, REFUSED_BY_UNYO, strict=True):
        assert told["recorded"].startswith("accepted: ")
        assert told["unyo"].startswith(f"refused: {reason}")


# Kinds that an endpoint refuses, and what is said of each: nothing, where it is no drift.
REFUSED_THERE: list[tuple[Kind, str]] = [
    (lambda _: {}, ""),  # which is accepted elsewhere: it was signed with another secret
    (lambda call: _ahead(call, timedelta(hours=1, seconds=30)), ""),
    (lambda call: _ahead(call, timedelta(hours=-1)), ""),  # which unyo refuses too
    (lambda _: {"x-iijapi-signaturemethod": "HmacSHA1"}, ""),  # by which others of this key were accepted
    (lambda call: _ahead(call, timedelta(hours=23)), "x-iijapi-expire 23:00:00 after the call"),
    (lambda _: {"content-type": "application/json;charset=utf-8"}, "content-type application/json;charset=utf-8"),
    (lambda _: {"x-iijapi-*": "<1 more>"}, "x-iijapi-* <1 more>"),
]


def test_a_refused_signature_is_told_where_it_is_of_a_kind_that_was_never_accepted(
    cassette: Path, tmp_path: Path
) -> None:
    def _refused_as(call: dict[str, Any], calls: Calls, kind: Kind, **more: str) -> None:
        refused = json.loads(json.dumps(call))
        refused["answer"]["body"] = {"ErrorResponse": {**_refused(calls, "AUTH_FAILURE")}}
        refused["request"] |= more
        _headers(refused).update(kind(refused))
        calls.append(refused)

    def _change(calls: Calls) -> None:
        call = _at(calls, "UpdateTicket", INCIDENT)
        for kind, _ in REFUSED_THERE:
            _refused_as(call, calls, kind)
        _refused_as(call, calls, lambda _: {}, query="<scrubbed>")

    differences = report_of(_changed(cassette, tmp_path, _change))["differences"]
    assert {(each["rule"], each["unyo"]) for each in differences} == {("signature", "accepted, if signed well")}
    told = [each["recorded"].partition("so: ")[2] for each in differences]
    assert told == [*(said for _, said in REFUSED_THERE if said), "query <scrubbed>"]


def test_a_signature_that_ran_out_while_the_endpoint_worked_was_good(cassette: Path, tmp_path: Path) -> None:
    def _slow(calls: Calls) -> None:
        call = _at(calls, "UpdateTicket", INCIDENT)
        call["seconds"] = 50.5
        _headers(call).update(_ahead(call, timedelta(seconds=-40)))

    assert report_of(_changed(cassette, tmp_path, _slow))["differences"] == []


def test_a_key_of_which_no_signature_was_ever_accepted_is_remarked_upon(cassette: Path, tmp_path: Path) -> None:
    def _only_refused(calls: Calls) -> None:
        refused = {"ErrorResponse": {**_refused(calls, "AUTH_FAILURE")}}
        calls[:] = [call for call in calls if _headers(call).get("authorization") == "IIJAPI KEY1:<scrubbed>"][:3]
        for call in calls:
            call["answer"]["body"] = refused

    changed = _changed(cassette, tmp_path, _only_refused)
    report = report_of(changed)
    assert (report["differences"], len(report["remarks"])) == ([], 1)
    assert report["remarks"][0].startswith("KEY1 was refused in all its calls (3)")
    ended = unyo_here("compare", str(changed), folder=tmp_path)
    assert (ended.status, ended.out.splitlines()[-2:]) == (0, ["Not known", f"  {report['remarks'][0]}"])


def test_a_difference_is_told_once_and_not_by_every_call_after_it(cassette: Path, tmp_path: Path) -> None:
    def _refuses_the_first(calls: Calls) -> None:
        body = _at(calls, "UpdateTicket", INCIDENT)["answer"]["body"]
        body.clear()
        body["ErrorResponse"] = {**_refused(calls, "NO_TICKET_ID")}

    report = report_of(_changed(cassette, tmp_path, _refuses_the_first))
    assert report["by_rule"] == {"outcome": 1}, report["differences"]


def test_what_an_endpoint_did_not_answer_is_not_compared(cassette: Path, tmp_path: Path) -> None:
    def _in_trouble(calls: Calls) -> None:
        first, second, third, *_ = (each for each in calls if each["answer"]["status"] == 200 and _is_refused(each))
        first.pop("answer")
        first["trouble"] = "no answer in time"
        second["answer"]["body"] = {"ErrorResponse": {"RequestId": "1", "ErrorType": "SYSTEM_ERROR"}}
        third["answer"]["status"] = 503

    report = report_of(_changed(cassette, tmp_path, _in_trouble))
    assert report["differences"] == []
    assert len(report["not_replayed"]) == 3 + 3


def _is_refused(call: dict[str, Any]) -> bool:
    return "ErrorResponse" in call["answer"].get("body", {})


def test_a_cassette_without_calls_differs_in_nothing(cassette: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text(cassette.read_text(encoding="utf-8").split("- call: 1\n")[0], encoding="utf-8")
    assert report_of(empty)["calls"] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: a cassette begins with unyo_cassette: 1"),
        ("- 1", "line 1: a cassette begins with unyo_cassette: 1"),
        ("calls: []", "line 1: a cassette begins with unyo_cassette: 1"),
        ("# first\nunyo_cassette: 2\ncalls:\n", "line 2: this release reads cassettes of version 1, not 2"),
        ("unyo_cassette: 1\ncalls: x", "line 2: calls must be a list"),
        ("unyo_cassette: 1\ncalls:\n- 1", "line 3: call 1: it must be a mapping"),
        ("unyo_cassette: 1\ncalls:\n- time: x", "line 3: call 1: request is missing"),
        (
            "unyo_cassette: 1\ncalls:\n- {request: {}, time: x}",
            "call 1: time must be such as 2026-04-01T09:00:00+09:00",
        ),
        ("unyo_cassette: 1\ncalls: [", "line 3: "),
        ("unyo_cassette: 1\ncalls:\n  - a: 'b", "line 3: "),
        ("\x00", "no cassette: "),
        (b"\xff", "is no cassette: it is no text in UTF-8"),
        ("[" * 3000, ""),
    ],
)
def test_what_is_no_cassette_is_told_with_its_line(content: str | bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "cassette.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = unyo_here("compare", str(path), folder=tmp_path)
    assert (ended.status, ended.out, len(ended.err.splitlines())) == (WRONG_USAGE, "", 1)
    assert said in ended.err
    assert "cassette.yaml" in ended.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"request": None}, "request must be a mapping"),
        ({"answer": 1}, "answer must be a mapping"),
        ({"answer": {"status": "200"}}, "status must be a whole number"),
        (
            {"answer": {"status": 200, "headers": {"date": 1}, "body": {}}},
            "the headers of its answer must be texts by name",
        ),
        ({"answer": {"status": 200}}, "text is missing"),
        ({"answer": None}, "trouble is missing"),
        ({"time": "2026-04-01T09:00:00"}, "time must be such as"),
        ({"action": 1}, "action must be a text"),
        ({"seconds": "1"}, "seconds must be a number from 0 to 86400"),
        ({"action": "Nothing"}, "action must be empty, or one of RegisterTicket, GetTicketDetail"),
        ({"request": {"method": "POST", "path": "x"}}, "path must be that of a URL"),
        ({"seconds": -1}, "seconds must be a number from 0 to 86400"),
        (
            {"answer": {"status": 200, "headers": {"date": "é"}, "body": {}}},
            "the headers of its answer must be texts by name, such as HTTP carries",
        ),
    ],
)
def test_a_call_that_is_none_is_told_with_its_number_and_line(
    change: dict[str, Any], said: str, cassette: Path, tmp_path: Path
) -> None:
    changed = _changed(cassette, tmp_path, lambda calls: calls[1].update(change))
    line = changed.read_text().splitlines().index("- call: 2") + 1
    ended = unyo_here("compare", str(changed), folder=tmp_path)
    assert (ended.status, ended.out) == (WRONG_USAGE, "")
    assert f"changed.yaml, line {line}: call 2: {said}" in ended.err


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    ended = unyo_here("compare", "none.yaml", folder=tmp_path)
    assert (ended.status, ended.out) == (WRONG_USAGE, "")
    assert "none.yaml" in ended.err


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
        lambda calls: _everywhere(calls, INCIDENT, "INC-77"),
        lambda calls: _everywhere(calls, _registered(calls), "UTM7"),
        lambda calls: _everywhere(calls, "HW障害", "独自のカテゴリ"),
        lambda calls: _everywhere(calls, "サーバ運用", "独自の組"),
        lambda calls: _everywhere(calls, "SA1234567", "SB1"),
        lambda calls: _everywhere(calls, "uom12345678", "uom1"),
        _memo_numbers(lambda number: str(10_000 + int(number))),
        _memo_numbers(lambda number: f"M-{number}"),
    ],
    ids=["ticket", "new ticket", "list value", "group", "account", "service", "memo numbers", "odd memo numbers"],
)
def test_what_only_has_another_name_at_the_endpoint_is_no_difference(
    change: Callable[[Calls], None], cassette: Path, tmp_path: Path
) -> None:
    assert report_of(_changed(cassette, tmp_path, change))["differences"] == []


def test_an_endpoint_that_does_not_tell_the_kind_of_a_ticket_differs_in_that_alone(
    cassette: Path, tmp_path: Path
) -> None:
    def _untold(calls: Calls) -> None:
        for call in calls:
            call.get("answer", {}).get("body", {}).get(DETAIL, {}).pop("TicketProcessType", None)

    report = report_of(_changed(cassette, tmp_path, _untold))
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

    report = report_of(_changed(cassette, tmp_path, _change))
    assert report["differing"] > 10
