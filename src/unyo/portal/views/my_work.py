"""My work: what is mine, what waits for my approval, what is overdue, what I last saw."""

from starlette.responses import Response

from unyo.portal.visit import Visit


async def show(visit: Visit) -> Response:
    """Show it."""
    return visit.page("my-work.html")
