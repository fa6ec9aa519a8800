"""One group of calls in one transaction: load and lock, decide each in order, write everything in bulk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.engine import Connection

from unyo.services.feed import Moved
from unyo.services.ports import Done, KeptCall, Outcome, WriteCall
from unyo.services.writes import (
    Applied,
    CallKey,
    Situation,
    TicketKey,
    call_key,
    decide_call,
    ticket_key,
)
from unyo.storage.directory import DirectoryCache
from unyo.storage.feed.notices import tell
from unyo.storage.keys import pack
from unyo.storage.numbers import TicketNumbers
from unyo.storage.rows import dump_lines, kept_call_of, memo_of, ticket_of
from unyo.tickets.commands import AddMemo, RegisterTicket
from unyo.tickets.model import Memo, format_ticket_id

from .statements import FIND_CALL, FIND_CHANGE, LOAD_CALLS, LOAD_MEMOS, LOCK_TICKETS
from .undertaking import Undertaking

# Of a row of the history: whose change of which ticket it was.
_MOVED: Final = ("service_code", "ticket_number", "master_id")


class GroupWriter:
    """Serves groups of calls on connections that the caller opens and commits."""

    def __init__(self, directory: DirectoryCache) -> None:
        self._directory = directory
        self._numbers = TicketNumbers()
        self._given: dict[str, int] = {}

    def decide(
        self, connection: Connection, group: Sequence[WriteCall], now: datetime, *, again: bool = False
    ) -> list[Outcome]:
        """Decide and write a group; nothing holds before the caller commits.

        ``again`` says that an earlier transaction with these calls may have been committed: once the rows
        are locked (which waits for that transaction if it still lives), calls whose RequestId is stored are
        answered and not applied a second time.
        """
        state = _load(connection, group)
        directory, is_listened_to = self._directory.for_writing(connection)
        self._numbers.ensure(connection, sum(isinstance(call.command, RegisterTicket) for call in group))
        outcomes: list[Outcome] = []
        for call in group:
            found = _find_done(connection, call) if again else None
            situation = Situation(directory, state.tickets, state.kept, now, lambda: self._number_of(call))  # noqa: B023 - called before the next turn
            outcomes.append(found or _decide(call, situation, state, now))
        state.write(connection)
        if is_listened_to:
            tell(connection, (Moved(*(row[name] for name in _MOVED)) for row in state.history_rows))
        return outcomes

    def forget(self, group: Iterable[WriteCall]) -> None:
        """The group is answered: its calls will not be decided again."""
        for call in group:
            self._given.pop(call.request_id, None)

    def _number_of(self, call: WriteCall) -> int:
        """The number first drawn for the call, so that deciding it again collides with what was stored."""
        if call.request_id not in self._given:
            self._given[call.request_id] = self._numbers.take()
        return self._given[call.request_id]


def _load(connection: Connection, group: Sequence[WriteCall]) -> Undertaking:
    """The group's tickets, locked, with the memos that its operations name, and the kept calls."""
    found = {}
    keys = sorted({key for call in group if (key := ticket_key(call))})
    if keys:
        rows = LOCK_TICKETS.rows(connection, pack(keys))
        loaded = _load_memos(connection, group)
        found = {(row[0], row[1]): ticket_of(row, loaded.get((row[0], row[1]), ())) for row in rows}
    return Undertaking(before=found, tickets=dict(found), kept=_load_kept(connection, group))


def _load_kept(connection: Connection, group: Sequence[WriteCall]) -> dict[CallKey, KeptCall]:
    """The answers kept under the group's call ids."""
    keys = sorted({key for call in group if (key := call_key(call))})
    rows = LOAD_CALLS.rows(connection, pack(keys)) if keys else ()
    return {(row[0], row[1], row[2]): kept_call_of(row) for row in rows}


def _load_memos(connection: Connection, group: Sequence[WriteCall]) -> dict[TicketKey, list[Memo]]:
    """The memos that the group's operations name."""
    named = {
        (*key, operation.number)
        for call in group
        if (key := ticket_key(call))
        for operation in call.command.memos
        if not isinstance(operation, AddMemo)
    }
    found: dict[TicketKey, list[Memo]] = {}
    if named:
        for row in LOAD_MEMOS.rows(connection, pack(sorted(named))):
            found.setdefault((row[0], row[1]), []).append(memo_of(row))
    return found


def _find_done(connection: Connection, call: WriteCall) -> Done | None:
    """The answer of a call that an earlier transaction did store after all."""
    code, request_id = call.command.service_code, call.request_id
    number = connection.execute(FIND_CHANGE, {"service_code": code, "request_id": request_id}).scalar()
    if number is not None:
        return Done(request_id, format_ticket_id(number))
    if call.call_id is None:
        return None
    asked = {"service_code": code, "access_key": call.caller.access_key, "request_id": request_id}
    ticket_id = connection.execute(FIND_CALL, asked).scalar()
    return None if ticket_id is None else Done(request_id, ticket_id)


def _decide(call: WriteCall, situation: Situation, state: Undertaking, now: datetime) -> Outcome:
    decided = decide_call(call, situation)
    if not isinstance(decided, Applied):
        return decided
    ticket = decided.change.ticket
    if decided.change:
        key = (ticket.service_code, ticket.number)
        state.tickets[key] = ticket
        if decided.change.touches_search:
            state.searched.add(key)
        state.history_rows.append(_history_row(call, decided, now))
    if call.call_id is not None:
        state.kept[call_key(call) or ("", "", "")] = KeptCall(
            call.call_id.action, call.call_id.body_digest, decided.done
        )
        state.call_rows.append(_call_row(call, decided.done, now))
    return decided.done


def _history_row(call: WriteCall, applied: Applied, now: datetime) -> dict[str, Any]:
    ticket = applied.change.ticket
    return {
        "service_code": ticket.service_code,
        "ticket_number": ticket.number,
        "version": ticket.version,
        "at": now,
        "master_id": call.command.master_id,
        "access_key": call.caller.access_key,
        "request_id": call.request_id,
        "door": call.door.value,
        "changes": dump_lines(applied.change.lines),
    }


def _call_row(call: WriteCall, done: Done, now: datetime) -> dict[str, Any]:
    assert call.call_id is not None
    return {
        "service_code": call.command.service_code,
        "access_key": call.caller.access_key,
        "call_id": call.call_id.value,
        "action": call.call_id.action,
        "body_digest": call.call_id.body_digest,
        "request_id": done.request_id,
        "ticket_id": done.ticket_id,
        "at": now,
    }
