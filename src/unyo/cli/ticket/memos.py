"""The commands `unyo ticket memo …`."""

from typing import Annotated, Any

import typer

from .ending.exits import Exit, fail
from .flags.connecting import Connection, connected
from .flags.fields import read_text
from .output.output import Format, OutputOption
from .sending import DryRunFlag, How, OnConflict, YesFlag, check_memos, update_all
from .updating import TicketArgument

_memo = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(_memo, name="memo", help="The memos of a ticket: add, edit, delete.")

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The memo's number in the ticket.")]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="The memo; @FILE or - reads it.")]


@_memo.command()
@connected
def add(
    connection: Connection,
    *,
    ticket_id: TicketArgument,
    text: TextArgument,
    dry_run: DryRunFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Add a memo.

    Example: unyo ticket memo add UTM123456 "再起動を実施"
    """
    from unyo.client import AddMemo  # noqa: PLC0415 - the help starts without the client

    _send(connection, ticket_id, How(dry_run, True, output, OnConflict.RETRY), AddMemo(_read(text)))


@_memo.command()
@connected
def edit(
    connection: Connection,
    *,
    ticket_id: TicketArgument,
    number: NumberArgument,
    text: TextArgument,
    dry_run: DryRunFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Give a memo another text.

    Example: unyo ticket memo edit UTM123456 2 @memo.txt
    """
    from unyo.client import EditMemo  # noqa: PLC0415 - the help starts without the client

    _send(connection, ticket_id, How(dry_run, True, output, OnConflict.RETRY), EditMemo(number, _read(text)))


@_memo.command()
@connected
def delete(
    connection: Connection,
    *,
    ticket_id: TicketArgument,
    number: NumberArgument,
    dry_run: DryRunFlag = False,
    yes: YesFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Delete a memo; its number is not used again. Asks first.

    Example: unyo ticket memo delete UTM123456 2 --yes
    """
    from unyo.client import DeleteMemo  # noqa: PLC0415 - the help starts without the client

    _send(connection, ticket_id, How(dry_run, yes, output, OnConflict.RETRY), DeleteMemo(number))


def _read(text: str) -> str:
    found = read_text(text)
    check_memos([found])
    return found


def _send(connection: Connection, ticket_id: str, how: How, operation: Any) -> None:
    def _known(ticket: Any) -> list[Any]:
        numbers = [memo.number for memo in ticket.memos]
        if (number := getattr(operation, "number", None)) is not None and number not in numbers:
            there = f"it has {', '.join(map(str, numbers))}" if numbers else "it has none"
            fail(Exit.REFUSED, f"{ticket_id} has no memo {number}: {there} (nothing was sent)")
        return [operation]

    update_all(connection, [ticket_id], how, fields={}, memos=_known)
