"""Sign in."""

from starlette.responses import Response

from unyo.portal.visit import Visit


async def show(visit: Visit) -> Response:
    """Show the form."""
    return visit.page(
        "sign-in.html", next=visit.request.query_params.get("next", "/"), typed=[], fault="", master_id=""
    )


async def do(visit: Visit) -> Response:
    """Sign in."""
    return await show(visit)
