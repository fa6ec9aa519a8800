"""End one's sessions, on other browsers too."""

from starlette.responses import Response

from unyo.portal.visit import Visit
from unyo.portal.web import cookies

_BACK = "/settings?changed=sessions"


async def end(visit: Visit) -> Response:
    """End one of them."""
    number = str((await visit.form()).get("number", ""))
    await visit.ask(lambda: visit.backing.signing_in.end_session(visit.person.master_id, number))
    return visit.go(_BACK)


async def end_others(visit: Visit) -> Response:
    """End all but this one."""
    signing_in, master_id = visit.backing.signing_in, visit.person.master_id
    token = await visit.ask(lambda: signing_in.end_other_sessions(master_id, visit.token))
    ended = visit.go(_BACK)
    cookies.keep(ended, visit.request, token, visit.backing.life)
    return ended
