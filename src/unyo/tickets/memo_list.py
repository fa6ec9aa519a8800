"""The memo operations of one call, judged from the call alone (contract, section 5, Memos)."""

from collections.abc import Iterator, Mapping
from typing import Any

from .commands import AddMemo, DeleteMemo, EditMemo, MemoOperation
from .errors import Fault, Reason
from .field_tables import MEMO_MEMBERS, MEMO_NUMBER, MEMO_OPERATION, MEMO_TEXT, MEMOS
from .fields import Choice, Parameter, Reader, Text
from .model import Value
from .text import unquote

ADD, EDIT, DELETE = "0", "1", "2"
_MEMBERS = frozenset(member.wire for member in MEMO_MEMBERS)


def memo_path(position: int, member: str | None = None) -> str:
    """The name of a memo operation, or of a member of it, in ErrorDetail; an unknown member's name may be empty."""
    return f"{MEMOS.wire}.{position}" if member is None else f"{MEMOS.wire}.{position}.{member}"


def judge_memos(elements: list[Any], operations: Choice) -> Iterator[Fault]:
    """Every fault of the operations, each member once with its earliest reason."""
    seen: set[int] = set()
    read_operation = operations.reader(may_be_empty=False)
    for position, element in enumerate(elements, 1):
        if not isinstance(element, dict):
            yield Fault(memo_path(position), Reason.WRONG)
            continue
        for wire, reason in _judge_operation(element, read_operation, seen):
            yield Fault(memo_path(position, wire), reason)


def read_memos(elements: list[dict[str, str]]) -> tuple[MemoOperation, ...]:
    """The operations of a list without fault, in its order."""
    return tuple(_read(position, element) for position, element in enumerate(elements, 1))


def _read(position: int, element: Mapping[str, str]) -> MemoOperation:
    operation = element[MEMO_OPERATION.wire]
    if operation == ADD:
        return AddMemo(position, unquote(element[MEMO_TEXT.wire]))
    number = int(element[MEMO_NUMBER.wire])
    if operation == EDIT:
        return EditMemo(position, number, unquote(element[MEMO_TEXT.wire]))
    return DeleteMemo(position, number)


def _judge_operation(
    element: Mapping[str, Any], read_operation: Reader, seen: set[int]
) -> Iterator[tuple[str, Reason]]:
    for name in element:
        if name not in _MEMBERS:
            yield name, Reason.UNKNOWN
    operation = _member(element, MEMO_OPERATION.wire, read_operation, needed=True)
    if isinstance(operation, Reason):
        yield MEMO_OPERATION.wire, operation
    number = _number(element, operation, seen)
    if isinstance(number, Reason):
        yield MEMO_NUMBER.wire, number
    if element.get(MEMO_OPERATION.wire) == DELETE:
        return  # on delete the text is not looked at
    needed = not isinstance(operation, Reason)
    text = _member(element, MEMO_TEXT.wire, _READ_TEXT[needed], needed=needed)
    if isinstance(text, Reason):
        yield MEMO_TEXT.wire, text


def _number(element: Mapping[str, Any], operation: Value | Reason, seen: set[int]) -> Value | Reason:
    needed = operation in {EDIT, DELETE}
    number = _member(element, MEMO_NUMBER.wire, _READ_NUMBER[needed], needed=needed)
    if isinstance(number, Reason) or not number or isinstance(operation, Reason):
        return number
    if operation == ADD or int(str(number)) in seen:
        return Reason.WRONG
    seen.add(int(str(number)))
    return number


def _member(element: Mapping[str, Any], wire: str, read: Reader, *, needed: bool) -> Value | Reason:
    if wire not in element:
        return Reason.MISSING if needed else ""
    return read(element[wire])


def _readers(member: Parameter) -> Mapping[bool, Reader]:
    """How a member is read, by whether the operation needs it."""
    assert isinstance(member.kind, Text)
    return {needed: member.kind.reader(may_be_empty=not needed) for needed in (True, False)}


_READ_NUMBER, _READ_TEXT = _readers(MEMO_NUMBER), _readers(MEMO_TEXT)
