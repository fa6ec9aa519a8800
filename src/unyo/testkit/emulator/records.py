"""What the emulator tells, as JSON: names as in Python, dates in ISO 8601 in Japan's time."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from unyo.cast import Actor
from unyo.client import AnyKind
from unyo.testkit.clock import DeskClock
from unyo.testkit.happening import Waiting
from unyo.testkit.journal import Call
from unyo.tickets.dates import JAPAN

Record = Mapping[str, Any]


def encoded(value: Any) -> bytes:
    """Write it in UTF-8; a lone surrogate, which a received name may hold, is written escaped."""
    return json.dumps(value, ensure_ascii=False, default=_plain).encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    assert isinstance(value, datetime)  # nothing else of ours is without a form in JSON
    return value.astimezone(JAPAN).isoformat(timespec="seconds")


def ticket_record(ticket: AnyKind) -> Record:
    """A ticket by our names; its lock dates as the wire has them."""
    return {
        "ticket_id": ticket.ticket_id,
        "kind": ticket.kind.name.lower(),
        **ticket.values,
        "assignee_name": ticket.assignee_name,
        "memos": [asdict(memo) for memo in ticket.memos],
        "lock": dict(ticket.lock),
    }


def call_record(call: Call) -> Record:
    """A call that was received; what was sent and answered by the wire's names."""
    found = {each.name: getattr(call, each.name) for each in fields(call)}
    return found | {"error_type": call.error_type, "request_id": call.request_id}


def clock_record(clock: DeskClock) -> Record:
    """Where the desk's clock is."""
    hours = clock.skew.total_seconds() / 3600
    return {"moment": clock(), "runs": clock.runs, "skew_hours": hours}


def fault_record(fault: Waiting) -> Record:
    """A fault that waits."""
    return {"fault": fault.name, "on": asdict(fault.aim), "left": None if fault.aim.always else fault.left}


def actor_record(actor: Actor) -> Record:
    """Somebody of the cast, with the keys, which are published."""
    return {
        "service_code": actor.service_code,
        "master_id": actor.master_id,
        "name": actor.name,
        "role": actor.role.value,
        "may_approve": actor.may_approve,
        "groups": actor.groups,
        "access_key": actor.key.access_key,
        "secret_key": actor.key.secret_key,
    }
