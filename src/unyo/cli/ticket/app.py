"""The group `unyo ticket`: which module holds which of its commands."""

from typing import Final

import typer

from unyo.cli.lazy import LazyGroup, Listed

_READING: Final = "Reading"
_WRITING: Final = "Writing"
# The order is that of the help.
COMMANDS: Final = {
    "list": Listed("ticket.listing", _READING, "List tickets by filters."),
    "show": Listed("ticket.showing", _READING, "Show tickets in full."),
    "history": Listed("ticket.history", _READING, "Show who changed what in a ticket."),
    "options": Listed("ticket.options", _READING, "Show the values of the service's option lists."),
    "register": Listed("ticket.registering", _WRITING, "Open a ticket."),
    "update": Listed("ticket.updating", _WRITING, "Change fields of tickets, and add memos."),
    "memo": Listed("ticket.memos", _WRITING, "The memos of a ticket: add, edit, delete."),
    "request-close": Listed("ticket.updating", _WRITING, "Ask somebody with approval right to close a ticket."),
    "approve": Listed("ticket.updating", _WRITING, "Close a ticket in your own name."),
    "send-back": Listed("ticket.updating", _WRITING, "Send a ticket back that waits for approval."),
    "edit": Listed("ticket.edit.editing", _WRITING, "Edit a ticket in your editor."),
    "apply": Listed("ticket.many.many", _WRITING, "Register and update many tickets from a file."),
}


class _Commands(LazyGroup):
    """The commands of ``unyo ticket``."""

    listed = COMMANDS


app = typer.Typer()
app.add_typer(
    typer.Typer(cls=_Commands, no_args_is_help=True),
    name="ticket",
    help="Tickets of any server that speaks the UOM-API: unyo, or the vendor's own endpoint.",
)
