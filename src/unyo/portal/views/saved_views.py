"""Saved views: lists that somebody wants to see again, under names of their own."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from unyo.portal.lists.asked import read_query
from unyo.portal.visit import Visit
from unyo.portal.words.language import marked as _
from unyo.services.people import SavedView
from unyo.services.saving_views import Unsaved, save_view
from unyo.tickets.text import is_storable

from .list import again

_SAYS: Final[Mapping[Unsaved, str]] = {
    Unsaved.NO_NAME: _("Give the view a name."),
    Unsaved.TOO_LONG: _("This name is too long."),
    Unsaved.NOT_STORABLE: _("This name cannot be used."),
    Unsaved.ASKS_TOO_MUCH: _("This list has too many filters to be saved. Remove some of them first."),
    Unsaved.TOO_MANY: _("You cannot save any more views. Delete one first."),
}


async def save(visit: Visit) -> Response:
    """Save a list under a name; one of the same name is replaced."""
    form = await visit.form()
    asked = read_query(str(form.get("query", ""))).whole
    view = SavedView(" ".join(str(form.get("name", "")).split()), asked.query())
    choices, code, master_id = visit.backing.choices, visit.here.code, visit.me.master_id
    unsaved = await visit.ask(lambda: save_view(choices, code, master_id, view))
    if unsaved:
        return await again(visit, asked, view.name, visit.words.gettext(_SAYS[unsaved]))
    return visit.go(asked.address)


async def delete(visit: Visit) -> Response:
    """Delete a saved view; the list that it showed stays on the screen."""
    form = await visit.form()
    name, asked = str(form.get("name", "")), read_query(str(form.get("query", ""))).whole
    if is_storable(name):
        await visit.ask(lambda: visit.backing.choices.delete_view(visit.here.code, visit.me.master_id, name))
    return visit.go(asked.address)
