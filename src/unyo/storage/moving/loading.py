"""Loads tickets that come with a past of their own: the same rules, each call at its own moment, in one transaction."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.services.ports import Outcome, WriteCall
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import Engines
from unyo.storage.numbers import set_counter
from unyo.storage.reading.readers import read_ticket
from unyo.storage.rows import row_of, row_of_memo, search_text_of
from unyo.storage.tables import memos, tickets
from unyo.storage.writing.group import GroupWriter
from unyo.tickets.model import LockDates, Ticket


class Loader:
    """Carries calls out on a connection that the caller opened and commits."""

    def __init__(self, engines: Engines, connection: Connection) -> None:
        self._connection = connection
        self._groups = GroupWriter(DirectoryCache(engines.writing))

    def carry_out(self, call: WriteCall, at: datetime) -> Outcome:
        """Decide and write one call as it would have been at that moment (UTC)."""
        (outcome,) = self._groups.decide(self._connection, [call], at)
        return outcome

    def ticket(self, service_code: str, number: int) -> Ticket:
        """A ticket as it stands now, with its memos."""
        found = read_ticket(self._connection, service_code, number)
        assert found is not None
        return found

    def place(self, ticket: Ticket) -> None:
        """Store a ticket as it was elsewhere, without a history, in the place of one that has its number."""
        key = {"service_code": ticket.service_code, "number": ticket.number}
        row = {**row_of(ticket), "search_text": search_text_of(ticket.values)}
        there = self._connection.execute(
            sa.select(tickets.c.version, tickets.c.last_memo).filter_by(**key)
        ).one_or_none()
        if there is None:
            self._connection.execute(sa.insert(tickets).values(**row))
        else:
            # What has a history keeps counting, and gives no number of a memo again.
            row |= {"version": there.version, "last_memo": max(there.last_memo, ticket.last_memo)}
            self._connection.execute(sa.update(tickets).filter_by(**key).values(**row))
        of_ticket = {"service_code": ticket.service_code, "ticket_number": ticket.number}
        self._connection.execute(sa.delete(memos).filter_by(**of_ticket))
        if ticket.memos:
            self._connection.execute(sa.insert(memos), [row_of_memo(ticket, each) for each in ticket.memos.values()])

    def continue_after(self, number: int) -> None:
        """Let the next ticket number be the one after this."""
        set_counter(self._connection, number)

    def redate(self, service_code: str, number: int, lock: LockDates) -> None:
        """Set lock dates that the ticket had elsewhere."""
        dates: Mapping[str, datetime | None] = dict(lock)
        self._connection.execute(
            sa.update(tickets).where(tickets.c.service_code == service_code, tickets.c.number == number).values(**dates)
        )
