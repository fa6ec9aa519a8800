"""The steps of a close: ask for it, approve it, send it back, open the ticket again."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from unyo.portal.forms.small_forms import read_form
from unyo.portal.ticket import ticket_page
from unyo.portal.visit import Visit
from unyo.tickets.field_tables import BY_KEY, MEMO_OPERATION, MEMO_TEXT
from unyo.tickets.memo_list import ADD
from unyo.tickets.transitions import Transition, values_of


async def do(visit: Visit) -> Response:
    """Take the step that the form says; what was typed beside it becomes a memo of the same update."""
    form = await visit.form()
    name = str(form.get("step", ""))
    if name not in set(Transition):
        raise HTTPException(404)
    step, typed = Transition(name), read_form(form, name)
    values = {BY_KEY[key].wire: str(value) for key, value in values_of(step, visit.me, typed.approver).items()}
    text = typed.text if typed.text.strip() else ""
    memos = [{MEMO_OPERATION.wire: ADD, MEMO_TEXT.wire: text}] if text or step.needs_reason else []
    return await ticket_page.carry_out(visit, typed, values, memos, "#approval")
