"""Rows of the ticket tables as JSON objects that say everything, and back again with every value checked."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from unyo.storage.rows import COMPACT, LOCK_KEYS, search_text_of
from unyo.storage.tables import calls, history, memos, tickets
from unyo.storage.types import UtcDateTime
from unyo.tickets.history import Door
from unyo.tickets.model import TicketKind
from unyo.tickets.text import is_storable, searchable

Json = dict[str, Any]
Row = dict[str, Any]

_HIGHEST: Final = {sa.BigInteger: 2**63 - 1, sa.Integer: 2**31 - 1}
# What has few values, or a form of its own: neither database would refuse another one.
_SPECIAL: Final[Mapping[sa.Column[Any], Callable[[Any], Any]]] = {
    tickets.c.kind: lambda value: TicketKind(value).value,
    history.c.door: lambda value: Door(value).value,
    history.c.changes: lambda value: COMPACT.encode(_changes(value)),
}


class JsonRows:
    """The rows of one table; ``without`` are columns that stand elsewhere or are derived."""

    def __init__(self, table: sa.Table, *without: str) -> None:
        self.columns = tuple(column for column in table.columns if column.name not in without)
        self._names = frozenset(column.name for column in self.columns)

    def dump(self, row: Sequence[Any]) -> Json:
        """The object of a row that holds the columns, in their order, first."""
        # More columns may follow: those by which the reader knows whose row it is.
        return {
            column.name: json.loads(value) if column is history.c.changes else _dump(value)
            for column, value in zip(self.columns, row, strict=False)
        }

    def load(self, found: Any) -> Row:
        """The row of an object.

        Raises:
            ValueError: it is no such row; the message holds none of its values.
        """
        if not isinstance(found, dict) or found.keys() != self._names:
            raise ValueError("its members are not those of this release")
        row = {}
        for column in self.columns:
            try:
                row[column.name] = _load(column, found[column.name])
            except (ValueError, TypeError, OverflowError):
                raise ValueError(f"its {column.name} cannot be stored") from None
        return row


TICKETS: Final = JsonRows(tickets, "last_update", "search_text")
MEMOS: Final = JsonRows(memos, "service_code", "ticket_number", "search_text")
HISTORY: Final = JsonRows(history, "service_code", "ticket_number")
CALLS: Final = JsonRows(calls)


def load_ticket(found: Any) -> Row:
    """A ticket's row with its derived columns.

    Raises:
        ValueError: as above.
    """
    row = TICKETS.load(found)
    dates = [row[key] for key in LOCK_KEYS if row[key] is not None]
    if not dates:
        raise ValueError("it has no lock dates")
    return {**row, "last_update": max(dates), "search_text": search_text_of(row)}


def load_memo(found: Any, ticket: Row) -> Row:
    """The row of a ticket's memo with its derived column.

    Raises:
        ValueError: as above.
    """
    row = MEMOS.load(found)
    return {**_key_of(ticket), **row, "search_text": searchable(row["text"])}


def load_change(found: Any, ticket: Row) -> Row:
    """The row of an entry in a ticket's history.

    Raises:
        ValueError: as above.
    """
    return {**_key_of(ticket), **HISTORY.load(found)}


def _key_of(ticket: Row) -> Row:
    return {"service_code": ticket["service_code"], "ticket_number": ticket["number"]}


def _dump(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _load(column: sa.Column[Any], value: Any) -> Any:
    if column in _SPECIAL:
        return _SPECIAL[column](value)
    kind = type(column.type)
    if kind in _HIGHEST:
        if type(value) is not int or not 0 <= value <= _HIGHEST[kind]:
            raise ValueError
        return value
    if value is None and column.nullable:
        return None
    text = _text(value)
    if kind is sa.LargeBinary:
        return b64decode(text, validate=True)
    return _moment(text) if kind is UtcDateTime else text


def _text(value: Any) -> str:
    if not isinstance(value, str) or not is_storable(value):
        raise ValueError
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _changes(found: Any) -> list[list[str]]:
    """History lines: our name of the field, before, after."""
    if not isinstance(found, list) or not all(isinstance(line, list) and len(line) == 3 for line in found):  # noqa: PLR2004 - as said above
        raise ValueError
    return [[_text(part) for part in line] for line in found]
