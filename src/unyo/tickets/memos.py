"""Memo operations applied to a ticket, in order, all or none (contract, section 5, Memos)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .commands import AddMemo, DeleteMemo, EditMemo, MemoOperation
from .errors import Reason, Refusal
from .field_tables import MEMO_NUMBER
from .memo_list import memo_path
from .model import Memo, Ticket

_Line = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class MemoChanges:
    """The memos as they will stand, the highest number given, and (number, before, after) of each change."""

    memos: Mapping[int, Memo]
    last_memo: int
    lines: tuple[_Line, ...]


def apply(ticket: Ticket, operations: tuple[MemoOperation, ...], author: str, when: datetime) -> MemoChanges | Refusal:
    """Apply the operations; numbers that do not exist are refused, every one named (check 13)."""
    memos, last = dict(ticket.memos), ticket.last_memo
    lines: list[_Line] = []
    unknown: list[str] = []
    for operation in operations:
        if isinstance(operation, AddMemo):
            last += 1
            memos[last] = Memo(last, operation.text, author, when)
            lines.append((last, "", operation.text))
        elif operation.number not in memos:
            unknown.append(memo_path(operation.position, MEMO_NUMBER.wire))
        else:
            lines += _alter(memos, operation, when)
    if unknown:
        return Refusal(Reason.WRONG, tuple(unknown))
    return MemoChanges(memos, last, tuple(lines))


def _alter(memos: dict[int, Memo], operation: EditMemo | DeleteMemo, when: datetime) -> list[_Line]:
    before = memos[operation.number]
    if isinstance(operation, DeleteMemo):
        del memos[operation.number]
        return [(before.number, before.text, "")]
    if operation.text == before.text:
        return []  # editing to the same text changes nothing
    memos[before.number] = replace(before, text=operation.text, updated=when)
    return [(before.number, before.text, operation.text)]
