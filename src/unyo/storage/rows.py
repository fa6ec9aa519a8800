"""Between rows and the domain: the columns in one fixed order, a ticket as a row, history lines as JSON."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from unyo.services.ports import Done, KeptCall
from unyo.tickets.field_tables import BY_KEY, LOCK_FIELDS, SEARCHED, VALUE_FIELDS
from unyo.tickets.fields import Date
from unyo.tickets.history import FieldChange
from unyo.tickets.model import SECTIONS, Memo, Ticket, TicketKind, Value, Values
from unyo.tickets.text import searchable

from .tables import calls, memos, tickets

VALUE_KEYS = tuple(field.key for field in VALUE_FIELDS)
LOCK_KEYS = tuple(field.key for field in LOCK_FIELDS)
_HEAD = ("service_code", "number", "kind", "version", "last_memo")
TICKET_COLUMNS = tuple(tickets.c[name] for name in (*_HEAD, *VALUE_KEYS, *LOCK_KEYS))
MEMO_COLUMNS = (
    memos.c.service_code,
    memos.c.ticket_number,
    memos.c.number,
    memos.c.text,
    memos.c.author,
    memos.c.inserted,
    memos.c.updated,
)
# What is kept under a call id, its time aside.
CALL_COLUMNS = tuple(column for column in calls.columns if column.name != "at")
_LOCKS_OF = {
    kind: frozenset(key for section in sections for key in (section.inserted, section.updated))
    for kind, sections in SECTIONS.items()
}


COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def ticket_of(row: Sequence[Any], found_memos: Iterable[Memo] = ()) -> Ticket:
    """The ticket in a row of TICKET_COLUMNS."""
    head, values, lock = len(_HEAD), len(_HEAD) + len(VALUE_KEYS), row[len(_HEAD) + len(VALUE_KEYS) :]
    kind = TicketKind(row[2])
    return Ticket(
        service_code=row[0],
        number=row[1],
        kind=kind,
        version=row[3],
        last_memo=row[4],
        values=dict(zip(VALUE_KEYS, row[head:values], strict=True)),
        lock={key: date for key, date in zip(LOCK_KEYS, lock, strict=True) if key in _LOCKS_OF[kind]},
        memos={memo.number: memo for memo in found_memos},
    )


def kept_call_of(row: Sequence[Any]) -> KeptCall:
    """The answered call in a row of CALL_COLUMNS."""
    _, _, _, action, body_digest, request_id, ticket_id = row
    return KeptCall(action, body_digest, Done(request_id, ticket_id))


def row_of(ticket: Ticket) -> dict[str, Any]:
    """A ticket's columns, the searched text aside."""
    return {
        "service_code": ticket.service_code,
        "number": ticket.number,
        "kind": ticket.kind.value,
        "version": ticket.version,
        "last_memo": ticket.last_memo,
        **ticket.values,
        **dict.fromkeys(LOCK_KEYS),
        **ticket.lock,
        "last_update": ticket.last_update,
    }


def memo_of(row: Sequence[Any]) -> Memo:
    """The memo in a row of MEMO_COLUMNS."""
    return Memo(row[2], row[3], row[4], row[5], row[6])


def row_of_memo(ticket: Ticket, memo: Memo) -> dict[str, Any]:
    """A memo's columns."""
    return {
        "service_code": ticket.service_code,
        "ticket_number": ticket.number,
        "number": memo.number,
        "text": memo.text,
        "author": memo.author,
        "inserted": memo.inserted,
        "updated": memo.updated,
        "search_text": searchable(memo.text),
    }


def search_text_of(values: Values) -> str:
    """The searched values of a ticket in the form that words are compared in."""
    return searchable("\n".join(str(values[key]) for key in SEARCHED if values[key]))


def dump_lines(lines: Iterable[FieldChange]) -> str:
    """History lines as JSON."""
    return COMPACT.encode([[field, _dump(before), _dump(after)] for field, before, after in lines])


def load_lines(text: str) -> tuple[FieldChange, ...]:
    """History lines from JSON."""
    return tuple(
        FieldChange(field, _load(field, before), _load(field, after)) for field, before, after in json.loads(text)
    )


def _dump(value: Value) -> str:
    return _dump_date(value) if isinstance(value, datetime) else value or ""


@lru_cache(4096)
def _dump_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _load(field: str, text: str) -> Value:
    parameter = BY_KEY.get(field)
    if parameter is None or not isinstance(parameter.kind, Date):
        return text
    return datetime.fromisoformat(text) if text else None
