"""Sign out."""

from starlette.responses import Response

from unyo.portal.visit import Visit
from unyo.portal.web import cookies


async def do(visit: Visit) -> Response:
    """End the session, here and on the server."""
    await visit.ask(lambda: visit.backing.signing_in.sign_out(visit.token))
    gone = visit.go("/sign-in")
    cookies.forget(gone, visit.request)
    return gone
