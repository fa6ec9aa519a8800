"""One ticket: its fields and memos, or its history."""

from starlette.responses import Response

from unyo.portal.ticket import ticket_page
from unyo.portal.ticket.named import read
from unyo.portal.visit import Visit


async def show(visit: Visit) -> Response:
    """Show its fields and memos."""
    return await ticket_page.shown(visit)


async def history(visit: Visit) -> Response:
    """Show its history."""
    return await ticket_page.history_page(visit, await read(visit))
