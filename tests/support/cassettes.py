"""A cassette of a morning's work, others in which something is otherwise, and what `unyo compare` says of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from unyo.testkit.cassettes.form import dump

from .commands import unyo_here
from .demonstration import YAMADA, demonstration
from .processes import Client
from .recorded_work import work
from .recordings import recording

Calls = list[dict[str, Any]]


def recorded(folder: Path, *flags: str) -> Path:
    """A morning's work, recorded at a real desk."""
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


def changed(cassette: Path, folder: Path, change: Callable[[Calls], Any]) -> Path:
    """A cassette in which something is otherwise."""
    found = yaml.safe_load(cassette.read_text(encoding="utf-8"))
    change(found["calls"])
    path = folder / "changed.yaml"
    path.write_text(dump(found), encoding="utf-8")
    return path


def first_of(calls: Calls, action: str, of: str = "", *, after: int = 0) -> dict[str, Any]:
    """The first successful call of an action (about a ticket) after so many calls."""
    return next(
        call
        for call in calls[after:]
        if call["action"] == action
        and f"{action}Response" in call["answer"].get("body", {})
        and of in {"", call["request"].get("body", {}).get("TicketId")}
    )


def first_refusal(calls: Calls, error: str) -> dict[str, Any]:
    """What stands in the first answer with that error."""
    found = (call["answer"].get("body", {}).get("ErrorResponse", {}) for call in calls if call["action"])
    return next(each for each in found if each.get("ErrorType") == error)


def is_refused(call: dict[str, Any]) -> bool:
    return "ErrorResponse" in call["answer"].get("body", {})


def registered(calls: Calls) -> str:
    """The ID of the ticket that was registered first."""
    return str(first_of(calls, "RegisterTicket")["answer"]["body"]["RegisterTicketResponse"]["TicketId"])


def headers_of(call: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = call["request"]["headers"]
    return found


def everywhere(calls: Calls, text: str, new: str) -> None:
    """Have a text be another in all calls."""
    told = json.dumps(calls, ensure_ascii=False)
    for quote in ('"', r"\""):  # the latter in a body that was recorded as text
        told = told.replace(f"{quote}{text}{quote}", f"{quote}{new}{quote}")
    calls[:] = json.loads(told)
