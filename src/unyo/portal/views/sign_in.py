"""Sign in."""

from pydantic import SecretStr
from starlette.responses import Response

from unyo.portal.kept.resume import FIELD, resumed
from unyo.portal.people.letting_in import STATUS, let_in, visitor, wait_says
from unyo.portal.visit import Visit
from unyo.portal.web.own_path import own_path
from unyo.services.signing_in import Refused, SignedIn


async def show(visit: Visit) -> Response:
    """Show the form; who is signed in already goes on."""
    to = own_path(visit.request.query_params.get("next"))
    if visit.session is not None:
        return visit.go(to)
    return visit.page("sign-in.html", next=to, typed="", fault="", has_ended=False, master_id="")


async def do(visit: Visit) -> Response:
    """Sign in."""
    form = await visit.form()
    to, master_id = own_path(form.get("next")), str(form.get("master_id", "")).strip()
    password = SecretStr(str(form.get("password", "")))
    who = visitor(visit)
    outcome = await visit.prove(lambda: visit.backing.signing_in.sign_in(master_id, password, who))
    if isinstance(outcome, SignedIn):
        return await resumed(visit, outcome, form.get(FIELD)) or await let_in(visit, outcome, to)
    return _refuse(visit, outcome, to, str(form.get(FIELD, "")), master_id)


def _refuse(visit: Visit, refused: Refused, to: str, typed: str, master_id: str) -> Response:
    """Show the form again, with what was typed and why it did not do."""
    return visit.page(
        "sign-in.html",
        STATUS[refused.refusal],
        next=to,
        typed=typed,
        fault=refused.refusal,
        wait=wait_says(refused, visit.words),
        has_ended=False,
        master_id=master_id,
    )
