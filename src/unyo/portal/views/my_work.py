"""My work: what is mine, what waits for my approval, what is overdue, what has changed lately."""

from typing import Final

from starlette.responses import Response

from unyo.portal.lists.came_from import query
from unyo.portal.lists.fixed_views import TITLES, WHOLE
from unyo.portal.visit import Visit
from unyo.portal.web.own_path import HOME
from unyo.portal.words.language import marked as _
from unyo.services.my_work import Part, ShowMyWork, show_my_work
from unyo.tickets.errors import Refusal

_EMPTY: Final = {
    Part.ASSIGNED: _("No open tickets are assigned to you."),
    Part.TO_APPROVE: _("No tickets are waiting for your approval."),
    Part.OVERDUE: _("No tickets are overdue."),
    Part.RECENT: "",
}


async def show(visit: Visit) -> Response:
    """Show it."""
    asked = ShowMyWork(visit.here.code, visit.me.master_id, visit.now)
    work = await visit.ask(lambda: show_my_work(visit.backing.reads, visit.caller, asked))
    views = await visit.ask(lambda: visit.backing.choices.views(visit.here.code, visit.me.master_id))
    # The guard has found the right to read.
    assert not isinstance(work, Refusal), work
    say = visit.words.gettext
    parts = [
        {
            "name": part.value,
            "title": say(TITLES[part]),
            "empty": _EMPTY[part] and say(_EMPTY[part]),
            "address": WHOLE[part].address,
            "found": found,
        }
        for part, found in work.items()
    ]
    return visit.page(
        "my-work.html", parts=parts, has_tickets=bool(work[Part.RECENT].rows), views=views, keep=query(HOME)
    )
