"""Saved views: lists that somebody wants to see again, under names of their own."""

from typing import Final

from starlette.responses import Response

from unyo.portal.asked import read_query
from unyo.portal.visit import Visit
from unyo.services.people import SavedView
from unyo.tickets.text import is_storable

from .list import again

LONGEST: Final = 60
"""How long a name may be, in characters."""
MOST: Final = 50
"""How many views one person may have in a service."""


def _(message: str) -> str:
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


async def save(visit: Visit) -> Response:
    """Save a list under a name; one of the same name is replaced."""
    form = await visit.form()
    asked = read_query(str(form.get("query", ""))).whole
    name = " ".join(str(form.get("name", "")).split())
    choices, where = visit.backing.choices, (visit.here.code, visit.me.master_id)
    names = {view.name for view in await visit.ask(lambda: choices.views(*where))}
    fault = _fault(name, names)
    if fault:
        return await again(visit, asked, name, visit.words.gettext(fault))
    await visit.ask(lambda: choices.save_view(*where, SavedView(name, asked.query())))
    return visit.go(asked.address)


async def delete(visit: Visit) -> Response:
    """Delete a saved view; the list that it showed stays on the screen."""
    form = await visit.form()
    name, asked = str(form.get("name", "")), read_query(str(form.get("query", ""))).whole
    if is_storable(name):
        await visit.ask(lambda: visit.backing.choices.delete_view(visit.here.code, visit.me.master_id, name))
    return visit.go(asked.address)


def _fault(name: str, names: set[str]) -> str:
    if not name:
        return _("Give the view a name.")
    if len(name) > LONGEST:
        return _("This name is too long.")
    if not is_storable(name):
        return _("This name cannot be used.")
    if name not in names and len(names) >= MOST:
        return _("There are as many views as one person may save. Delete one first.")
    return ""
