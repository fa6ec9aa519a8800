"""One group of calls in one transaction: load and lock, decide each in order, write everything in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

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
from unyo.tickets.commands import AddMemo, RegisterTicket
from unyo.tickets.model import Memo, Ticket, format_ticket_id

from .directory import DirectoryCache
from .numbers import TicketNumbers, settle
from .rows import (
    MEMO_COLUMNS,
    TICKET_COLUMNS,
    dump_lines,
    memo_of,
    row_of,
    row_of_memo,
    search_text_of,
    ticket_of,
)
from .tables import calls, history, memos, tickets

_TICKET_KEY = sa.tuple_(tickets.c.service_code, tickets.c.number)
_MEMO_KEY = sa.tuple_(memos.c.service_code, memos.c.ticket_number, memos.c.number)
_CALL_KEY = sa.tuple_(calls.c.service_code, calls.c.access_key, calls.c.call_id)

# Rows are locked in key order, so that two nodes never wait for each other.
_LOCK_TICKETS = (
    sa.select(*TICKET_COLUMNS)
    .where(_TICKET_KEY.in_(sa.bindparam("keys", expanding=True)))
    .order_by(tickets.c.service_code, tickets.c.number)
    .with_for_update()
)
_LOAD_MEMOS = sa.select(*MEMO_COLUMNS).where(_MEMO_KEY.in_(sa.bindparam("keys", expanding=True)))
_LOAD_CALLS = sa.select(calls).where(_CALL_KEY.in_(sa.bindparam("keys", expanding=True)))
_FIND_CHANGE = sa.select(history.c.ticket_number).where(
    history.c.service_code == sa.bindparam("service_code"), history.c.request_id == sa.bindparam("request_id")
)
_FIND_CALL = sa.select(calls.c.ticket_id).where(
    calls.c.service_code == sa.bindparam("service_code"),
    calls.c.access_key == sa.bindparam("access_key"),
    calls.c.request_id == sa.bindparam("request_id"),
)

_INSERT_TICKET = sa.insert(tickets)
_KEY_OF_TICKET = (
    tickets.c.service_code == sa.bindparam("key_service_code"),
    tickets.c.number == sa.bindparam("key_number"),
)
_MOVING = [column.name for column in TICKET_COLUMNS[3:]] + ["last_update"]
_UPDATE_TICKET = sa.update(tickets).where(*_KEY_OF_TICKET).values({name: sa.bindparam(name) for name in _MOVING})
_UPDATE_SEARCH = sa.update(tickets).where(*_KEY_OF_TICKET).values(search_text=sa.bindparam("search_text"))
_INSERT_MEMO = sa.insert(memos)
_KEY_OF_MEMO = (
    memos.c.service_code == sa.bindparam("key_service_code"),
    memos.c.ticket_number == sa.bindparam("key_ticket_number"),
    memos.c.number == sa.bindparam("key_number"),
)
_UPDATE_MEMO = (
    sa.update(memos)
    .where(*_KEY_OF_MEMO)
    .values({name: sa.bindparam(name) for name in ("text", "updated", "search_text")})
)
_DELETE_MEMO = sa.delete(memos).where(*_KEY_OF_MEMO)
_INSERT_HISTORY = sa.insert(history)
_INSERT_CALL = sa.insert(calls)

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class GroupState:
    """A group's tickets before and as decided so far, and what is to be written."""

    before: Mapping[TicketKey, Ticket]
    tickets: dict[TicketKey, Ticket]
    kept: dict[CallKey, KeptCall]
    searched: set[TicketKey] = field(default_factory=set)
    history_rows: Rows = field(default_factory=list)
    call_rows: Rows = field(default_factory=list)


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
        directory = self._directory.as_seen_by(connection)
        self._numbers.ensure(connection, sum(isinstance(call.command, RegisterTicket) for call in group))
        outcomes: list[Outcome] = []
        for call in group:
            found = _find_done(connection, call) if again else None
            situation = Situation(directory, state.tickets, state.kept, now, lambda: self._number_of(call))  # noqa: B023 - called before the next turn
            outcomes.append(found or _decide(call, situation, state, now))
        _write(connection, state)
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


def _load(connection: Connection, group: Sequence[WriteCall]) -> GroupState:
    """The group's tickets, locked, with the memos that its operations name, and the kept calls."""
    found = {}
    keys = sorted({key for call in group if (key := ticket_key(call))})
    if keys:
        rows = connection.execute(_LOCK_TICKETS, {"keys": keys}).all()
        loaded = _load_memos(connection, group)
        found = {(row[0], row[1]): ticket_of(row, loaded.get((row[0], row[1]), ())) for row in rows}
    return GroupState(before=found, tickets=dict(found), kept=_load_kept(connection, group))


def _load_kept(connection: Connection, group: Sequence[WriteCall]) -> dict[CallKey, KeptCall]:
    """The answers kept under the group's call ids."""
    keys = sorted({key for call in group if (key := call_key(call))})
    rows = connection.execute(_LOAD_CALLS, {"keys": keys}) if keys else ()
    return {
        (row.service_code, row.access_key, row.call_id): KeptCall(
            row.action, row.body_digest, Done(row.request_id, row.ticket_id)
        )
        for row in rows
    }


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
        for row in connection.execute(_LOAD_MEMOS, {"keys": sorted(named)}):
            found.setdefault((row[0], row[1]), []).append(memo_of(row))
    return found


def _find_done(connection: Connection, call: WriteCall) -> Done | None:
    """The answer of a call that an earlier transaction did store after all."""
    code, request_id = call.command.service_code, call.request_id
    number = connection.execute(_FIND_CHANGE, {"service_code": code, "request_id": request_id}).scalar()
    if number is not None:
        return Done(request_id, format_ticket_id(number))
    if call.call_id is None:
        return None
    asked = {"service_code": code, "access_key": call.caller.access_key, "request_id": request_id}
    ticket_id = connection.execute(_FIND_CALL, asked).scalar()
    return None if ticket_id is None else Done(request_id, ticket_id)


def _decide(call: WriteCall, situation: Situation, state: GroupState, now: datetime) -> Outcome:
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


def _write(connection: Connection, state: GroupState) -> None:
    """Everything that the group changed, each table in one go, in the same order in every transaction."""
    changed = {key: ticket for key, ticket in state.tickets.items() if ticket is not state.before.get(key)}
    inserts, updates, searches = _ticket_rows(state, changed)
    added, edited, deleted = _memo_rows(state, changed)
    for statement, rows in (
        (_INSERT_TICKET, inserts),
        (_UPDATE_TICKET, updates),
        (_UPDATE_SEARCH, searches),
        (_INSERT_MEMO, added),
        (_UPDATE_MEMO, edited),
        (_DELETE_MEMO, deleted),
        (_INSERT_HISTORY, state.history_rows),
        (_INSERT_CALL, state.call_rows),
    ):
        if rows:
            connection.execute(statement, rows)
    if inserts:
        settle(connection, max(row["number"] for row in inserts))


def _ticket_rows(state: GroupState, changed: Mapping[TicketKey, Ticket]) -> tuple[Rows, Rows, Rows]:
    inserts: Rows = []
    updates: Rows = []
    searches: Rows = []
    for key, ticket in changed.items():
        if key not in state.before:
            inserts.append({**row_of(ticket), "search_text": search_text_of(ticket.values)})
            continue
        row = row_of(ticket)
        updates.append({"key_service_code": key[0], "key_number": key[1], **{name: row[name] for name in _MOVING}})
        if key in state.searched:
            searches.append(
                {
                    "key_service_code": key[0],
                    "key_number": key[1],
                    "search_text": search_text_of(ticket.values),
                }
            )
    return inserts, updates, searches


def _memo_rows(state: GroupState, changed: Mapping[TicketKey, Ticket]) -> tuple[Rows, Rows, Rows]:
    added: Rows = []
    edited: Rows = []
    deleted: Rows = []
    for key, ticket in changed.items():
        before = state.before[key].memos if key in state.before else {}
        for number, memo in ticket.memos.items():
            row = row_of_memo(ticket, memo)
            if number not in before:
                added.append(row)
            elif memo is not before[number]:
                edited.append(
                    {
                        **_memo_key(key, number),
                        **{name: row[name] for name in ("text", "updated", "search_text")},
                    }
                )
        deleted += [_memo_key(key, number) for number in before if number not in ticket.memos]
    return added, edited, deleted


def _memo_key(key: TicketKey, number: int) -> dict[str, Any]:
    return {"key_service_code": key[0], "key_ticket_number": key[1], "key_number": number}
