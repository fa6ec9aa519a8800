"""The command `unyo ticket show`."""

from typing import Annotated, Any

import typer

from .ending.exits import Exit, complain
from .flags.connecting import Connection, connected
from .output.output import FieldsOption, Format, OutputOption, chosen, write_json, write_records, write_yaml
from .values import plain, shown

app = typer.Typer()


@app.command()
@connected
def show(
    connection: Connection,
    ticket_ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Tickets, such as UTM123456.")],
    *,
    output: OutputOption = Format.TABLE,
    fields: FieldsOption = "",
) -> None:
    """Show tickets in full: every value, the memos, the lock dates.

    In JSON and YAML one ticket is an object, several are a list. In a pipe: a line for each value, with a tab after its
    name. A ticket that is not there is told, and the others are shown.
    """
    from unyo.client.errors import Refused  # noqa: PLC0415 - the help starts without the client

    from .ending.sentences import explained  # noqa: PLC0415 - likewise
    from .output.records import ticket_record  # noqa: PLC0415 - likewise

    tickets, status = [], Exit.OK
    for ticket_id in ticket_ids:
        try:
            tickets.append(connection.client.tickets.get(ticket_id))
        except Refused as error:
            status, sentence = explained(error)
            complain(f"{ticket_id}: {sentence}")
    records = [ticket_record(each) for each in tickets]
    known = list(dict.fromkeys(name for record in records for name in record))
    names = chosen(fields, known) if tickets else []
    if output is Format.TABLE and not fields and _on_terminal():
        from .output.panels import show_ticket  # noqa: PLC0415 - a program reads no panels

        for ticket in tickets:
            show_ticket(ticket)
    elif output is Format.TABLE:
        typer.echo("\n\n".join(_lines(record, names) for record in records), nl=bool(records))
    elif output in {Format.JSON, Format.YAML}:
        found = [plain({name: record[name] for name in names if name in record}) for record in records]
        write = write_json if output is Format.JSON else write_yaml
        if len(ticket_ids) > 1:
            write(found)
        elif found:
            write(found[0])
    else:
        write_records(records, names, output)
    if status is not Exit.OK:
        raise typer.Exit(status)


def _on_terminal() -> bool:
    from unyo.cli.showing import make_console  # noqa: PLC0415 - only where people read

    return make_console().is_terminal


def _lines(record: dict[str, Any], names: list[str]) -> str:
    """A ticket in a pipe."""
    flat: dict[str, Any] = {}
    for name in (name for name in names if name in record):
        value = record[name]
        if name == "memos":
            flat |= {f"memos.{memo['number']}": memo["text"] for memo in value}
        elif isinstance(value, dict):
            flat |= value
        else:
            flat[name] = value
    return "\n".join(f"{name}\t{' '.join(shown(value).split())}" for name, value in flat.items())
