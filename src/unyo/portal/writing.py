"""What a form asks for, on its way to the writer: the same commands, checks and rules as the API's."""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from unyo.services.ports import CallId, Done, WriteCall
from unyo.tickets.commands import RegisterTicket, UpdateTicket
from unyo.tickets.errors import Fault
from unyo.tickets.history import Door
from unyo.uom.actions import ACTIONS

from .forms import faults_of
from .visit import Visit

CALL_ID: Final = "call_id"
"""The form's field with the UUID under which it is carried out once, however often it is sent."""
_CALL_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REGISTER: Final = ACTIONS["RegisterTicket"]
UPDATE: Final = ACTIONS["UpdateTicket"]


def call_id_of(text: str) -> str:
    """The call ID that a form says; ``""`` where it says none."""
    return text if _CALL_ID.fullmatch(text) else ""


async def carry_out(
    visit: Visit, command: RegisterTicket | UpdateTicket, body: Mapping[str, Any], call_id: str
) -> Done | Sequence[Fault]:
    """Carry a command out, once for each call id (a UUID, ``""`` for none); what is wrong with it otherwise.

    Raises:
        QueueFull, StorageFailed: it may be tried again.
    """
    action = REGISTER if isinstance(command, RegisterTicket) else UPDATE
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    kept = CallId(call_id, action.name, digest) if call_id else None
    size = len(json.dumps(body))
    call = WriteCall(command, visit.caller, visit.backing.make_request_id(), Door.PORTAL, kept, size)
    outcome = await asyncio.wrap_future(visit.backing.writer.submit(call))
    return outcome if isinstance(outcome, Done) else faults_of(outcome)
