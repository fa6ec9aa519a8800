"""The commands that write one ticket: update, request-close, approve, send-back."""

from typing import Annotated, Any

import typer

from unyo.tickets.model import AWAITING_APPROVAL, CLOSED

from .flags.connecting import Connection, connected
from .flags.fields import MemoFlag, read_text, with_fields
from .output.output import Format, OutputOption
from .sending import DryRunFlag, How, OnConflict, OnConflictOption, YesFlag, check_memos, update_all

app = typer.Typer()

TicketArgument = Annotated[str, typer.Argument(metavar="ID", help="Ticket ID.")]
_SENT_BACK = "差し戻し"


@app.command()
@connected
@with_fields(registers=False)
def update(
    connection: Connection,
    fields: dict[str, Any],
    *,
    ticket_ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ticket IDs.")],
    memo: MemoFlag = None,
    on_conflict: OnConflictOption = OnConflict.MERGE,
    dry_run: DryRunFlag = False,
    yes: YesFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Change fields of a ticket, or of several, and add memos; what is not given stays as it is.

    A field given as "" is emptied. Asks before it closes a ticket or changes several. Of several, those that are
    refused are named, and the others are changed.

    Example: unyo ticket update UTM123456 --priority 高 --limit-date "2026-11-26 18:00" --memo 再発を確認
    """
    from unyo.client import AddMemo  # noqa: PLC0415 - the help starts without the client

    if not fields and not memo:
        raise typer.BadParameter("give at least one field, or --memo")
    texts = [read_text(each) for each in memo or ()]
    check_memos(texts)
    how = How(dry_run, yes, output, on_conflict)
    update_all(connection, ticket_ids, how, fields=fields, memos=lambda _: [AddMemo(text) for text in texts])


@app.command("request-close")
@connected
def request_close(
    connection: Connection,
    *,
    ticket_id: TicketArgument,
    approver: Annotated[str, typer.Option("--approver", metavar="ID", help="Master ID of one with approval right.")],
    memo: MemoFlag = None,
    on_conflict: OnConflictOption = OnConflict.MERGE,
    dry_run: DryRunFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Ask somebody with approval right to close a ticket.

    Example: unyo ticket request-close UTM123456 --approver SA1234567
    """
    _state(connection, ticket_id, How(dry_run, True, output, on_conflict), memo, AWAITING_APPROVAL, approver)


@app.command()
@connected
def approve(
    connection: Connection,
    *,
    ticket_id: TicketArgument,
    memo: MemoFlag = None,
    on_conflict: OnConflictOption = OnConflict.MERGE,
    dry_run: DryRunFlag = False,
    yes: YesFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Close a ticket in your own name, which needs the approval right. Asks first.

    Example: unyo ticket approve UTM123456 --yes
    """
    how = How(dry_run, yes, output, on_conflict)
    _state(connection, ticket_id, how, memo, CLOSED, connection.master_id)


@app.command("send-back")
@connected
def send_back(
    connection: Connection,
    *,
    ticket_id: TicketArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Becomes a memo; @FILE or - reads it.")],
    on_conflict: OnConflictOption = OnConflict.MERGE,
    dry_run: DryRunFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Send a ticket back that waits for approval.

    Example: unyo ticket send-back UTM123456 --reason 原因が書かれていない
    """
    _state(connection, ticket_id, How(dry_run, True, output, on_conflict), [reason], _SENT_BACK)


def _state(
    connection: Connection, ticket_id: str, how: How, memo: list[str] | None, state: str, approver: str | None = None
) -> None:
    from unyo.client import AddMemo  # noqa: PLC0415 - the help starts without the client

    texts = [read_text(each) for each in memo or ()]
    check_memos(texts)
    fields = {"state": state, **({} if approver is None else {"approver": approver})}
    update_all(connection, [ticket_id], how, fields=fields, memos=lambda _: [AddMemo(text) for text in texts])
