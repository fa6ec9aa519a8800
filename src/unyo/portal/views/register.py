"""Register a ticket: first its kind, then its form."""

from starlette.responses import Response

from unyo.portal.forms import ticket_form
from unyo.portal.forms.sheet import initial
from unyo.portal.forms.typed import Typed, typed_into
from unyo.portal.ticket.named import SAVED
from unyo.portal.visit import Visit
from unyo.services.ports import Done
from unyo.tickets.field_tables import REGISTRATION_OF, TICKET_KIND, TICKET_TABLES
from unyo.tickets.model import TicketKind

_TEMPLATE = "new.html"


async def show(visit: Visit) -> Response:
    """Ask for the kind, or show the empty form of one."""
    kind = _kind(visit.request.query_params.get("kind"))
    if kind is None:
        return visit.page("kind.html")
    use = REGISTRATION_OF[kind]
    return ticket_form.page(visit, _TEMPLATE, use, Typed(initial(use, visit.here)))


async def do(visit: Visit) -> Response:
    """Register it, or show the form again with all that is wrong."""
    form = await visit.form()
    kind = _kind(form.get(TICKET_KIND.wire))
    if kind is None:
        return visit.go("/tickets/new")
    use = REGISTRATION_OF[kind]
    sent = typed_into(form, TICKET_TABLES[use])
    asked = ticket_form.ask_for(visit, use, sent)
    if isinstance(asked, list):
        return ticket_form.page(visit, _TEMPLATE, use, sent, asked, ticket_form.FAULTY)
    outcome = await ticket_form.save(visit, asked)
    if outcome is None:
        return ticket_form.page(visit, _TEMPLATE, use, sent, status=ticket_form.BUSY)
    if isinstance(outcome, Done):
        return visit.go(f"/tickets/{outcome.ticket_id}?{SAVED}={outcome.request_id}")
    return ticket_form.page(visit, _TEMPLATE, use, sent, outcome, ticket_form.FAULTY)


def _kind(text: object) -> TicketKind | None:
    return next((kind for kind in TicketKind if kind == text), None)
