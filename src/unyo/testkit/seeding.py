"""What a ticket of a test holds where the test does not say: enough for everything to be done to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from unyo.cast import SATO, YAMADA
from unyo.client import State, SupportedGroup
from unyo.tickets.model import APPROVAL_STATES

from .clock import LAST

_EVERY: Final = {
    "title": "CPU使用率が高い",
    "substate": "対応中",
    "priority": "中",
    "supported_group": SupportedGroup.CUSTOMER,
    "management_group": "制限しない",
    "assignee": SATO.master_id,
}
_INCIDENT: Final = {
    **_EVERY,
    "state": State.OPEN,
    "importance": "中",
    "cause_class": "調査中",
}
_REQUEST: Final = {
    **_EVERY,
    "title": "ログの取得依頼",
    "state": State.NEW,
    "category": "カテゴリ1",
}
_DAYS: Final = timedelta(days=7)


def whole(kind: str, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The fields of a ticket: those that are given, and usual ones for what is left."""
    usual = _REQUEST if kind == "request" else _INCIDENT
    found = {**usual, "limit_date": now + min(_DAYS, LAST - now), **given}
    if found["state"] in APPROVAL_STATES:
        found.setdefault("approver", YAMADA.master_id)
    return found
