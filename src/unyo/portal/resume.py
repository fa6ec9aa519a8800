"""Forms that could not be taken as they came: somebody's session ran out, or another person or service came between.

A form says who typed it and in which service code, so that nothing is saved in another's name or in another place.
What was typed goes with the sign-in page in one hidden field, and is sent again by who typed it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from unyo.services.people import Session
from unyo.services.signing_in import SignedIn
from unyo.tickets.text import is_storable

from . import cookies
from .own_path import is_own
from .visit import Visit

FIELD: Final = "typed"
"""The sign-in form's hidden field with a form that was sent without a session."""
TYPED_BY: Final = "typed_by"
TYPED_IN: Final = "typed_in"


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
    if found is None or found.by != signed_in.session.master_id:
        return None
    code = found.service_code
    if not await visit.ask(lambda: signing_in.choose_service(signed_in, code, visit.directory)):
        return None
    answer = visit.page("resume.html", kept=found, why="signed-in")
    cookies.keep(answer, visit.request, signed_in.token, visit.backing.life)
    return answer


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) and is_storable(value) for value in values)
