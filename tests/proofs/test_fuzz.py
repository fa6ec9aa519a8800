"""The proof by hostile calls holds for the product, and is disproved for one that answers one input otherwise."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from schemathesis.checks import CHECKS as REGISTERED
from schemathesis.checks import load_all_checks

from proof.fuzz import fuzz
from proof.openapi import CHECKS, LEFT_OUT, schema_fuzz
from proof.telling import Disproved, Plan
from support.databases import KINDS
from unyo.api import chain, pages
from unyo.api.chain import Reply
from unyo.api.http import Rejected
from unyo.services.ports import Done
from unyo.tickets.errors import Reason, Refusal
from unyo.uom.actions import Action
from unyo.uom.openapi import document

SEED = 1
CALLS = 300
# A worse product is disproved in fewer.
MANY_CALLS = 2000
EXAMPLES = 10


def _plan(database: str, calls: int, advances: list[None]) -> Plan:
    return Plan(database, calls, SEED, lambda: advances.append(None))


@pytest.mark.parametrize("database", KINDS)
def test_whatever_a_call_holds_it_is_answered_as_the_contract_says(database: str) -> None:
    advances: list[None] = []
    figures = fuzz(_plan(database, CALLS, advances))
    assert len(advances) == CALLS == int(figures["accepted"]) + int(figures["refused"])
    assert int(figures["accepted"]) > 0
    assert int(figures["kinds of answer"]) >= 8
    assert int(figures["over HTTP"]) == CALLS // 10


def _answering(reason: Reason, *, status: int = 200, error_type: str = "") -> Callable[..., Reply]:
    """Refuses as the product does, but for one reason otherwise."""
    right = chain._rejection  # noqa: SLF001 - what is sabotaged

    def _rejection(rejected: Rejected, request_id: str) -> Reply:
        reply = right(rejected, request_id)
        if not isinstance(rejected.why, Refusal) or rejected.why.reason is not reason:
            return reply
        error = reply.envelope["ErrorResponse"]
        return Reply({"ErrorResponse": {**error, "ErrorType": error_type or error["ErrorType"]}}, status)

    return _rejection


def _forbid(_action: Action, _done: Done) -> Reply:
    """Says that nothing was done, when it was."""
    raise Rejected(Refusal(Reason.CONFLICT))


def _fail_on_a_surrogate(action: Action, body: bytes) -> Any:
    if b"\\ud800" in body:
        raise UnicodeError
    return _COMMAND(action, body)


_COMMAND = chain._command  # noqa: SLF001 - what is sabotaged
_A_500 = ("_rejection", _answering(Reason.TOO_LONG, status=500))
_AN_UNKNOWN_ERROR = ("_rejection", _answering(Reason.UNKNOWN, error_type="PARAMETER_UNKNOWN"))
BROKEN: dict[str, tuple[str, Callable[..., Any], str]] = {
    "too long a value is answered with a 500": (*_A_500, "not an answer of the contract: 500"),
    "an unknown parameter is answered with an error that nobody knows": (*_AN_UNKNOWN_ERROR, "PARAMETER_UNKNOWN"),
    "a surrogate makes it stumble": ("_command", _fail_on_a_surrogate, "SYSTEM_ERROR"),
    "a change is refused only after it was made": ("_written", _forbid, "a refused call has changed the database"),
}
UNDESCRIBED: dict[str, tuple[str, Callable[..., Any], str]] = {
    "too long a value is answered with a 500": (*_A_500, "not_a_server_error"),
    "too long a value is answered with a 422": (
        "_rejection",
        _answering(Reason.TOO_LONG, status=422),
        "status_code_conformance",
    ),
    "an unknown parameter is answered with an error that nobody knows": (
        *_AN_UNKNOWN_ERROR,
        "response_schema_conformance",
    ),
}


@pytest.mark.parametrize(("name", "broken", "seen"), BROKEN.values(), ids=BROKEN)
def test_it_is_disproved_where(
    name: str, broken: Callable[..., Any], seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, name, broken)
    with pytest.raises(Disproved, match=rf"round \d+, seed {SEED}: (?s:.)*{seen}"):
        fuzz(_plan("sqlite", MANY_CALLS, []))


def test_it_is_disproved_where_an_answer_takes_too_long() -> None:
    with pytest.raises(Disproved, match=rf"round 1, seed {SEED}: .*: answered after "):
        fuzz(_plan("sqlite", 1, []), within=0)


@pytest.mark.parametrize("database", KINDS)
def test_the_server_keeps_to_its_own_openapi_document(database: str) -> None:
    advances: list[None] = []
    figures = schema_fuzz(_plan(database, EXAMPLES, advances))
    assert len(advances) == EXAMPLES
    assert int(figures["for fuzzing"]) >= EXAMPLES
    assert int(figures["for coverage"]) > 1000
    assert int(figures["accepted"]) > 0


@pytest.mark.parametrize(("name", "broken", "seen"), UNDESCRIBED.values(), ids=UNDESCRIBED)
def test_a_server_that_does_not_keep_to_it_is_noticed_where(
    name: str, broken: Callable[..., Any], seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, name, broken)
    with pytest.raises(Disproved, match=rf"seed {SEED}: {seen}: "):
        schema_fuzz(_plan("sqlite", EXAMPLES, []))


def test_a_server_whose_answers_lack_a_header_that_it_describes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def _document(version: str) -> dict[str, Any]:
        text = json.dumps(document(version)).replace("X-Unyo-Version", "X-Unyo-Release")
        found = json.loads(text)
        assert isinstance(found, dict)
        return found

    monkeypatch.setattr(pages, "document", _document)
    with pytest.raises(Disproved, match=rf"seed {SEED}: response_headers_conformance: "):
        schema_fuzz(_plan("sqlite", EXAMPLES, []))


def test_a_server_that_answers_too_late_by_its_openapi_document_is_noticed() -> None:
    with pytest.raises(Disproved, match=rf"seed {SEED}: max_response_time: "):
        schema_fuzz(_plan("sqlite", EXAMPLES, []), within=0.0001)


def test_every_check_that_schemathesis_has_is_used_or_left_out_for_a_reason() -> None:
    load_all_checks()
    assert sorted([*CHECKS, *LEFT_OUT]) == sorted(REGISTERED.get_all_names())
    assert all(LEFT_OUT.values())
