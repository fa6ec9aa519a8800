"""The page of one ticket: what it holds, and how it is shown again when a small form on it was refused."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.responses import Response

from unyo.portal.forms.fields import Offer, account_says
from unyo.portal.forms.sheet import lock_of
from unyo.portal.forms.small_forms import APPROVER, NOTHING, SmallForm, lacking, told, update
from unyo.portal.forms.writing import UPDATE, call_of
from unyo.portal.lists.came_from import PARAMETER, place, query
from unyo.portal.visit import Visit
from unyo.services.people import Present
from unyo.services.ports import Done
from unyo.services.reads import HistoryShown, OwnChange
from unyo.tickets.commands import ShowHistory, ShowTicket
from unyo.tickets.errors import Fault, Reason, Refusal
from unyo.tickets.field_tables import MEMO_TEXT
from unyo.tickets.fields import Text
from unyo.tickets.memo_list import memo_path
from unyo.tickets.model import Ticket
from unyo.tickets.text import is_storable
from unyo.tickets.transitions import Transition, approvers, offered

from .changes import entries_of
from .shown import groups_of, is_long
from .step_forms import STEP_FORMS, asks_for_approver
from .steps import steps_of

ENTRIES: Final = 20
"""Changes on a page of history."""
NEWEST: Final = 10
"""Memos that are shown at first; those before them are folded."""
SAVED: Final = "saved"
"""The query parameter with the RequestId of the change that leads to the page."""
# The most changes that are shown to somebody who was overtaken.
_SINCE: Final = 50


async def read(visit: Visit) -> Ticket:
    """The ticket that the address names.

    Raises:
        HTTPException: there is none, or it may not be seen, which is told alike.
    """
    ticket = await find(visit)
    if ticket is None:
        raise HTTPException(404)
    return ticket


async def find(visit: Visit) -> Ticket | None:
    """The same; None where there is none, or it may not be seen."""
    shown = await visit.ask(lambda: visit.backing.reads.show_ticket(visit.caller, _named(visit)))
    return None if isinstance(shown, Refusal) else shown.ticket


async def shown(visit: Visit) -> Response:
    """The page of the ticket that the address names; where the reader has just moved it out of their sight, that.

    Raises:
        HTTPException: there is none, or it may not be seen, which is told alike.
    """
    ticket = await find(visit)
    if ticket is not None:
        return await page(visit, ticket)
    change = await _saved(visit)
    if change is None or not change.hidden_in:
        raise HTTPException(404)
    return await _unseen(visit, change.hidden_in, is_new=change.entry.version == 1)


async def out_of_sight(visit: Visit) -> Response:
    """What a form is answered whose ticket its sender may not see: whether it was carried out when it could be.

    Raises:
        HTTPException: it was not; whether there is such a ticket is not told.
    """
    call = await call_of(visit, UPDATE.name)
    done = await visit.ask(lambda: visit.backing.reads.show_done(visit.caller, _named(visit), call)) if call else None
    if done is None:
        raise HTTPException(404)
    change = await _own_change(visit, done.request_id)
    if change is None or not change.hidden_in:
        return await _unseen(visit)
    return visit.go(f"/tickets/{ticket_id(visit)}{query(await came_from(visit), **{SAVED: done.request_id})}")


def ticket_id(visit: Visit) -> str:
    """The ID in the address."""
    return f"UTM{visit.request.path_params['digits']}"


async def page(visit: Visit, ticket: Ticket, typed: SmallForm = NOTHING, status: int = 200) -> Response:
    """The page with its fields and memos, and the small form that was refused as it was typed."""
    opened = _opened(visit)
    memos = sorted(ticket.memos.values(), key=lambda memo: memo.number, reverse=True)
    older = {str(memo.number) for memo in memos[NEWEST:]}
    typed = _still_about_something(ticket, typed)
    since = await _since(visit, typed) if typed.is_conflict else ()
    return visit.page(
        "ticket.html",
        status,
        **await _frame(visit, ticket, typed),
        tab="fields",
        groups=tuple(groups_of(ticket, visit.here, visit.words)),
        memos=memos,
        is_long=is_long,
        newest=NEWEST,
        is_all_shown=not older.isdisjoint({*opened.values(), typed.number}),
        since=since,
        opened=opened,
    )


async def history_page(visit: Visit, ticket: Ticket) -> Response:
    """The page with its history; a cursor that is none of ours is answered with the newest changes."""
    cursor = visit.request.query_params.get("cursor", "")
    shown = await _history(visit, cursor, ENTRIES) or await _history(visit, "", ENTRIES)
    if shown is None:
        raise HTTPException(404)
    entries, service = shown.entries, shown.service
    return visit.page(
        "ticket.html",
        **await _frame(visit, ticket, NOTHING),
        tab="history",
        # In a thread: long texts take a while to be compared.
        entries=await visit.ask(lambda: tuple(entries_of(entries, service, visit.words))),
        is_first=not cursor,
        next_cursor=shown.next_cursor,
        opened=_opened(visit),
    )


async def carry_out(
    visit: Visit, typed: SmallForm, values: Mapping[str, str], memos: list[dict[str, str]], anchor: str = ""
) -> Response:
    """Carry a small form out, and go to the ticket; if it is refused, show it again as it was typed."""
    ticket = await find(visit)
    if ticket is None:
        return await out_of_sight(visit)
    outcome = await update(visit, ticket, typed, values, memos)
    if isinstance(outcome, Done):
        back = place(typed.others.get(PARAMETER))
        return visit.go(f"/tickets/{ticket.ticket_id}{query(back)}{anchor}")
    if any(fault.reason is Reason.NO_TICKET for fault in outcome):
        raise HTTPException(404)
    refused = replace(typed, faults=outcome)
    return await page(visit, await read(visit), refused, 409 if refused.is_conflict else 422)


async def others_at(visit: Visit, ticket: Ticket) -> list[Present]:
    """Who else has it open."""
    presence = visit.backing.presence
    present = await visit.ask(lambda: presence.present(ticket.service_code, ticket.number, visit.now))
    return [each for each in present if each.master_id != visit.me.master_id]


async def _frame(visit: Visit, ticket: Ticket, typed: SmallForm) -> dict[str, Any]:
    """What the page holds whichever of its tabs is shown."""
    assert isinstance(MEMO_TEXT.kind, Text)
    back, steps = await came_from(visit), offered(ticket, visit.me)
    return {
        "ticket": ticket,
        "steps": steps_of(ticket),
        "offered": steps,
        "step_forms": STEP_FORMS,
        "asks_for_approver": asks_for_approver,
        "is_step_gone": typed.form in set(Transition) and typed.form not in steps,
        "approver_name": APPROVER,
        "approvers": [
            Offer(each.master_id, account_says(each.master_id, visit.here)) for each in approvers(ticket, visit.here)
        ],
        "typed": typed,
        "told": told(typed, ticket, visit.words),
        "lacking": partial(lacking, ticket, visit.here, visit.words, typed),
        "maximum": MEMO_TEXT.kind.maximum,
        "present": await others_at(visit, ticket),
        "back": back,
        "keep": query(back),
        "saved": await _saved(visit),
        "lock": lock_of(ticket),
        "make_call_id": lambda: str(uuid4()),
    }


def _still_about_something(ticket: Ticket, typed: SmallForm) -> SmallForm:
    """A memo that has been deleted since cannot be edited: its text becomes one that can be added."""
    if typed.form == "edit" and not any(str(number) == typed.number for number in ticket.memos):
        return replace(typed, form="add", number="", faults=[*typed.faults, Fault(memo_path(1), Reason.WRONG)])
    return typed


def _named(visit: Visit) -> ShowTicket:
    return ShowTicket(visit.here.code, visit.me.master_id, ticket_id(visit))


async def came_from(visit: Visit) -> str:
    """The list that the reader came from."""
    form = await visit.form()
    return place(form.get(PARAMETER) or visit.request.query_params.get(PARAMETER))


async def _history(visit: Visit, cursor: str, limit: int) -> HistoryShown | None:
    command = ShowHistory(visit.here.code, visit.me.master_id, ticket_id(visit), limit, cursor)
    shown = await visit.ask(lambda: visit.backing.reads.show_history(visit.caller, command))
    return None if isinstance(shown, Refusal) else shown


async def _saved(visit: Visit) -> OwnChange | None:
    """The change that has just led this reader here: one of their own, so that no link can say what is not so."""
    told = visit.request.query_params.get(SAVED, "")
    if not told or not is_storable(told):
        return None
    return await _own_change(visit, told)


async def _own_change(visit: Visit, request_id: str) -> OwnChange | None:
    return await visit.ask(lambda: visit.backing.reads.show_own_change(visit.caller, _named(visit), request_id))


async def _unseen(visit: Visit, hidden_in: str = "", *, is_new: bool = False) -> Response:
    """What is told of a ticket that the reader has saved and may not see."""
    back = await came_from(visit)
    return visit.page("out-of-sight.html", ticket_id=ticket_id(visit), hidden_in=hidden_in, is_new=is_new, back=back)


async def _since(visit: Visit, typed: SmallForm) -> tuple[Any, ...]:
    """What has been changed since a version was read, newest first."""
    shown = await _history(visit, "", _SINCE)
    entries = [entry for entry in shown.entries if entry.version > typed.version] if shown else []
    return await visit.ask(lambda: tuple(entries_of(entries, visit.here, visit.words)))


def _opened(visit: Visit) -> dict[str, str]:
    """The memo whose form is open, or was closed just now, by its number."""
    return {name: visit.request.query_params.get(name, "") for name in ("edit", "delete", "at")}
