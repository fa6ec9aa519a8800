"""Compares a recorded answer with unyo's answer to the same call, rule by rule."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from unyo.tickets.field_tables import MEMO_NUMBER, MEMOS, TICKET_ID

from .form import Answered, Call, Message
from .outcomes import ERROR
from .rules import Difference, Rule
from .tickets import TicketName
from .translation import LOCK_DATES, Translation

_REQUEST_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{8}){4}")
_TICKET_ID: Final = re.compile(r"UTM[1-9][0-9]*")
_REQUEST_ID_NAME: Final = "RequestId"
_IN_ERROR: Final = {
    "ErrorType": Rule.ERROR_TYPE,
    "ErrorMessage": Rule.ERROR_MESSAGE,
    "ErrorDetail": Rule.ERROR_DETAIL,
}
_MEMO_DATES: Final = ("CorrespondProcessInsertDate", "CorrespondProcessUpdateDate")
_NONE: Final = "(none)"
_Judge = Callable[[str, Any, Any], Iterator[Difference]]


class Comparison:
    """Compares the answers to one call; ``name`` is the ticket that it is about, as it was recorded."""

    def __init__(self, call: Call, name: TicketName | None, translation: Translation) -> None:
        self._call = call
        self._name = name
        self._translation = translation

    def differences(self, recorded: Answered, unyo: Answered) -> Iterator[Difference]:
        """Every difference; where the answers are of another kind altogether, that one alone."""
        if recorded.status != unyo.status:
            yield Difference(Rule.STATUS, "", recorded.status, unyo.status)
        types = [_content_type(each.message) for each in (recorded, unyo)]
        if types[0] != types[1]:
            yield Difference(Rule.CONTENT_TYPE, "", *types)
        if (recorded.message.body is None) != (unyo.message.body is None):
            yield Difference(Rule.JSON, "", _shown(recorded.message), _shown(unyo.message))
        first, second = recorded.message.meant, unyo.message.meant
        if first is None or second is None:
            return
        if (ERROR in first) != (ERROR in second):
            yield Difference(Rule.OUTCOME, "", _told(first), _told(second))
            return
        if [*first] != [*second]:
            yield Difference(Rule.ENVELOPE, "", [*first], [*second])
            return
        (old,), (new,) = first.values(), second.values()
        if not isinstance(old, dict) or not isinstance(new, dict):
            yield Difference(Rule.ENVELOPE, "", old, new)
            return
        yield from _members("", old, new, self._member)

    def _member(self, name: str, old: Any, new: Any) -> Iterator[Difference]:
        """A member of the answer that both have, of the same type."""
        if name == _REQUEST_ID_NAME:
            if not _REQUEST_ID.fullmatch(old):
                yield Difference(Rule.REQUEST_ID, name, old, new)
        elif name == TICKET_ID.wire:
            yield from self._ticket_id(old, new)
        elif name in LOCK_DATES and self._name:
            if not self._translation.date(self._name, name, old, new):
                yield Difference(Rule.LOCK_DATE, name, old, new)
        elif name == MEMOS.wire and isinstance(old, list):
            yield from self._memos(old, new)
        elif old != new:
            yield Difference(_IN_ERROR.get(name, Rule.VALUE), name, old, new)

    def _ticket_id(self, old: str, new: str) -> Iterator[Difference]:
        if self._name is None:
            if not _TICKET_ID.fullmatch(old):
                yield Difference(Rule.TICKET_ID, TICKET_ID.wire, old, new)
        elif (old == self._name[1]) != (new == self._translation.tickets.get(self._name, self._name[1])):
            yield Difference(Rule.VALUE, TICKET_ID.wire, old, new)

    def _memos(self, old: list[Any], new: list[Any]) -> Iterator[Difference]:
        """Memos in their order; where another number of them is there, they cannot be told apart."""
        if len(old) != len(new):
            yield Difference(Rule.MEMO_COUNT, MEMOS.wire, len(old), len(new))
            return
        for place, (first, second) in enumerate(zip(old, new, strict=True), 1):
            where = f"{MEMOS.wire}.{place}"
            if isinstance(first, dict) and isinstance(second, dict):
                yield from _members(
                    f"{where}.", first, second, partial(self._of_memo, where, str(first.get(MEMO_NUMBER.wire)))
                )
            else:
                yield Difference(Rule.VALUE_TYPE, where, first, second)

    def _of_memo(self, where: str, number: str, name: str, old: Any, new: Any) -> Iterator[Difference]:
        assert self._name
        if name == MEMO_NUMBER.wire:
            if not self._translation.memo(self._name, old, new):
                yield Difference(Rule.MEMO_NUMBER, f"{where}.{name}", old, new)
        elif name in _MEMO_DATES:
            if not self._translation.date(self._name, f"{number}.{name}", old, new):
                yield Difference(Rule.MEMO_DATE, f"{where}.{name}", old, new)
        elif old != new:
            yield Difference(Rule.VALUE, f"{where}.{name}", old, new)


def _members(path: str, old: Mapping[str, Any], new: Mapping[str, Any], judge: _Judge) -> Iterator[Difference]:
    """Which members there are, in which order, of which type; ``judge`` says the rest of one that both have."""
    for name in old:
        if name not in new:
            yield Difference(_IN_ERROR.get(name, Rule.MEMBER_MISSING), path + name, old[name], _NONE)
    for name in new:
        if name not in old:
            yield Difference(_IN_ERROR.get(name, Rule.MEMBER_UNEXPECTED), path + name, _NONE, new[name])
    both = [[name for name in side if name in old and name in new] for side in (old, new)]
    if both[0] != both[1]:
        yield Difference(Rule.MEMBER_ORDER, path.rstrip("."), *both)
    for name in both[0]:
        if type(old[name]) is not type(new[name]):
            yield Difference(Rule.VALUE_TYPE, path + name, old[name], new[name])
        else:
            yield from judge(name, old[name], new[name])


def _content_type(message: Message) -> str:
    return message.headers.get("content-type", _NONE).replace(" ", "").lower()


def _shown(message: Message) -> str:
    return f"(no JSON) {message.text}" if message.body is None else "(JSON)"


def _told(body: Mapping[str, Any]) -> str:
    refused = body.get(ERROR)
    if ERROR not in body:
        return "carried out"
    error = refused if isinstance(refused, dict) else {}
    detail = error.get("ErrorDetail")
    fields = f" ({', '.join(detail)})" if isinstance(detail, dict) else ""
    return f"refused: {error.get('ErrorType')} {error.get('ErrorMessage')}{fields}"
