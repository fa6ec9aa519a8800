"""Change one's password."""

from pydantic import SecretStr
from starlette.responses import Response

from unyo.portal.people.letting_in import STATUS, visitor, wait_says
from unyo.portal.people.settings_page import settings_page
from unyo.portal.visit import Visit
from unyo.portal.web import cookies
from unyo.services.passwords import Unfit
from unyo.services.signing_in import Changed, Refused


async def change(visit: Visit) -> Response:
    """Change it; the account's other sessions end."""
    form = await visit.form()
    old, new = (SecretStr(str(form.get(name, ""))) for name in ("old_password", "new_password"))
    signing_in, who = visit.backing.signing_in, visitor(visit)
    outcome = await visit.prove(lambda: signing_in.change_password(visit.person.master_id, old, new, who))
    match outcome:
        case Changed():
            changed = visit.go("/settings?changed=password")
            cookies.keep(changed, visit.request, outcome.token, visit.backing.life)
            return changed
        case Unfit():
            return await settings_page(visit, 422, unfit=outcome)
        case Refused():
            wait = wait_says(outcome, visit.words)
            return await settings_page(visit, STATUS[outcome.refusal], refused=outcome.refusal, wait=wait)
