"""What a group has decided so far, and its writing in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from unyo.services.ports import KeptCall
from unyo.services.writes import CallKey, TicketKey
from unyo.storage.numbers import settle
from unyo.storage.rows import row_of, row_of_memo, search_text_of
from unyo.tickets.model import Memo, Ticket

from .statements import (
    DELETE_MEMO,
    INSERT_CALL,
    INSERT_HISTORY,
    INSERT_MEMO,
    INSERT_TICKET,
    UPDATE_MEMO,
    UPDATE_SEARCHED_TICKET,
    UPDATE_TICKET,
)

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Undertaking:
    """A group's tickets before and as decided so far, its kept calls, and what is to be written."""

    before: Mapping[TicketKey, Ticket]
    tickets: dict[TicketKey, Ticket]
    kept: dict[CallKey, KeptCall]
    searched: set[TicketKey] = field(default_factory=set)
    history_rows: Rows = field(default_factory=list)
    call_rows: Rows = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """Write everything, each table in one go, in the same order in every transaction."""
        changed = [ticket for key, ticket in self.tickets.items() if ticket is not self.before.get(key)]
        self._write_tickets(connection, changed)
        self._write_memos(connection, changed)
        INSERT_HISTORY.run(connection, self.history_rows)
        INSERT_CALL.run(connection, self.call_rows)

    def _write_tickets(self, connection: Connection, changed: list[Ticket]) -> None:
        inserted: Rows = []
        updated: Rows = []
        searched: Rows = []
        for ticket in changed:
            key = (ticket.service_code, ticket.number)
            row = row_of(ticket) | {"key_service_code": key[0], "key_number": key[1]}
            if key in self.searched:
                row["search_text"] = search_text_of(ticket.values)
            (inserted if key not in self.before else searched if key in self.searched else updated).append(row)
        INSERT_TICKET.run(connection, inserted)
        UPDATE_TICKET.run(connection, updated)
        UPDATE_SEARCHED_TICKET.run(connection, searched)
        if inserted:
            settle(connection, max(row["number"] for row in inserted))

    def _write_memos(self, connection: Connection, changed: list[Ticket]) -> None:
        inserted: Rows = []
        updated: Rows = []
        deleted: Rows = []
        for ticket in changed:
            known = self.before.get((ticket.service_code, ticket.number))
            before: Mapping[int, Memo] = known.memos if known else {}
            for number, memo in ticket.memos.items():
                if memo is not before.get(number):
                    row = row_of_memo(ticket, memo) | _memo_key(ticket, number)
                    (updated if number in before else inserted).append(row)
            deleted += [_memo_key(ticket, number) for number in before if number not in ticket.memos]
        INSERT_MEMO.run(connection, inserted)
        UPDATE_MEMO.run(connection, updated)
        DELETE_MEMO.run(connection, deleted)


def _memo_key(ticket: Ticket, number: int) -> dict[str, Any]:
    return {"key_service_code": ticket.service_code, "key_ticket_number": ticket.number, "key_number": number}
