"""The tickets that are measured: bulk-loaded, alike but for their numbers, so that a call's body can be prepared."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from unyo.services.ports import Caller, WriteCall
from unyo.storage.engine import Engines, Transaction
from unyo.storage.moving.loading import Loader
from unyo.storage.numbers import set_counter
from unyo.storage.rows import row_of, row_of_memo, search_text_of
from unyo.storage.writing.statements import INSERT_HISTORY, INSERT_MEMO, INSERT_TICKET
from unyo.tickets.commands import RegisterTicket
from unyo.tickets.directory import Service
from unyo.tickets.model import Ticket
from unyo.uom.actions import ACTIONS
from unyo.uom.answers import ticket_detail

REGISTERED: Final = datetime(2026, 4, 1, tzinfo=UTC)
MASTER_ID: Final = "SA0000001"
UPDATED: Final = "uom00000001"
LISTED: Final = "uom00000002"
_AT_ONCE = 1000

NEW: Final[dict[str, Any]] = {
    "TicketProcessType": "1",
    "Title": "app-tokyo-01 メモリ使用率 95% 超過",
    "StateCode": "未対応",
    "SubStateCode": "未対応",
    "Priority": "高",
    "SupportedGroup": "お客様",
    "AssignUserId": MASTER_ID,
    "CorrespondLimitDate": "20260403180000",
    "Importance": "高",
    "ManagementGroupId": "制限しない",
    "Category": "HW障害",
    "SubCategory": "サブカテゴリ",
    "RelatedSystem": "受発注システム",
    "RelatedCI": "app-tokyo-01",
    "Impact": "有",
    "Influence": "受発注システムの利用者",
    "CauseClassification": "調査中",
    "ObstacleDetectionTime": "20260401085700",
    "NodeName": "app-tokyo-01",
    "EventId": "41037",
    "DetectionMessage": "memory usage 95% (app-tokyo-01)",
    "CorrespondProcessList": [
        {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "対象プロセスを特定した。"},
        {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "担当者へ電話で連絡した。"},
    ],
}
# Ten fields that an update changes, and its two operations on memos.
CHANGES: Final[dict[str, Any]] = {
    "Title": "app-tokyo-01 メモリ使用率 95% 超過 (復旧)",
    "StateCode": "復旧済み",
    "SubStateCode": "対応中",
    "Priority": "中",
    "Impact": "無",
    "CauseClassification": "性能不足",
    "Cause": "夜間バッチが想定を超えるメモリを確保したため。",
    "FaultRecoveryDate": "20260401093000",
    "CorrespondStartDate": "20260401090500",
    "CorrespondFinishDate": "20260401094000",
    "CorrespondProcessList": [
        {
            "CorrespondProcessSeq": "1",
            "CorrespondProcessOperationClass": "1",
            "CorrespondProcess": "対象プロセスを特定し、停止した。",
        },
        {
            "CorrespondProcessSeq": "",
            "CorrespondProcessOperationClass": "0",
            "CorrespondProcess": "バッチのメモリ上限を設定した。",
        },
    ],
}
_NO_PARAMETERS = ("AssignUser", "MasterTicketId", "CorrespondProcessList")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ticket as all of its service stand, and the numbers of those that nobody has touched yet."""

    pattern: Ticket
    numbers: Iterator[int]

    def take(self, count: int) -> range:
        """Numbers of tickets to be updated, once each."""
        taken = list(islice(self.numbers, count))
        assert len(taken) == count, "too few tickets were loaded"
        return range(taken[0], taken[-1] + 1)

    def update(self, number: int) -> bytes:
        """The body of a ticket's update: all it holds sent back, ten fields changed, two operations on memos."""
        ticket = replace(self.pattern, number=number)
        detail = ticket_detail(ticket, Service(ticket.service_code, {}, ()))
        held = {wire: value for wire, value in detail.items() if wire not in _NO_PARAMETERS and value}
        lock = {wire: value for wire, value in detail.items() if wire.endswith(("InsertDate", "UpdateDate"))}
        body = {**_who(ticket.service_code), **held, **lock, **CHANGES}
        return json.dumps(body, ensure_ascii=False).encode()


def load(engines: Engines, service_code: str, first: int, count: int) -> Loaded:
    """Load so many tickets with their memos and histories, in bulk."""
    with engines.writing.begin() as connection:
        loader = Loader(engines, connection)
        loader.continue_after(first - 1)
        pattern = _register(loader, service_code)
        assert pattern.number == first
        numbers = range(first + 1, first + count)
        for start in range(0, len(numbers), _AT_ONCE):
            _insert(connection, pattern, numbers[start : start + _AT_ONCE])
        set_counter(connection, first + count)
    return Loaded(pattern, iter(range(first, first + count)))


def registration(service_code: str) -> bytes:
    """The body of a registration."""
    return json.dumps({**_who(service_code), **NEW}, ensure_ascii=False).encode()


def asking(service_code: str, **asked: str) -> bytes:
    """The body of a call that reads."""
    return json.dumps({**_who(service_code), **asked}, ensure_ascii=False).encode()


def _who(service_code: str) -> dict[str, str]:
    return {"ServiceCode": service_code, "MasterID": MASTER_ID}


def _register(loader: Loader, service_code: str) -> Ticket:
    """One ticket by the rules; the others are made after it."""
    command = ACTIONS["RegisterTicket"].read({**_who(service_code), **NEW})
    assert isinstance(command, RegisterTicket), command
    done = loader.carry_out(WriteCall(command, Caller(MASTER_ID), f"first-{service_code}"), REGISTERED)
    return loader.ticket(service_code, int(str(getattr(done, "ticket_id", done)).removeprefix("UTM")))


def _insert(connection: Transaction, pattern: Ticket, numbers: range) -> None:
    tickets = [replace(pattern, number=number) for number in numbers]
    searched = search_text_of(pattern.values)
    INSERT_TICKET.run(connection, [{**row_of(ticket), "search_text": searched} for ticket in tickets])
    INSERT_MEMO.run(connection, [row_of_memo(ticket, memo) for ticket in tickets for memo in ticket.memos.values()])
    INSERT_HISTORY.run(connection, [_first_entry(ticket) for ticket in tickets])


def _first_entry(ticket: Ticket) -> dict[str, Any]:
    return {
        "service_code": ticket.service_code,
        "ticket_number": ticket.number,
        "version": 1,
        "at": REGISTERED,
        "master_id": MASTER_ID,
        "access_key": "",
        "request_id": f"loaded-{ticket.number}",
        "door": "API",
        "changes": "[]",
    }
