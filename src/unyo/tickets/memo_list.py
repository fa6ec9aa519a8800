"""The memo operations of one call, judged from the call alone (contract, section 5, Memos)."""

from collections.abc import Iterator, Mapping
from typing import Any

from .commands import AddMemo, DeleteMemo, EditMemo, MemoOperation
from .errors import Fault, Reason
from .field_tables import MEMO_MEMBERS, MEMO_NUMBER, MEMO_OPERATION, MEMO_TEXT, MEMOS
from .fields import Choice, Text
from .text import unquote

ADD, EDIT, DELETE = "0", "1", "2"
_MEMBERS = frozenset(member.wire for member in MEMO_MEMBERS)


def memo_path(position: int, member: str = "") -> str:
    """The name of a memo operation's member in ErrorDetail."""
    return f"{MEMOS.wire}.{position}.{member}" if member else f"{MEMOS.wire}.{position}"


def judge_memos(elements: list[Any], operations: Choice) -> Iterator[Fault]:
    """Every fault of the operations, each member once with its earliest reason."""
    seen: set[int] = set()
    for position, element in enumerate(elements, 1):
        if not isinstance(element, dict):
            yield Fault(memo_path(position), Reason.WRONG)
            continue
        for wire, reason in _judge_operation(_unquoted(element), operations, seen):
            yield Fault(memo_path(position, wire), reason)


def read_memos(elements: list[dict[str, str]]) -> tuple[MemoOperation, ...]:
    """The operations of a list without fault, in its order."""
    return tuple(_read(position, _unquoted(element)) for position, element in enumerate(elements, 1))


def _unquoted(element: Mapping[str, Any]) -> dict[str, Any]:
    return {name: unquote(value) if isinstance(value, str) else value for name, value in element.items()}


def _read(position: int, element: Mapping[str, str]) -> MemoOperation:
    operation = element[MEMO_OPERATION.wire]
    if operation == ADD:
        return AddMemo(position, element[MEMO_TEXT.wire])
    number = int(element[MEMO_NUMBER.wire])
    if operation == EDIT:
        return EditMemo(position, number, element[MEMO_TEXT.wire])
    return DeleteMemo(position, number)


def _judge_operation(element: Mapping[str, Any], operations: Choice, seen: set[int]) -> Iterator[tuple[str, Reason]]:
    for name in element:
        if name not in _MEMBERS:
            yield name, Reason.UNKNOWN
    given = element.get(MEMO_OPERATION.wire)
    operation = given if given in operations.choices else None
    if reason := _judge_text(element, MEMO_OPERATION.wire, operations, needed=True):
        yield MEMO_OPERATION.wire, reason
    if reason := _judge_number(element, operation, seen):
        yield MEMO_NUMBER.wire, reason
    if given == DELETE:
        return  # on delete the text is not looked at
    assert isinstance(MEMO_TEXT.kind, Text)
    if reason := _judge_text(element, MEMO_TEXT.wire, MEMO_TEXT.kind, needed=operation is not None):
        yield MEMO_TEXT.wire, reason


def _judge_number(element: Mapping[str, Any], operation: str | None, seen: set[int]) -> Reason | None:
    assert isinstance(MEMO_NUMBER.kind, Text)
    reason = _judge_text(element, MEMO_NUMBER.wire, MEMO_NUMBER.kind, needed=operation in {EDIT, DELETE})
    number = element.get(MEMO_NUMBER.wire)
    if reason or not number or operation is None:
        return reason
    if operation == ADD or int(number) in seen:
        return Reason.WRONG
    seen.add(int(number))
    return None


def _judge_text(element: Mapping[str, Any], wire: str, kind: Text, *, needed: bool) -> Reason | None:
    if wire not in element:
        return Reason.MISSING if needed else None
    return judge_text(element[wire], kind, may_be_empty=not needed)


def judge_text(value: Any, kind: Text, *, may_be_empty: bool) -> Reason | None:
    """The earliest reason for which a value that is there is refused (checks 4, 6 and 7), or None."""
    if not isinstance(value, str):
        return Reason.WRONG
    if kind.is_too_long(value):
        return Reason.TOO_LONG
    if not value:
        return None if may_be_empty else Reason.EMPTY
    return Reason.WRONG if kind.is_wrong(value) else None
