"""The command `unyo ticket register`."""

from typing import Annotated, Any

import typer

from .flags.connecting import Connection, connected
from .flags.fields import MemoFlag, read_text, with_fields
from .judging import KINDS, KindName
from .output.output import Format, OutputOption, write_json, write_records, write_yaml
from .sending import DryRunFlag, check, check_memos
from .values import plain

app = typer.Typer()

_COLUMNS = ("ticket_id", "kind", "state", "title")


@app.command()
@connected
@with_fields(registers=True)
def register(
    connection: Connection,
    fields: dict[str, Any],
    *,
    kind: Annotated[KindName, typer.Option("--kind", help="Kind of ticket.")],
    memo: MemoFlag = None,
    dry_run: DryRunFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Open a ticket, and show it; in a pipe a line with its ID, kind, state and title.

    Example: unyo ticket register --kind incident --title "応答なし" --state 未対応 --substate 未対応 --priority 高
    --supported-group お客様 --importance 高 --management-group 制限しない
    """
    texts = [read_text(each) for each in memo or ()]
    check_memos(texts)
    check(KINDS[kind], fields, registers=True)
    from .output.difference import Difference, write_differences  # noqa: PLC0415 - the help starts without the client

    if dry_run:
        found = [Difference("", name, None, value) for name, value in fields.items()]
        write_differences(found + [Difference("", "memos.+", None, text) for text in texts], output)
        typer.secho("A dry run: nothing was sent.", err=True)
        return
    from .output.records import ticket_record  # noqa: PLC0415 - likewise

    ticket: Any = connection.client.tickets.register(kind.value, memos=texts, **fields)
    record = ticket_record(ticket)
    if output in {Format.JSON, Format.YAML}:
        (write_json if output is Format.JSON else write_yaml)(plain(record))
    else:
        write_records([record], _COLUMNS if output is Format.TABLE else list(record), output)
