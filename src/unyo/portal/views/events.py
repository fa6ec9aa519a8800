"""What an open page is told: `/events?ticket=UTM123456`, with `editing=1` for one that edits it, or `?ticket=list`."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from unyo.portal.event_stream import EventStream
from unyo.portal.live.open_pages import Place
from unyo.portal.visit import Visit
from unyo.services.telling import judge
from unyo.tickets.directory import Right
from unyo.tickets.model import parse_ticket_id

_LIST: Final = "list"


async def show(visit: Visit) -> Response:
    """Tell it for as long as the page is open; a ticket that may not be seen is not there."""
    asked = visit.request.query_params.get("ticket", "")
    number = parse_ticket_id(asked)
    if asked != _LIST and (number is None or not await _is_seen(visit, number)):
        raise HTTPException(404)
    is_editing = bool(visit.request.query_params.get("editing")) and visit.may(Right.WRITE)
    place = Place(visit.here.code, visit.me.master_id, visit.person.number, number, is_editing)
    return EventStream(visit, place)


async def _is_seen(visit: Visit, number: int) -> bool:
    judged = await visit.ask(lambda: judge(visit.backing.reader, visit.here.code, [number]))
    return judged.seen(visit.me.master_id, number) is not None
