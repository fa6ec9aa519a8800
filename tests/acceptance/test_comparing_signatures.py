"""`unyo compare`: which signatures an endpoint takes that unyo does not, and the other way round."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.cassettes import Calls, changed, first_of, first_refusal, headers_of, is_refused, report_of
from support.commands import unyo_here
from support.desks import INCIDENT
from unyo.uom.signature import EXPIRE


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
        accepted = [call for call in calls if headers_of(call).get("authorization") == "IIJAPI KEY1:<scrubbed>"]
        for call, (kind, _) in zip([call for call in accepted if not is_refused(call)], REFUSED_BY_UNYO, strict=False):
            headers_of(call).update(kind(call))

    differences = report_of(changed(cassette, tmp_path, _change))["differences"]
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
        refused["answer"]["body"] = {"ErrorResponse": {**first_refusal(calls, "AUTH_FAILURE")}}
        refused["request"] |= more
        headers_of(refused).update(kind(refused))
        calls.append(refused)

    def _change(calls: Calls) -> None:
        call = first_of(calls, "UpdateTicket", INCIDENT)
        for kind, _ in REFUSED_THERE:
            _refused_as(call, calls, kind)
        _refused_as(call, calls, lambda _: {}, query="<scrubbed>")

    differences = report_of(changed(cassette, tmp_path, _change))["differences"]
    assert {(each["rule"], each["unyo"]) for each in differences} == {("signature", "accepted, if signed well")}
    told = [each["recorded"].partition("so: ")[2] for each in differences]
    assert told == [*(said for _, said in REFUSED_THERE if said), "query <scrubbed>"]


def test_a_signature_that_ran_out_while_the_endpoint_worked_was_good(cassette: Path, tmp_path: Path) -> None:
    def _slow(calls: Calls) -> None:
        call = first_of(calls, "UpdateTicket", INCIDENT)
        call["seconds"] = 50.5
        headers_of(call).update(_ahead(call, timedelta(seconds=-40)))

    assert report_of(changed(cassette, tmp_path, _slow))["differences"] == []


def test_a_key_of_which_no_signature_was_ever_accepted_is_remarked_upon(cassette: Path, tmp_path: Path) -> None:
    def _only_refused(calls: Calls) -> None:
        refused = {"ErrorResponse": {**first_refusal(calls, "AUTH_FAILURE")}}
        calls[:] = [call for call in calls if headers_of(call).get("authorization") == "IIJAPI KEY1:<scrubbed>"][:3]
        for call in calls:
            call["answer"]["body"] = refused

    another = changed(cassette, tmp_path, _only_refused)
    report = report_of(another)
    assert (report["differences"], len(report["remarks"])) == ([], 1)
    assert report["remarks"][0].startswith("KEY1 was refused in all its calls (3)")
    ended = unyo_here("compare", str(another), folder=tmp_path)
    assert (ended.status, ended.out.splitlines()[-2:]) == (0, ["Not known", f"  {report['remarks'][0]}"])
