"""The bodies of writing calls: what must be sent and what was changed, judged before anything is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unyo.tickets.errors import first_refusal
from unyo.tickets.field_tables import (
    MEMO_NUMBER,
    MEMO_OPERATION,
    MEMO_TEXT,
    MEMOS,
    REGISTRATION_OF,
    TICKET_ID,
    TICKET_KIND,
    TICKET_TABLES,
)
from unyo.tickets.fields import FieldTable
from unyo.tickets.memo_list import ADD, DELETE, EDIT
from unyo.tickets.model import APPROVAL_STATES, TicketKind
from unyo.tickets.text import unquote
from unyo.tickets.validation import Given, examine
from unyo.uom.envelopes import ERRORS

from .credentials import Credentials
from .errors import BY_TYPE, ParameterError
from .tickets import Ticket, Value, checked, is_value, write_value

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AddMemo:
    """Add a memo."""

    text: str


@dataclass(frozen=True, slots=True)
class EditMemo:
    """Give memo ``number`` another text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DeleteMemo:
    """Delete memo ``number``; its number is not used again."""

    number: int


MemoOperation = AddMemo | EditMemo | DeleteMemo


def update_body(ticket: Ticket, memos: Sequence[MemoOperation], who: Credentials) -> Body:
    """UpdateTicket: what its table requires, and what was changed.

    Raises:
        Refused: a field is missing, too long, empty or wrong, as far as that can be told from here.
    """
    table, changed = ticket.table(), set(ticket.changes)
    if "state" in changed and ticket.values["state"] in APPROVAL_STATES:
        changed.add("approver")  # one that is stored does not count when the state changes (contract, section 5)
    values = {
        row.wire: write_value(getattr(ticket, row.key))
        for row in table.rows
        if is_value(row) and (row.mark.must_be_there or row.key in changed)
    }
    body: Body = {TICKET_ID.wire: ticket.ticket_id, TICKET_KIND.wire: ticket.kind.value, **values, **ticket.lock}
    if memos or MEMOS.wire in table.required:
        body[MEMOS.wire] = [_operation(each) for each in memos]
    return _judged(table, body, who)


def register_body(
    kind: TicketKind, fields: Mapping[str, Value], memos: Sequence[MemoOperation], who: Credentials
) -> Body:
    """RegisterTicket: what was given.

    Raises:
        Refused: a field is missing, too long, empty or wrong, as far as that can be told from here.
        TypeError: a field is none of this kind's, or a value is none of its field's.
        ValueError: a date without a zone.
    """
    table = TICKET_TABLES[REGISTRATION_OF[kind]]
    unknown = [name for name in fields if name not in table.value_keys]
    if unknown:
        raise TypeError(f"a ticket of this kind has no field {', '.join(unknown)}")
    values = {table.by_key[name].wire: write_value(checked(name, value)) for name, value in fields.items()}
    body: Body = {TICKET_KIND.wire: kind.value, **values}
    if memos:
        body[MEMOS.wire] = [_operation(each) for each in memos]
    return _judged(table, body, who)


def _judged(table: FieldTable, body: Body, who: Credentials) -> Body:
    whole = {"ServiceCode": who.service_code, "MasterID": who.master_id, **body}
    found = examine(table, whole)
    if isinstance(found, Given):
        return whole
    refused = first_refusal(found)
    assert refused is not None
    code = ERRORS[refused.reason]
    raise BY_TYPE.get(code.error_type, ParameterError)(code.message, refused.fields)


def _operation(memo: MemoOperation) -> dict[str, str]:
    match memo:
        case AddMemo(text):
            return {MEMO_NUMBER.wire: "", MEMO_OPERATION.wire: ADD, MEMO_TEXT.wire: unquote(text)}
        case EditMemo(number, text):
            return {MEMO_NUMBER.wire: str(number), MEMO_OPERATION.wire: EDIT, MEMO_TEXT.wire: unquote(text)}
        case DeleteMemo(number):
            return {MEMO_NUMBER.wire: str(number), MEMO_OPERATION.wire: DELETE}
