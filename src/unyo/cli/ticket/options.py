"""The command `unyo ticket options`."""

from difflib import get_close_matches
from typing import Annotated, Final

import typer

from unyo.tickets.field_tables import TICKET_FIELDS
from unyo.tickets.fields import OptionList

from .flags.connecting import Connection, connected
from .output.output import FieldsOption, Format, OutputOption, chosen, write_records
from .values import Kind

app = typer.Typer()

_LISTS: Final = {each.key: each.wire for each in TICKET_FIELDS if isinstance(each.kind, OptionList)}


def _list_of(name: str | None) -> str | None:
    """Our name of a list; the wire's is taken too."""
    if not name:
        return None
    names = {**{wire.lower(): key for key, wire in _LISTS.items()}, **{key: key for key in _LISTS}}
    key = name.lower().replace("-", "_")
    if key in names:
        return names[key]
    near = get_close_matches(key, _LISTS, 1)
    hint = f"is it {near[0]}?" if near else f"there are {', '.join(_LISTS)}"
    raise typer.BadParameter(f"there is no list {name}: {hint}")


def _named(incomplete: str) -> list[str]:
    return [key for key in _LISTS if key.startswith(incomplete)]


@app.command()
@connected
def options(
    connection: Connection,
    *,
    field: Annotated[
        str | None,
        typer.Option(
            "--field",
            metavar="NAME",
            callback=_list_of,
            autocompletion=_named,
            help=f"Only the list of this field: {', '.join(_LISTS)}.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only the lists of incidents, or of requests.")] = None,
    output: OutputOption = Format.TABLE,
    fields: FieldsOption = "",
) -> None:
    """Show the values that the service offers for the fields that have a list, in their order.

    A value with a parent is offered where the field that its list depends on holds the parent. Shell completion offers
    the same values, and keeps them for an hour.
    """
    from .flags.kept_options import keep  # noqa: PLC0415 - the help starts without the client
    from .output.records import OPTION, option_record  # noqa: PLC0415 - likewise

    columns = chosen(fields, OPTION)
    found = connection.client.options()
    keep(connection.resolved.credentials, found)
    shown = (each for each in found if field in {None, each.field} and (not kind or each.kind == kind.kind))
    write_records((option_record(each) for each in shown), columns, output)
