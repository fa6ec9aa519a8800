"""Change a ticket by its form; where somebody else was faster, merge what both changed."""

from collections.abc import Iterable
from uuid import uuid4

from starlette.datastructures import FormData
from starlette.responses import Response

from unyo.portal.conflicts import conflict, conflict_page
from unyo.portal.forms import ticket_form
from unyo.portal.forms.sheet import lock_of, stored
from unyo.portal.forms.typed import Typed, typed_into
from unyo.portal.kept import resume
from unyo.portal.lists.came_from import PARAMETER, place, query
from unyo.portal.ticket.named import came_from, find, out_of_sight, read
from unyo.portal.ticket.ticket_page import others_at
from unyo.portal.visit import Visit
from unyo.services.ports import Done
from unyo.tickets.commands import UpdateTicket, WriteCommand
from unyo.tickets.errors import Fault
from unyo.tickets.field_tables import TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import LockDate
from unyo.tickets.model import Ticket

_TEMPLATE = "edit.html"
_CONFLICT = 409


async def show(visit: Visit) -> Response:
    """The form with what the ticket holds."""
    ticket = await read(visit)
    held = {**stored(ticket, visit.words), **lock_of(ticket)}
    return await _form(visit, ticket, Typed(held, version=ticket.version))


async def do(visit: Visit) -> Response:
    """Save it, show the form again with all that is wrong, or what somebody else has saved meanwhile."""
    form, ticket = await visit.form(), await find(visit)
    if ticket is None:
        return await out_of_sight(visit)
    use = UPDATE_OF[ticket.kind]
    sent = typed_into(form, TICKET_TABLES[use])
    found = await conflict.since(visit, ticket, sent.version)
    if conflict.CLASH in form:
        resolved = conflict.resolve(form, sent, found, visit.words)
        if resolved is None:
            return await _ask_again(visit, form, sent, ticket)
        sent = resolved
    asked = ticket_form.ask_for(visit, use, sent, ticket.ticket_id, found.values)
    if isinstance(asked, list):
        return await _form(visit, ticket, sent, asked, ticket_form.FAULTY)
    outcome = await ticket_form.save(visit, asked)
    if outcome is None and conflict.CLASH in form:
        # What it asks for is of more than was typed: only sent as it was is it the same call.
        return await resume.again(visit)
    if outcome is None:
        return await _form(visit, ticket, sent, status=ticket_form.BUSY)
    if isinstance(outcome, Done):
        return visit.go(f"/tickets/{outcome.ticket_id}{query(place(form.get(PARAMETER)), saved=outcome.request_id)}")
    ticket = await read(visit)
    found = await conflict.since(visit, ticket, sent.version)
    if found.entries:
        return await _merge(visit, found, sent, asked)
    return await _form(visit, ticket, sent, outcome, ticket_form.FAULTY)


async def _ask_again(visit: Visit, form: FormData, sent: Typed, ticket: Ticket) -> Response:
    """The page of a conflict once more, since not everything was chosen on it."""
    mine = conflict.unresolved(form, sent)
    found = await conflict.since(visit, ticket, mine.version)
    asked = ticket_form.ask_for(visit, UPDATE_OF[ticket.kind], mine, ticket.ticket_id, found.values)
    if isinstance(asked, list):
        return await _form(visit, ticket, mine, asked, ticket_form.FAULTY)
    return await _merge(visit, found, mine, asked, form)


async def _merge(
    visit: Visit, found: conflict.Since, sent: Typed, command: WriteCommand, form: FormData | None = None
) -> Response:
    """What both changed, to be chosen; what only one did, merged."""
    assert isinstance(command, UpdateTicket)
    merged, back = conflict_page.merge(visit, found, sent, command, form), await came_from(visit)
    answer = visit.page(
        "conflict.html",
        _CONFLICT,
        merged=merged,
        ticket=found.ticket,
        lock=lock_of(found.ticket),
        back=back,
        keep=query(back),
        call_id=str(uuid4()),
        is_again=form is not None,
    )
    answer.headers["HX-Push-Url"] = "false"
    return answer


async def _form(visit: Visit, ticket: Ticket, sent: Typed, faults: Iterable[Fault] = (), status: int = 200) -> Response:
    """The form, which goes on saying which version of the ticket it was made of."""
    use = UPDATE_OF[ticket.kind]
    lock = {
        row.wire: sent.fields.get(row.wire, "") for row in TICKET_TABLES[use].rows if isinstance(row.kind, LockDate)
    }
    # Where the database has just failed, nothing more is asked of it.
    present = [] if status == ticket_form.BUSY else await others_at(visit, ticket)
    back = await came_from(visit)
    more = {"ticket": ticket, "lock": lock, "back": back, "keep": query(back), "present": present}
    return ticket_form.page(visit, _TEMPLATE, use, sent, faults, status, **more)
