"""Reads, each in one snapshot beside the writer."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from unyo.services.ports import KeptCall, Page, Position
from unyo.services.watcher import Watcher
from unyo.storage.directory import DirectoryCache
from unyo.storage.errors import storage_errors
from unyo.storage.rows import CALL_COLUMNS, MEMO_COLUMNS, TICKET_COLUMNS, kept_call_of, load_lines, memo_of, ticket_of
from unyo.storage.tables import calls, history, memos, tickets
from unyo.tickets.commands import ListTickets
from unyo.tickets.directory import Directory, Member, Service
from unyo.tickets.history import Door, HistoryEntry
from unyo.tickets.model import Glimpse, Ticket

from .ticket_list import is_seen_by, read_page

_TICKET = sa.select(*TICKET_COLUMNS).where(
    tickets.c.service_code == sa.bindparam("code"), tickets.c.number == sa.bindparam("number")
)
_MEMOS = (
    sa.select(*MEMO_COLUMNS)
    .where(memos.c.service_code == sa.bindparam("code"), memos.c.ticket_number == sa.bindparam("number"))
    .order_by(memos.c.number)
)
_GLIMPSES = sa.select(tickets.c.number, tickets.c.version, tickets.c.management_group).where(
    tickets.c.service_code == sa.bindparam("code"), tickets.c.number.in_(sa.bindparam("numbers", expanding=True))
)
_HISTORY = (
    sa.select(history)
    .where(history.c.service_code == sa.bindparam("code"), history.c.ticket_number == sa.bindparam("number"))
    .order_by(history.c.version.desc())
    .limit(sa.bindparam("limit"))
)
_HISTORY_BEFORE = _HISTORY.where(history.c.version < sa.bindparam("before"))
_CHANGE = sa.select(history).where(
    history.c.service_code == sa.bindparam("code"),
    history.c.ticket_number == sa.bindparam("number"),
    history.c.request_id == sa.bindparam("request_id"),
)
_CALL = sa.select(*CALL_COLUMNS).where(
    calls.c.service_code == sa.bindparam("code"),
    calls.c.access_key == sa.bindparam("access_key"),
    calls.c.call_id == sa.bindparam("call_id"),
)


class SqlReader:
    """The reading port."""

    def __init__(self, engine: Engine, directory: DirectoryCache, watcher: Watcher) -> None:
        self._engine = engine
        self._watcher = watcher
        self._directory = directory

    def directory(self) -> Directory:
        """The directory, at most a moment old."""
        return self._directory.current()

    def ticket(self, service_code: str, number: int) -> Ticket | None:
        """A ticket with all its memos."""
        with self._snapshot("reading a ticket") as connection:
            return read_ticket(connection, service_code, number)

    def history(self, service_code: str, number: int, before: int | None, limit: int) -> Sequence[HistoryEntry]:
        """The changes below version ``before`` (None: all), newest first, ``limit`` at the most."""
        asked: dict[str, str | int] = {"code": service_code, "number": number, "limit": limit}
        if before is not None:
            asked["before"] = before
        with self._snapshot("reading a history") as connection:
            rows = connection.execute(_HISTORY if before is None else _HISTORY_BEFORE, asked).all()
        return [_entry(row) for row in rows]

    def change(self, service_code: str, number: int, request_id: str) -> HistoryEntry | None:
        """The one change of a ticket that has this RequestId."""
        asked = {"code": service_code, "number": number, "request_id": request_id}
        with self._snapshot("reading a change") as connection:
            row = connection.execute(_CHANGE, asked).one_or_none()
        return None if row is None else _entry(row)

    def kept_call(self, service_code: str, access_key: str, call_id: str) -> KeptCall | None:
        """The call that was answered under that call id."""
        asked = {"code": service_code, "access_key": access_key, "call_id": call_id}
        with self._snapshot("reading a kept call") as connection:
            row = connection.execute(_CALL, asked).one_or_none()
        return None if row is None else kept_call_of(row)

    def tickets(self, query: ListTickets, member: Member, service: Service, after: Position | None) -> Page:
        """A page of the tickets that the member may see."""
        with self._snapshot("reading a list") as connection:
            return read_page(connection, query, member, service, after)

    def glimpses(self, service_code: str, numbers: Iterable[int]) -> Sequence[Glimpse]:
        """Of those tickets what says who may see them."""
        with self._snapshot("reading who may see tickets") as connection:
            return [
                Glimpse(*row) for row in connection.execute(_GLIMPSES, {"code": service_code, "numbers": [*numbers]})
            ]

    def last_update(self, service_code: str, member: Member) -> datetime | None:
        """When a ticket that the member may see last changed."""
        newest = (
            sa.select(tickets.c.last_update)
            .where(tickets.c.service_code == service_code, *is_seen_by(member))
            .order_by(tickets.c.last_update.desc())
            .limit(1)
        )
        with self._snapshot("reading when tickets last changed") as connection:
            return connection.execute(newest).scalar_one_or_none()

    @contextmanager
    def _snapshot(self, doing: str) -> Iterator[Connection]:
        started = time.perf_counter()
        with storage_errors(doing), self._engine.begin() as connection:
            yield connection
        self._watcher.read(time.perf_counter() - started)


def read_ticket(connection: Connection, service_code: str, number: int) -> Ticket | None:
    """A ticket with all its memos, as that connection sees it."""
    key = {"code": service_code, "number": number}
    row = connection.execute(_TICKET, key).one_or_none()
    if row is None:
        return None
    return ticket_of(row, [memo_of(memo) for memo in connection.execute(_MEMOS, key)])


def _entry(row: Row[*tuple[Any, ...]]) -> HistoryEntry:
    return HistoryEntry(row.version, row.at, row.master_id, row.request_id, Door(row.door), load_lines(row.changes))
