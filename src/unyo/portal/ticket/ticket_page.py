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
from unyo.portal.lists.came_from import PARAMETER, place, query
from unyo.portal.visit import Visit
from unyo.services.people import Present
from unyo.services.ports import Done
from unyo.services.reads import HistoryShown
from unyo.tickets.commands import ShowHistory
from unyo.tickets.errors import Fault, Reason, Refusal
from unyo.tickets.field_tables import MEMO_TEXT
from unyo.tickets.fields import Text
from unyo.tickets.memo_list import memo_path
from unyo.tickets.model import Ticket
from unyo.tickets.transitions import Transition, approvers, offered

from .changes import entries_of
from .named import came_from, find, out_of_sight, read, saved, ticket_id, unseen
from .shown import groups_of, is_long
from .step_forms import STEP_FORMS, asks_for_approver
from .steps import steps_of

ENTRIES: Final = 20
"""Changes on a page of history."""
NEWEST: Final = 10
"""Memos that are shown at first; those before them are folded."""
# The most changes that are shown to somebody who was overtaken.
_SINCE: Final = 50


async def shown(visit: Visit) -> Response:
    """The page of the ticket that the address names; where the reader has just moved it out of their sight, that.

    Raises:
        HTTPException: there is none, or it may not be seen, which is told alike.
    """
    ticket = await find(visit)
    if ticket is not None:
        return await page(visit, ticket)
    change = await saved(visit)
    if change is None or not change.hidden_in:
        raise HTTPException(404)
    return await unseen(visit, change.hidden_in, is_new=change.entry.version == 1)


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
        "saved": await saved(visit),
        "lock": lock_of(ticket),
        "make_call_id": lambda: str(uuid4()),
    }


def _still_about_something(ticket: Ticket, typed: SmallForm) -> SmallForm:
    """A memo that has been deleted since cannot be edited: its text becomes one that can be added."""
    if typed.form == "edit" and not any(str(number) == typed.number for number in ticket.memos):
        return replace(typed, form="add", number="", faults=[*typed.faults, Fault(memo_path(1), Reason.WRONG)])
    return typed


async def _history(visit: Visit, cursor: str, limit: int) -> HistoryShown | None:
    command = ShowHistory(visit.here.code, visit.me.master_id, ticket_id(visit), limit, cursor)
    shown = await visit.ask(lambda: visit.backing.reads.show_history(visit.caller, command))
    return None if isinstance(shown, Refusal) else shown


async def _since(visit: Visit, typed: SmallForm) -> tuple[Any, ...]:
    """What has been changed since a version was read, newest first."""
    shown = await _history(visit, "", _SINCE)
    entries = [entry for entry in shown.entries if entry.version > typed.version] if shown else []
    return await visit.ask(lambda: tuple(entries_of(entries, visit.here, visit.words)))


def _opened(visit: Visit) -> dict[str, str]:
    """The memo whose form is open, or was closed just now, by its number."""
    return {name: visit.request.query_params.get(name, "") for name in ("edit", "delete", "at")}
