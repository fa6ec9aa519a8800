"""What a program leans on that the vendor has not."""

from collections import Counter
from collections.abc import Sequence

from unyo.uom.actions import ACTIONS, CALL_ID_HEADER

from .journal import Call

_OUR_CLIENT = "unyo/"
_UPDATE, _HISTORY = ACTIONS["UpdateTicket"].name, ACTIONS["GetTicketHistory"].name


def extensions_leant_on(calls: Sequence[Call]) -> Counter[str]:
    """The extensions that were used, and how often.

    unyo's own client sends call ids, and asks who changed what after a conflict, where the server offers it, and does
    without elsewhere: neither counts.
    """
    return Counter(
        extension
        for number, call in enumerate(calls)
        for extension in call.extensions
        if not (
            call.headers.get("user-agent", "").startswith(_OUR_CLIENT)
            and (extension == CALL_ID_HEADER or (extension == _HISTORY and _met_a_conflict(calls[:number], call)))
        )
    )


def _met_a_conflict(before: Sequence[Call], call: Call) -> bool:
    """Whether the same caller's last update of the same ticket was refused since somebody else was faster."""
    who = call.master_id, call.ticket_id
    last = next((e for e in reversed(before) if e.action == _UPDATE and (e.master_id, e.ticket_id) == who), None)
    return last is not None and last.error_type == "EXCLUSION_FAILURE"
