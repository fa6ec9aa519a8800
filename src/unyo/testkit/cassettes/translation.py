"""What has another name in the replay than in the recording: tickets, lock dates, memo numbers."""

import re
from collections.abc import Mapping
from typing import Any, Final

from unyo.tickets.field_tables import LOCK_FIELDS, MEMO_NUMBER, MEMOS, TICKET_ID

from .tickets import TicketName

LOCK_DATES: Final = tuple(parameter.wire for parameter in LOCK_FIELDS)
# A number that no memo of a replay has.
_NO_MEMO: Final = "999999999"
_NAMED: Final = re.compile(rf'("({"|".join([TICKET_ID.wire, MEMO_NUMBER.wire, *LOCK_DATES])})"\s*:\s*")([^"\\]*)(?=")')


class Translation:
    """Learns from answers that stand side by side, and translates calls from the recording to the replay."""

    def __init__(self) -> None:
        self.tickets: dict[TicketName, str] = {}
        self._dates: dict[tuple[TicketName, str, str], str] = {}
        self._last: dict[tuple[TicketName, str], tuple[str, str]] = {}
        self._memos: dict[TicketName, dict[str, str]] = {}

    def body(self, name: TicketName | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """A recorded body as the replay sends it."""
        sent = dict(body)
        if name is None:
            return sent
        for wire in (TICKET_ID.wire, *LOCK_DATES):
            if isinstance(sent.get(wire), str):
                sent[wire] = self._value(name, wire, sent[wire])
        memos = sent.get(MEMOS.wire)
        if isinstance(memos, list):
            sent[MEMOS.wire] = [self._operation(name, each) for each in memos]
        return sent

    def text(self, name: TicketName | None, text: str) -> str:
        """A body that only the contract reads as JSON, and whose every letter may matter."""
        if name is None:
            return text
        return _NAMED.sub(lambda found: f"{found[1]}{self._value(name, found[2], found[3])}", text)

    def _operation(self, name: TicketName, operation: Any) -> Any:
        number = operation.get(MEMO_NUMBER.wire) if isinstance(operation, dict) else None
        if not isinstance(number, str):
            return operation
        return {**operation, MEMO_NUMBER.wire: self._value(name, MEMO_NUMBER.wire, number)}

    def _value(self, name: TicketName, wire: str, value: str) -> str:
        if wire == TICKET_ID.wire:
            return self.tickets.get(name, value)
        if wire != MEMO_NUMBER.wire:
            return self._dates.get((name, wire, value), value)
        known = self._memos.get(name, {})
        # One that the recording never shows must not hit by chance another that has its number here.
        return known.get(value, _NO_MEMO if value in known.values() else value)

    def date(self, name: TicketName, what: str, recorded: str, replayed: str) -> bool:
        """Learn two dates of one thing; whether both moved alike since they were last seen."""
        before = self._last.get((name, what))
        self._last[name, what] = (recorded, replayed)
        self._dates[name, what, recorded] = replayed
        if before is None:
            return bool(recorded) == bool(replayed)
        return _move(before[0], recorded) == _move(before[1], replayed)

    def memo(self, name: TicketName, recorded: str, replayed: str) -> bool:
        """Learn the numbers of one memo; whether they belong together as before."""
        known = self._memos.setdefault(name, {})
        if recorded not in known and replayed in known.values():
            return False
        return known.setdefault(recorded, replayed) == replayed

    def same_from_here(self, name: TicketName) -> None:
        """The ticket was made anew: whatever of it is seen next belongs together."""
        self._memos.pop(name, None)
        self._last = {key: value for key, value in self._last.items() if key[0] != name}
        self._dates = {key: value for key, value in self._dates.items() if key[0] != name}


def _move(before: str, after: str) -> int:
    """-1, 0 or 1 for earlier, the same, later; dates are digits, and one that is not set is before all others."""
    return (after > before) - (after < before)
