"""The ticket that an address names, and what is told of one that its reader may not see."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from unyo.portal.forms.writing import UPDATE, call_of
from unyo.portal.lists.came_from import PARAMETER, place, query
from unyo.portal.visit import Visit
from unyo.services.reads import OwnChange
from unyo.tickets.commands import ShowTicket
from unyo.tickets.errors import Refusal
from unyo.tickets.model import Ticket
from unyo.tickets.text import is_storable

SAVED: Final = "saved"
"""The query parameter with the RequestId of the change that leads to the page."""


async def read(visit: Visit) -> Ticket:
    """The ticket that the address names.

    Raises:
        HTTPException: there is none, or it may not be seen, which is told alike.
    """
    ticket = await find(visit)
    if ticket is None:
        raise HTTPException(404)
    return ticket


async def find(visit: Visit) -> Ticket | None:
    """The same; None where there is none, or it may not be seen."""
    shown = await visit.ask(lambda: visit.backing.reads.show_ticket(visit.caller, named(visit)))
    return None if isinstance(shown, Refusal) else shown.ticket


async def came_from(visit: Visit) -> str:
    """The list that the reader came from."""
    form = await visit.form()
    return place(form.get(PARAMETER) or visit.request.query_params.get(PARAMETER))


async def saved(visit: Visit) -> OwnChange | None:
    """The change that has just led this reader here: one of their own, so that no link can say what is not so."""
    told = visit.request.query_params.get(SAVED, "")
    if not told or not is_storable(told):
        return None
    return await _own_change(visit, told)


async def unseen(visit: Visit, hidden_in: str = "", *, is_new: bool = False) -> Response:
    """What is told of a ticket that the reader has saved and may not see."""
    back = await came_from(visit)
    return visit.page("out-of-sight.html", ticket_id=ticket_id(visit), hidden_in=hidden_in, is_new=is_new, back=back)


async def out_of_sight(visit: Visit) -> Response:
    """What a form is answered whose ticket its sender may not see: whether it was carried out when it could be.

    Raises:
        HTTPException: it was not; whether there is such a ticket is not told.
    """
    call = await call_of(visit, UPDATE.name)
    done = await visit.ask(lambda: visit.backing.reads.show_done(visit.caller, named(visit), call)) if call else None
    if done is None:
        raise HTTPException(404)
    change = await _own_change(visit, done.request_id)
    if change is None or not change.hidden_in:
        return await unseen(visit)
    return visit.go(f"/tickets/{ticket_id(visit)}{query(await came_from(visit), **{SAVED: done.request_id})}")


async def _own_change(visit: Visit, request_id: str) -> OwnChange | None:
    return await visit.ask(lambda: visit.backing.reads.show_own_change(visit.caller, named(visit), request_id))


def ticket_id(visit: Visit) -> str:
    """The ID in the address."""
    return f"UTM{visit.request.path_params['digits']}"


def named(visit: Visit) -> ShowTicket:
    """The query for it."""
    return ShowTicket(visit.here.code, visit.me.master_id, ticket_id(visit))
