"""The list of tickets: its whole state is its address, so that it can be sent to somebody, and kept."""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.responses import Response

from unyo.portal.lists.asked import COLUMNS, LIST, Asked, PlaceInList, read
from unyo.portal.lists.came_from import query
from unyo.portal.lists.filters import Choice, Wording
from unyo.portal.lists.fixed_views import fixed_views
from unyo.portal.visit import Visit
from unyo.portal.web import headers
from unyo.services.reads import ListShown
from unyo.services.saving_views import LONGEST_NAME
from unyo.tickets.commands import ShowTicket
from unyo.tickets.errors import Refusal
from unyo.tickets.field_tables import SORTS
from unyo.tickets.model import TicketKind, parse_ticket_id
from unyo.tickets.text import searchable

# What a list can be sorted by whichever columns it shows.
_ALWAYS: Final = frozenset({"ticket_id", "title", "registration", "last_update", "limit_date", "priority"})


async def show(visit: Visit) -> Response:
    """Show the list that the address asks for, or the ticket that it names."""
    asked = read(visit.request.query_params)
    ticket = await visit.ask(lambda: _named(visit, asked.words))
    if ticket:
        return _lead(visit, f"{LIST}/{quote(ticket)}")
    shown = await visit.ask(lambda: _list(visit, asked))
    if isinstance(shown, Refusal) or (asked.place.cursor and not shown.page.rows):
        # The page is there no more: the list begins anew.
        return _lead(visit, asked.whole.address)
    if not visit.part and not _is_in_form(visit, asked):
        return visit.go(asked.address)
    return await page(visit, asked, shown)


async def page(visit: Visit, asked: Asked, shown: ListShown, status: int = 200, **saving: Any) -> Response:
    """The page of a list; ``saving`` is what went wrong when it was to be saved as a view."""
    views = await visit.ask(lambda: visit.backing.choices.views(visit.here.code, visit.me.master_id))
    wording = Wording(visit.words, visit.here)
    made = visit.page(
        "list.html",
        status,
        **{"name": "", "fault": "", **saving},
        asked=asked,
        rows=shown.page.rows,
        total=shown.page.total,
        total_is_exact=shown.page.total_is_exact,
        back=_beside(visit, asked, shown.previous_cursor, backwards=True),
        on=_beside(visit, asked, shown.next_cursor, backwards=False),
        wording=wording,
        filters=list(wording.filters(asked)),
        chips=list(wording.chips(asked)),
        columns=[Choice(name, wording.label(name), name in asked.columns) for name in COLUMNS],
        sorts=SORTS,
        sorted_among=[name for name in SORTS if name in {*_ALWAYS, *asked.columns, asked.sorted_by}],
        views=views,
        longest_name=LONGEST_NAME,
        name_of=visit.here.name_of,
        kinds={kind: wording.value("kind", kind) for kind in TicketKind},
        labels={name: wording.label(name) for name in asked.columns},
        fixed=list(fixed_views(visit.words, visit.me)),
        is_part=bool(visit.part),
        keep=query(asked.address),
    )
    if visit.part:
        made.headers["HX-Push-Url"] = asked.address
    return made


async def again(visit: Visit, asked: Asked, name: str, fault: str) -> Response:
    """The list once more, and what is wrong with the name that it was to be saved under."""
    shown = await visit.ask(lambda: _list(visit, asked.whole))
    assert isinstance(shown, ListShown), shown
    return await page(visit, asked.whole, shown, 422, name=name, fault=fault)


def _list(visit: Visit, asked: Asked) -> ListShown | Refusal:
    command = asked.command(visit.here.code, visit.me.master_id, visit.words.zone, visit.now)
    return visit.backing.reads.list_tickets(visit.caller, command)


def _named(visit: Visit, words: str) -> str:
    """The ID of the ticket that the words name, if the reader may see it; ``""`` for none."""
    ticket_id = searchable(words).upper()
    if parse_ticket_id(ticket_id) is None:
        return ""
    command = ShowTicket(visit.here.code, visit.me.master_id, ticket_id)
    return "" if isinstance(visit.backing.reads.show_ticket(visit.caller, command), Refusal) else ticket_id


def _beside(visit: Visit, asked: Asked, cursor: str, *, backwards: bool) -> str:
    """The address of the page before or after this one; ``""`` where there is none."""
    if not cursor:
        return ""
    number = asked.place.page - 1 if backwards else asked.place.page + 1
    if number <= 1:
        return asked.whole.address
    at = asked.place.at or int(visit.now.timestamp())
    return replace(asked, place=PlaceInList(number, cursor, backwards, at if asked.is_overdue else 0)).address


def _is_in_form(visit: Visit, asked: Asked) -> bool:
    """Whether the address is written as we write it: a form without scripts sends its empty fields too."""
    given = visit.request.query_params.multi_items()
    return given == QueryParams(asked.query()).multi_items()


def _lead(visit: Visit, to: str) -> Response:
    """Go there; a script would follow a redirect itself, and must be told."""
    if not visit.part:
        return visit.go(to)
    return Response(status_code=204, headers={**headers.PAGE, "HX-Redirect": to})
