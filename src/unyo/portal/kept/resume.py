"""Forms that could not be taken as they came: a session ran out, somebody else or another service came, a right went.

A form says who typed it and in which service code, so that nothing is saved in another's name or in another place.
What was typed goes with the sign-in page in one hidden field, and is sent again by who typed it. Where it cannot be
saved, its sender reads it once more: it came from them, so it tells nothing of what they may not see.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from unyo.portal.people.letting_in import choose_the_only_service
from unyo.portal.visit import Visit
from unyo.portal.web import cookies
from unyo.portal.web.origin import is_form, is_ours
from unyo.portal.web.own_path import is_own
from unyo.services.people import Session
from unyo.services.signing_in import SignedIn
from unyo.tickets.text import is_storable

from .sent_texts import texts_of

FIELD: Final = "typed"
"""The sign-in form's hidden field with a form that was sent without a session."""
TYPED_BY: Final = "typed_by"
TYPED_IN: Final = "typed_in"


class Why(StrEnum):
    """Why a form is kept, and shown on a page of its own."""

    SIGNED_IN = "signed-in"
    """Its sender has signed in again."""
    BUSY = "busy"
    """The database did not answer."""
    SERVICE = "service"
    """It was typed in another service code."""
    PERSON = "person"
    """Somebody else typed it, which is shown to nobody."""
    LEFT = "left"
    """Its sender works in that service code no more."""
    RIGHT = "right"
    """Their role does not allow it."""
    GONE = "gone"
    """Its ticket is not there, or may not be seen."""


_STATUS: Final = {Why.SIGNED_IN: 200, Why.BUSY: 503, Why.LEFT: 403, Why.RIGHT: 403, Why.GONE: 404}
_CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent: where to, and its fields."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def by(self) -> str:
        """The master ID of who typed it; ``""`` where the form does not say: then it is nobody's to send again."""
        return dict(self.fields).get(TYPED_BY, "")

    @property
    def service_code(self) -> str:
        """The service code in which it was typed."""
        return dict(self.fields).get(TYPED_IN, "")

    def pack(self) -> str:
        """As one hidden field."""
        return json.dumps([self.path, self.fields], ensure_ascii=False)


def kept(path: str, form: FormData) -> Kept:
    """A form as it was sent, without files, which no form of ours has."""
    return Kept(path, tuple((name, text) for name, text in form.multi_items() if isinstance(text, str)))


def unpack(text: object) -> Kept | None:
    """What `Kept.pack` made; None for anything else."""
    try:
        path, fields = json.loads(str(text))
        found = Kept(path, tuple((name, value) for name, value in fields))
    except (ValueError, TypeError, RecursionError):
        return None
    return (
        found
        if isinstance(path, str) and is_own(path) and _are_texts(each for field in found.fields for each in field)
        else None
    )


def is_strange(form: FormData, session: Session | None) -> bool:
    """Whether a form was typed by somebody else, or in another service code, than the session's."""
    by, inside = form.get(TYPED_BY), form.get(TYPED_IN)
    if session is None:
        return False
    return by not in {None, session.master_id} or inside not in {None, session.service_code}


async def resumed(visit: Visit, signed_in: SignedIn, typed: object) -> Response | None:
    """The page on which whoever has signed in again sends what they had typed; None where there is nothing of theirs.

    They work in the service code in which they typed it; the browser keeps the new session.
    """
    found, signing_in = unpack(typed), visit.backing.signing_in
    if found is None or found.by != signed_in.session.master_id or not found.service_code:
        return None
    code = found.service_code
    is_let_in = await visit.ask(lambda: signing_in.choose_service(signed_in, code, visit.directory))
    if not is_let_in:
        await choose_the_only_service(visit, signed_in)
    answer = page(visit, found, Why.SIGNED_IN if is_let_in else Why.LEFT)
    cookies.keep(answer, visit.request, signed_in.token, visit.backing.life)
    return answer


async def to_who_typed_it(visit: Visit) -> Response:
    """A form that somebody else typed, or in another service code: nothing of it is done here."""
    found = kept(visit.path, await visit.form())
    if found.by != visit.person.master_id:
        return page(visit, found, Why.PERSON)
    is_member = visit.directory.member(found.service_code, found.by) is not None
    return page(visit, found, Why.SERVICE if is_member else Why.LEFT)


async def unsaved(visit: Visit, why: Why) -> Response | None:
    """The page with what its sender typed into a form that cannot be saved; None where they typed nothing."""
    if visit.session is None or not is_form(visit.request) or not is_ours(visit.request):
        return None
    found = kept(visit.path, await visit.form())
    return page(visit, found, why) if found.by == visit.session.master_id and texts_of(found.fields, visit) else None


async def again(visit: Visit) -> Response:
    """The page that sends a form of ours once more, as it was, since the database did not answer."""
    return page(visit, kept(visit.path, await visit.form()), Why.BUSY)


def page(visit: Visit, found: Kept, why: Why) -> Response:
    """The page of a form that is kept."""
    texts = () if why is Why.PERSON else texts_of(found.fields, visit)
    is_unsaved = why in {Why.LEFT, Why.RIGHT, Why.GONE}
    status = _STATUS.get(why, _CONFLICT)
    answer = visit.page("resume.html", status, kept=found, why=why, texts=texts, is_unsaved=is_unsaved)
    # What a refused form answers is no place in the browser's history to come back to.
    answer.headers["HX-Push-Url"] = "false"
    return answer


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) and is_storable(value) for value in values)
