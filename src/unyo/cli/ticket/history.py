"""The command `unyo ticket history`."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .flags.connecting import Connection, connected
from .output.output import FieldsOption, Format, OutputOption, chosen, write_records
from .values import shown

if TYPE_CHECKING:  # the help starts without the client
    from rich.console import Console

app = typer.Typer()

_ENTRY: Final = ("at", "user_id", "user", "request_id", "door", "changes")
_CHANGE: Final = ("at", "user_id", "user", "request_id", "door", "field", "before", "after")
_USUAL: Final = ("at", "user", "door", "field", "before", "after")


@app.command()
@connected
def history(
    connection: Connection,
    ticket_id: Annotated[str, typer.Argument(metavar="ID", help="Ticket, such as UTM123456.")],
    *,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many changes; all if absent.", show_default=False)
    ] = None,
    output: OutputOption = Format.TABLE,
    fields: FieldsOption = "",
) -> None:
    """Show who changed what in a ticket, newest first.

    JSON and YAML have an object for each change with the fields that it changed; CSV and a pipe a line for each field.
    """
    from unyo.cli.showing import make_console  # noqa: PLC0415 - the help starts without it

    from .output.records import history_record  # noqa: PLC0415 - the help starts without the client

    is_flat = output in {Format.TABLE, Format.CSV}
    names = chosen(fields, _CHANGE if is_flat else _ENTRY, _USUAL if output is Format.TABLE else ())
    found = (history_record(each) for each in islice(connection.client.tickets.history(ticket_id), limit))
    console = make_console()
    if output is Format.TABLE and not fields and console.is_terminal:
        _show(console, found)
    elif is_flat:
        write_records(({**entry, **change} for entry in found for change in entry["changes"]), names, output)
    else:
        write_records(found, names, output)


def _show(console: "Console", entries: Iterable[dict[str, Any]]) -> None:
    from rich.table import Table  # noqa: PLC0415 - a program reads no table
    from rich.text import Text  # noqa: PLC0415 - likewise

    for entry in entries:
        who = Text.assemble((shown(entry["user"]), "bold"), f" {entry['user_id']}")
        console.print(
            Text.assemble(("● ", "cyan"), f"{shown(entry['at'])}  ", who, (f"  {shown(entry['door'])}", "dim"))
        )
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for change in entry["changes"]:
            before, after = (shown(change[side]) for side in ("before", "after"))
            arrow = Text.assemble((before or "–", "red"), (" → ", "dim"), (after or "–", "green"))
            table.add_row(Text(f"  {change['field']}"), arrow)
        console.print(table)
