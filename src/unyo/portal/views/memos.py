"""Add, edit or delete a memo of a ticket."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from unyo.portal.forms.small_forms import read_form
from unyo.portal.ticket import ticket_page
from unyo.portal.visit import Visit
from unyo.tickets.field_tables import MEMO_NUMBER, MEMO_OPERATION, MEMO_TEXT
from unyo.tickets.memo_list import ADD, DELETE, EDIT

_OPERATIONS = {"add": ADD, "edit": EDIT, "delete": DELETE}


async def do(visit: Visit) -> Response:
    """Carry out what the form says."""
    form = await visit.form()
    name = str(form.get("operation", ""))
    if name not in _OPERATIONS:
        raise HTTPException(404)
    typed = read_form(form, name, str(form.get("number", "")))
    memo = {MEMO_OPERATION.wire: _OPERATIONS[name]}
    if name != "add":
        memo |= {MEMO_NUMBER.wire: typed.number}
    if name != "delete":
        memo |= {MEMO_TEXT.wire: typed.text}
    return await ticket_page.carry_out(
        visit, typed, {}, [memo], f"#memo-{typed.number}" if name == "edit" else "#memos"
    )
