"""Which service code somebody works in, where they may work in several."""

from starlette.responses import Response

from unyo.portal.visit import Visit
from unyo.portal.web.own_path import own_path
from unyo.services.signing_in import SignedIn


async def show(visit: Visit) -> Response:
    """Show the service codes to choose from."""
    return _page(visit, own_path(visit.request.query_params.get("next")))


async def do(visit: Visit) -> Response:
    """Choose one."""
    form = await visit.form()
    to, code = own_path(form.get("next")), str(form.get("service_code", ""))
    signed_in = SignedIn(visit.token, visit.person)
    is_theirs = await visit.ask(lambda: visit.backing.signing_in.choose_service(signed_in, code, visit.directory))
    return visit.go(to) if is_theirs else _page(visit, to, is_foreign=True)


def _page(visit: Visit, to: str, *, is_foreign: bool = False) -> Response:
    services = visit.directory.services_of(visit.person.master_id)
    return visit.page("service.html", 403 if is_foreign else 200, next=to, services=services, is_foreign=is_foreign)
