"""The writer's statements, each built once; those that take a group's keys, once a database."""

from typing import Any, Final

import sqlalchemy as sa

from unyo.storage.keys import join_keys
from unyo.storage.prepared import Prepared, Selection
from unyo.storage.rows import CALL_COLUMNS, MEMO_COLUMNS, TICKET_COLUMNS
from unyo.storage.tables import calls, history, memos, tickets


def _lock_tickets(dialect: str) -> sa.Select[Any]:
    """A group's tickets; their rows are locked in key order, so that two nodes never wait for each other."""
    return (
        sa.select(*TICKET_COLUMNS)
        .select_from(join_keys(dialect, tickets.c.service_code, tickets.c.number))
        .order_by(tickets.c.service_code, tickets.c.number)
        .with_for_update(of=tickets)
    )


def _load_memos(dialect: str) -> sa.Select[Any]:
    """The memos that a group's operations name."""
    keys = (memos.c.service_code, memos.c.ticket_number, memos.c.number)
    return sa.select(*MEMO_COLUMNS).select_from(join_keys(dialect, *keys))


def _load_calls(dialect: str) -> sa.Select[Any]:
    """The answers kept under a group's call ids."""
    keys = (calls.c.service_code, calls.c.access_key, calls.c.call_id)
    return sa.select(*CALL_COLUMNS).select_from(join_keys(dialect, *keys))


LOCK_TICKETS: Final = Selection(_lock_tickets)
LOAD_MEMOS: Final = Selection(_load_memos)
LOAD_CALLS: Final = Selection(_load_calls)

FIND_CHANGE: Final = sa.select(history.c.ticket_number).where(
    history.c.service_code == sa.bindparam("service_code"), history.c.request_id == sa.bindparam("request_id")
)
"""The ticket that a call with this RequestId has changed."""
FIND_CALL: Final = sa.select(calls.c.ticket_id).where(
    calls.c.service_code == sa.bindparam("service_code"),
    calls.c.access_key == sa.bindparam("access_key"),
    calls.c.request_id == sa.bindparam("request_id"),
)
"""The ticket of a call with this RequestId that was kept under a call id."""


def _given(*names: str) -> dict[str, sa.BindParameter[Any]]:
    return {name: sa.bindparam(name) for name in names}


# What an update of a ticket writes, the searched text aside.
_MOVING = (*(column.name for column in TICKET_COLUMNS[3:]), "last_update")
_KEY_OF_TICKET = (
    tickets.c.service_code == sa.bindparam("key_service_code"),
    tickets.c.number == sa.bindparam("key_number"),
)
_KEY_OF_MEMO = (
    memos.c.service_code == sa.bindparam("key_service_code"),
    memos.c.ticket_number == sa.bindparam("key_ticket_number"),
    memos.c.number == sa.bindparam("key_number"),
)

_UPDATE_TICKET = sa.update(tickets).where(*_KEY_OF_TICKET)
_UPDATE_MEMO = sa.update(memos).where(*_KEY_OF_MEMO)

INSERT_TICKET: Final = Prepared(sa.insert(tickets))
UPDATE_TICKET: Final = Prepared(_UPDATE_TICKET.values(_given(*_MOVING)))
UPDATE_SEARCHED_TICKET: Final = Prepared(_UPDATE_TICKET.values(_given(*_MOVING, "search_text")))
INSERT_MEMO: Final = Prepared(sa.insert(memos))
UPDATE_MEMO: Final = Prepared(_UPDATE_MEMO.values(_given("text", "updated", "search_text")))
DELETE_MEMO: Final = Prepared(sa.delete(memos).where(*_KEY_OF_MEMO))
INSERT_HISTORY: Final = Prepared(sa.insert(history))
INSERT_CALL: Final = Prepared(sa.insert(calls))
