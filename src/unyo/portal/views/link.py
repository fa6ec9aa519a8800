"""One-time links: looking at one, as programs that preview links do, does not use it up."""

from pydantic import SecretStr
from starlette.responses import Response

from unyo.portal.people.letting_in import STATUS, let_in, visitor
from unyo.portal.visit import Visit
from unyo.portal.web.own_path import HOME
from unyo.services.passwords import LEAST_CHARACTERS, Unfit
from unyo.services.people import Invitation, Purpose
from unyo.services.signing_in import Refusal, Refused, SignedIn


async def show(visit: Visit) -> Response:
    """Show what the link is for."""
    link = _link_of(visit)
    return _page(visit, await visit.ask(lambda: visit.backing.signing_in.invited(link)))


async def do(visit: Visit) -> Response:
    """Use it."""
    signing_in, link, who = visit.backing.signing_in, _link_of(visit), visitor(visit)
    invitation = await visit.ask(lambda: signing_in.invited(link))
    if invitation is None:
        return _page(visit, None)
    if invitation.purpose is Purpose.PASSWORD:
        password = SecretStr(str((await visit.form()).get("password", "")))
        outcome = await visit.prove(lambda: signing_in.set_password(link, password, who))
    else:
        outcome = await visit.ask(lambda: signing_in.sign_in_by_link(link, who))
    if isinstance(outcome, SignedIn):
        return _without_referrer(await let_in(visit, outcome, HOME))
    if isinstance(outcome, Refused) and outcome.refusal is not Refusal.BUSY:
        return _page(visit, None)
    return _page(visit, invitation, outcome)


def _link_of(visit: Visit) -> SecretStr:
    return SecretStr(visit.request.path_params["token"])


def _page(visit: Visit, invitation: Invitation | None, why: Unfit | Refused | None = None) -> Response:
    """What the link is for, None where it can be used no more; and why it was not used now."""
    if invitation is None:
        return _without_referrer(visit.page("link-used.html", STATUS[Refusal.LINK_USED]))
    template = "link-password.html" if invitation.purpose is Purpose.PASSWORD else "link-sign-in.html"
    return _without_referrer(
        visit.page(
            template,
            _status(why),
            name=visit.directory.name_of(invitation.master_id),
            master_id=invitation.master_id,
            least=LEAST_CHARACTERS,
            unfit=why if isinstance(why, Unfit) else None,
            refused=why.refusal if isinstance(why, Refused) else None,
        )
    )


def _status(why: Unfit | Refused | None) -> int:
    if why is None:
        return 200
    return STATUS[why.refusal] if isinstance(why, Refused) else 422


def _without_referrer(answer: Response) -> Response:
    """The path holds a secret, so nobody is told more than the host.

    Not ``no-referrer``: browsers would send forms of such a page with the origin ``null``, which is refused where
    nothing else says that they come from here.
    """
    answer.headers["Referrer-Policy"] = "strict-origin"
    return answer
