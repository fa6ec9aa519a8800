"""Whoever has proved who they are is let in: with a new session, in a service code, to where they wanted to go."""

from datetime import timedelta
from urllib.parse import quote

from starlette.responses import Response

from unyo.portal.visit import Visit
from unyo.portal.web import cookies
from unyo.portal.words.language import Words
from unyo.services.signing_in import Refusal, Refused, SignedIn, Visitor

STATUS = {Refusal.WRONG: 401, Refusal.WAIT: 429, Refusal.LINK_USED: 404, Refusal.BUSY: 503}
"""How the refusals are told to programs."""
_MINUTE = timedelta(minutes=1)


def visitor(visit: Visit) -> Visitor:
    """Whose call it is."""
    request = visit.request
    address = request.client.host if request.client else ""
    return Visitor(address, request.headers.get("user-agent", ""), visit.token or None)


async def let_in(visit: Visit, signed_in: SignedIn, to: str) -> Response:
    """Let somebody in; whoever has only one service code works in that one."""
    is_in = await choose_the_only_service(visit, signed_in)
    answer = visit.go(to if is_in else f"/service?next={quote(to, safe='')}")
    cookies.keep(answer, visit.request, signed_in.token, visit.backing.life)
    return answer


async def choose_the_only_service(visit: Visit, signed_in: SignedIn) -> bool:
    """Whether somebody has only one service code, in which they work from now on."""
    services = visit.directory.services_of(signed_in.session.master_id)
    if len(services) != 1:
        return False
    code = services[0].code
    return await visit.ask(lambda: visit.backing.signing_in.choose_service(signed_in, code, visit.directory))


def wait_says(refused: Refused, words: Words) -> str:
    """How long to wait, in words: whole minutes, rounded up, from one minute on."""
    wait = refused.wait
    rounded = -(-wait // _MINUTE) * _MINUTE if wait > _MINUTE else wait
    return words.span(rounded)
