"""The form of a ticket: from what was typed to the command it asks for, and the page that shows it again."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from unyo.portal.visit import Visit
from unyo.services.ports import Done, QueueFull, StorageFailed
from unyo.tickets.build import register_ticket, update_ticket
from unyo.tickets.commands import WriteCommand
from unyo.tickets.errors import Fault, Reason
from unyo.tickets.field_tables import KIND_OF, REGISTRATIONS, TICKET_ID, TICKET_KIND, TICKET_TABLES
from unyo.tickets.fields import Use
from unyo.tickets.model import Values
from unyo.tickets.validation import examine

from .sheet import body, sheet
from .typed import NEW_MEMO, Typed
from .writing import carry_out

FAULTY = 422
BUSY = 503


def ask_for(
    visit: Visit, use: Use, sent: Typed, ticket_id: str = "", base: Values | None = None
) -> WriteCommand | list[Fault]:
    """The command that a form asks for, or all that is wrong with it; ``base`` is what it showed at first."""
    who = (visit.here.code, visit.me.master_id)
    call = body(use, sent.fields, visit.words, who, sent.operations(), base=base)
    if ticket_id:
        call[TICKET_ID.wire] = ticket_id
    given = examine(TICKET_TABLES[use], call)
    if isinstance(given, list):
        return given
    return register_ticket(use, given) if use in REGISTRATIONS else update_ticket(use, given)


async def save(visit: Visit, command: WriteCommand) -> Done | Sequence[Fault] | None:
    """Carry it out, once for each call id; what is wrong with it, or None where it is not known whether it was done."""
    try:
        return await carry_out(visit, command)
    except (QueueFull, StorageFailed):
        return None


def page(
    visit: Visit, template: str, use: Use, sent: Typed, faults: Iterable[Fault] = (), status: int = 200, **more: Any
) -> Response:
    """The form with what was typed into it, and what is wrong beside its fields."""
    found = sent.beside_inputs(faults)
    memos = {**sent.memos, NEW_MEMO: sent.new.get(NEW_MEMO, "")}
    made = sheet(use, visit.here, visit.words, sent.shown, found, memos=memos)
    # A call ID under which something else was saved is of no more use.
    is_used = any(fault.reason is Reason.CALL_ID_REUSED for fault in found)
    answer = visit.page(
        template,
        status,
        sheet=made,
        kind=KIND_OF[use],
        kind_name=TICKET_KIND.wire,
        sent=sent,
        call_id=str(uuid4()) if is_used or not sent.call_id else sent.call_id,
        is_busy=status == BUSY,
        **more,
    )
    if status != HTTPStatus.OK:
        # What a refused form answers is no place in the browser's history to come back to.
        answer.headers["HX-Push-Url"] = "false"
    return answer
