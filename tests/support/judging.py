"""Judges what came back from a case's call, and what changed by it, against what the case says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unyo.cast import Actor

from .cases import Call, read_yaml
from .desks import LOCK_DATES, Answer
from .watching import MEMOS, Seen, assert_agrees, lines_between

ERRORS: Mapping[str, list[Any]] = read_yaml(Path(__file__).parents[1] / "contract" / "errors.yaml")
REQUEST_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}")
# What our own errors say is not laid down, only that it is one sentence in Japanese.
A_SENTENCE = re.compile("[^。]*[ぁ-ん][^。]*。")


@dataclass(frozen=True)
class Exchange:
    """A call as it was sent, by whom, when (as the wire writes it), and what came back."""

    call: Call
    actor: Actor
    body: Mapping[str, Any]
    now: str
    answer: Answer

    @property
    def ticket_id(self) -> str:
        """The ticket that the call is about."""
        return str(self.answer.body.get("TicketId", self.body.get("TicketId")))


def assert_answer(exchange: Exchange) -> None:
    """The answer is the error, or the success, that the case names."""
    call, answer = exchange.call, exchange.answer
    _assert_envelope(answer)
    assert {name: answer.headers.get(name) for name in call.back or {}} == (call.back or {})
    if call.refused:
        _assert_refused(call, answer)
        return
    assert answer.error is None, answer.envelope
    assert [*answer.envelope] == [f"{call.call}Response"]
    assert answer.status == 200
    _assert_success(call, answer.body)


def assert_changes(exchange: Exchange, before: Seen, after: Seen) -> None:
    """The tickets are as they were, but for the changes that the case names."""
    call, answer = exchange.call, exchange.answer
    if call.refused:
        assert after == before
        return
    is_registration = call.call == "RegisterTicket"
    assert [*answer.body] == ["RequestId", *(["TicketId"] if is_registration else [])]
    is_new = is_registration and exchange.ticket_id not in before.entries
    first = Seen(before.entries, {}, []) if is_new else before
    expected = _registered(exchange, after.detail) if is_new else first.detail
    expected = {name: value for name, value in {**expected, **(call.changes or {})}.items() if value is not None}
    assert dict(after.detail) == expected
    _assert_history(exchange, first, after)
    _assert_lists(exchange.ticket_id, before, after)


def member_at(body: Any, path: str) -> Any:
    """A member of an answer by its path: names, and places in lists, with dots between."""
    for part in path.split("."):
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body


def _assert_envelope(answer: Answer) -> None:
    """What every answer has."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["x-unyo-version"]
    assert REQUEST_ID.fullmatch(answer.body["RequestId"])
    assert answer.headers["x-request-id"] == answer.body["RequestId"]


def _assert_refused(call: Call, answer: Answer) -> None:
    """The error, with exactly the fields that are named."""
    status, error_type, message = ERRORS[call.refused]
    found = answer.body
    assert message or A_SENTENCE.fullmatch(found["ErrorMessage"])
    expected = {
        "RequestId": found["RequestId"],
        "ErrorType": error_type,
        "ErrorMessage": message or found["ErrorMessage"],
        **({"ErrorDetail": dict.fromkeys(call.fields, error_type)} if call.fields else {}),
    }
    assert answer.envelope == {"ErrorResponse": expected}
    assert answer.status == status


def _assert_success(call: Call, body: Mapping[str, Any]) -> None:
    if call.answer is not None:
        found = {name: value for name, value in body.items() if name != "RequestId"}
        assert found == call.answer
        assert str(found) == str(call.answer)  # the order of the names too
    if call.names is not None:
        assert [*body] == call.names
    assert {path: member_at(body, path) for path in call.holds or {}} == (call.holds or {})
    if call.tickets is not None:
        assert [entry["TicketId"] for entry in body["TicketList"]] == call.tickets
    if call.options is not None:
        assert _options(body["OptionList"]) == call.options


def _options(found: list[dict[str, str]]) -> dict[str, list[str]]:
    """The values of each list, by type, parameter and parent; in their order."""
    lists: dict[str, list[str]] = {}
    for option in found:
        names = option["TicketProcessType"], option["Parameter"], option["ParentValue"]
        lists.setdefault(" ".join(filter(None, names)), []).append(option["Value"])
    return lists


def _registered(exchange: Exchange, names: Mapping[str, Any]) -> dict[str, Any]:
    """A new ticket as its registration leaves it: what was sent, every insert date now, nothing else."""
    blank = {name: "" for name in names if not name.startswith(MEMOS)}
    dates = {name: exchange.now for name in blank if name in LOCK_DATES and "Insert" in name}
    sent = {name: value for name, value in exchange.body.items() if name in blank}
    return {**blank, **dates, **sent, "TicketId": exchange.ticket_id}


def _assert_history(exchange: Exchange, before: Seen, after: Seen) -> None:
    """One entry more that says who, when and what; none where nothing changed."""
    told = exchange.call.history
    lines = lines_between(before.detail, after.detail) if told is None else sorted([*line] for line in told)
    expected = {
        "Date": exchange.now,
        "UserId": exchange.actor.master_id,
        "User": exchange.actor.name,
        "RequestId": exchange.answer.body["RequestId"],
        "Door": "API",
        "ChangeList": [dict(zip(("Parameter", "Before", "After"), line, strict=True)) for line in lines],
    }
    found = [{**entry, "ChangeList": sorted(entry["ChangeList"], key=_parameter)} for entry in after.history]
    kept = [{**entry, "ChangeList": sorted(entry["ChangeList"], key=_parameter)} for entry in before.history]
    assert found == [*([expected] if lines else []), *kept]


def _parameter(line: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(line.values())


def _assert_lists(ticket_id: str, before: Seen, after: Seen) -> None:
    """This ticket's entry agrees with its detail, and no other's has changed."""
    assert_agrees(after.entries[ticket_id], after.detail)
    others = {*before.entries, *after.entries} - {ticket_id}
    assert {name: after.entries.get(name) for name in others} == {name: before.entries.get(name) for name in others}
