"""What a form asks for, on its way to the writer: the same commands, checks and rules as the API's."""

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import FormData

from unyo.portal.visit import Visit
from unyo.services.ports import CallId, Done, WriteCall
from unyo.tickets.commands import RegisterTicket, UpdateTicket
from unyo.tickets.errors import Fault
from unyo.tickets.history import Door
from unyo.uom.actions import ACTIONS

from .fields import with_line_feeds
from .sheet import faults_of

CALL_ID: Final = "call_id"
"""The form's field with the UUID under which it is carried out once, however often it is sent."""
_CALL_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REGISTER: Final = ACTIONS["RegisterTicket"]
UPDATE: Final = ACTIONS["UpdateTicket"]


def call_id_of(text: str) -> str:
    """The call ID that a form says; ``""`` where it says none."""
    return text if _CALL_ID.fullmatch(text) else ""


async def carry_out(visit: Visit, command: RegisterTicket | UpdateTicket) -> Done | Sequence[Fault]:
    """Carry out what the form that was sent asks for, once for each call ID; what is wrong with it otherwise.

    Raises:
        QueueFull, StorageFailed: it may be tried again.
    """
    action = REGISTER if isinstance(command, RegisterTicket) else UPDATE
    form = await visit.form()
    typed = _as_typed(visit, form)
    kept = _call(form, action.name, typed)
    call = WriteCall(command, visit.caller, visit.backing.make_request_id(), Door.PORTAL, kept, len(typed))
    outcome = await asyncio.wrap_future(visit.backing.writer.submit(call))
    return outcome if isinstance(outcome, Done) else faults_of(outcome)


async def call_of(visit: Visit, action: str) -> CallId | None:
    """The call that the form is; None where it says no call ID.

    Sent again it is the same one by what was typed, whatever has become of the ticket, or of who may see it.
    """
    form = await visit.form()
    return _call(form, action, _as_typed(visit, form))


def _call(form: FormData, action: str, typed: str) -> CallId | None:
    value = call_id_of(str(form.get(CALL_ID, "")))
    return CallId(value, action, hashlib.sha256(typed.encode()).digest()) if value else None


def _as_typed(visit: Visit, form: FormData) -> str:
    typed = [(name, with_line_feeds(str(text))) for name, text in form.multi_items() if name != CALL_ID]
    return json.dumps([visit.path, typed])
