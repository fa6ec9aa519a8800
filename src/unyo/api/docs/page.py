"""The page as HTML, rendered once a language."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from unyo.api.heads import HEAD_SECONDS, MAX_HEAD_BYTES
from unyo.api.http import BODY_SECONDS, MAX_BODY_BYTES
from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.field_tables import KIND_OF, SECTION_LABELS
from unyo.tickets.fields import Mark, Use
from unyo.tickets.model import TicketKind
from unyo.uom.actions import ACTIONS, API_VERSION, CALL_ID_HEADER, Action
from unyo.uom.answers import Member
from unyo.uom.codec import MAX_DEPTH
from unyo.uom.envelopes import ERRORS, Failure, refusal, success
from unyo.uom.examples import EXAMPLE_REQUEST_ID, answer_example, request_example
from unyo.uom.possible_errors import NAMING, failures_of, reasons_of
from unyo.uom.shell import shell_command
from unyo.uom.signature import (
    MAX_LIFE,
    SignatureMethod,
    SignedCall,
    canonical_headers,
    sign,
    signed_headers,
    string_to_sign,
)

from .lines import Group, answer_lines, groups_of, kinds_of
from .markup import marked_json, marked_languages
from .wording import Wording

_OK = 200
# The vendor's sample's own, and published.
_ACCESS_KEY, _SECRET_KEY = "1234567890ABCDEFGHIJ", "1234567890ABCDEFGHIJabcdefghijklmnopqr+1"
_EXPIRE: Final = datetime(2022, 12, 21, 1, tzinfo=UTC)
_CONTENT_TYPE = ("Content-Type", "application/json; charset=utf-8")

_TEMPLATES: Final = Environment(
    loader=PackageLoader("unyo.api.docs"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["ticket_word"] = lambda kind, words: words.ticket(kind)
_TEMPLATES.filters["languages"] = marked_languages


def render(words: Wording, *, version: str, style: str) -> str:
    """The whole page; ``style`` tells one version of the stylesheet from another."""
    return _TEMPLATES.get_template("page.html").render(
        words=words,
        version=version,
        style=style,
        api_version=API_VERSION,
        call_id_header=CALL_ID_HEADER,
        request_id=EXAMPLE_REQUEST_ID,
        marks=Mark,
        actions=[_described(action, words) for action in ACTIONS.values()],
        section_name=lambda group: _section_name(group, words),
        signing=_signing(words),
        limits=_limits(words),
        naming={reason.name for reason in NAMING},
        errors=[
            *((r.name, ERRORS[r]) for r in Reason if ERRORS[r].status == _OK),
            (Failure.SYSTEM_ERROR.name, Failure.SYSTEM_ERROR.value),
        ],
        other_errors=[
            *((each.name, each.value) for each in Failure if each.value.status != _OK),
            *((r.name, ERRORS[r]) for r in Reason if ERRORS[r].status != _OK),
        ],
        error_example=marked_json(
            refusal(EXAMPLE_REQUEST_ID, Refusal(Reason.MISSING, ("Priority", "StateUpdateDate")))
        ),
    )


def _described(action: Action, words: Wording) -> dict[str, Any]:
    kinds = kinds_of(action)
    reasons = [(reason.name, ERRORS[reason]) for reason in reasons_of(action)]
    failures = [(each.name, each.value) for each in failures_of(action)]
    return {
        "action": action,
        "kinds": kinds,
        "groups": groups_of(action),
        "answers": answer_lines(action),
        "requests": [
            (words.ticket(KIND_OF[Use(table.title)]) if kinds else "", marked_json(request_example(table)))
            for table in action.tables
        ],
        "examples": [
            (words.ticket(kind) if len(action.answers) > 1 else "", _answered(action, members))
            for kind, members in zip(TicketKind, action.answers, strict=False)
        ],
        "reasons": [
            *((name, code) for name, code in reasons if code.status == _OK),
            (Failure.SYSTEM_ERROR.name, Failure.SYSTEM_ERROR.value),
        ],
        "failures": [*failures, *((name, code) for name, code in reasons if code.status != _OK)],
    }


def _answered(action: Action, members: Iterable[Member]) -> Markup:
    return marked_json(success(action.name, EXAMPLE_REQUEST_ID, answer_example(members)))


def _section_name(group: Group, words: Wording) -> str:
    if group.is_lock:
        return words.say(
            "ロック日時: GetTicketDetailで得た値をそのまま", "Lock dates: as GetTicketDetail answered them"
        )
    if group.section is None:
        return words.say("共通", "Every call")
    label = SECTION_LABELS[group.section]
    return words.say(f"{label} ({group.section})", f"{group.section} ({label})")


def _signing(words: Wording) -> dict[str, Any]:
    """A worked example, computed by the functions that verify."""
    path = ACTIONS["UpdateTicket"].path
    added = signed_headers(SignedCall("POST", path, [_CONTENT_TYPE]), _ACCESS_KEY, _SECRET_KEY, _EXPIRE)
    sent = [_CONTENT_TYPE, *added.items()]
    to_sign = string_to_sign("POST", path, canonical_headers(sent))
    what = (
        words.say("HTTPメソッド", "HTTP method"),
        words.say("Content-MD5の値、なければ空", "value of Content-MD5, or empty"),
        words.say("Content-Typeの値、送ったとおり", "value of Content-Type, exactly as sent"),
        words.say("署名の期限 (UTC)", "until when the signature holds (UTC)"),
        words.say("署名方式", "how it is signed"),
        words.say("署名のバージョン", "version of the signature"),
        words.say("パス。クエリ文字列は含まない", "path, without a query string"),
    )
    sample = json.dumps({"ServiceCode": "uom12345678", "MasterID": "SA1234567", "TicketId": "UTM123456"})
    return {
        "lines": list(zip(to_sign.split("\n"), what, strict=True)),
        "secret_key": _SECRET_KEY,
        "signature": sign(_SECRET_KEY, SignatureMethod.HMAC_SHA256, to_sign),
        "headers": sent,
        "methods": [method.value for method in SignatureMethod],
        "shell": shell_command(
            "http://127.0.0.1:8080", _ACCESS_KEY, _SECRET_KEY, ACTIONS["GetTicketDetail"].path, sample
        ),
    }


def _limits(words: Wording) -> dict[str, Any]:
    def _row(what: str, limit: str, failure: Failure) -> tuple[Any, ...]:
        return what, limit, failure.name, failure.value

    say = words.say
    hours = int(MAX_LIFE.total_seconds() // 3600)
    seconds = say("秒 (初期値)", "s, unless it is set otherwise")
    return {
        "life_hours": hours,
        "rows": [
            _row(say("本文", "Body"), f"{MAX_BODY_BYTES // 1024**2} MiB", Failure.PAYLOAD_TOO_LARGE),
            _row(say("ヘッダー全体", "All headers"), f"{MAX_HEAD_BYTES // 1024} KiB", Failure.HEADERS_TOO_LARGE),
            _row(
                say("ヘッダーが届くまで", "Until the headers are complete"),
                f"{HEAD_SECONDS:g} {seconds}",
                Failure.REQUEST_TIMEOUT,
            ),
            _row(
                say("本文が届くまで", "Until the body is complete"),
                f"{BODY_SECONDS:g} {seconds}",
                Failure.REQUEST_TIMEOUT,
            ),
            _row(
                say("JSONの入れ子", "Nesting of the JSON"),
                say(f"{MAX_DEPTH} 段", f"{MAX_DEPTH} levels"),
                Failure.INVALID_JSON,
            ),
            (
                say("署名の期限", "Life of a signature"),
                say(f"{hours} 時間未満", f"less than {hours} hours"),
                Reason.UNAUTHENTICATED.name,
                ERRORS[Reason.UNAUTHENTICATED],
            ),
        ],
    }
