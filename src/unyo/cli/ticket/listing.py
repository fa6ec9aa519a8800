"""The command `unyo ticket list`."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, Final

import typer

from unyo.tickets.field_tables import GET_TICKET_LIST

from .flags.adding import Flag, with_flags
from .flags.completing import values_of
from .flags.connecting import Connection, connected
from .output.output import FieldsOption, Format, OutputOption, chosen, write_records
from .values import Kind, choices_of, flag_of, read_end, read_start

app = typer.Typer()

# What a terminal's width has room for.
_USUAL: Final = ("ticket_id", "kind", "state", "priority", "assignee_name", "updated_at", "title")
_PAGE: Final = 200
_SEVERAL: Final = ("state", "priority", "supported_group", "assignee", "management_group", "category")


class Sort(StrEnum):
    """What a list is sorted by."""

    TICKET_ID = "ticket_id"
    REGISTRATION = "registration"
    LAST_UPDATE = "last_update"
    LIMIT_DATE = "limit_date"
    PRIORITY = "priority"


def _several(key: str) -> Flag:
    """The flag of a filter that takes several values."""
    choices = choices_of(key)
    label = GET_TICKET_LIST.by_key[key].parameter.label.partition(" (")[0]
    one_of = f": {', '.join(choices)}" if choices else ""
    option = typer.Option(
        flag_of(key),
        help=f"{label}{one_of}. May be repeated: any of them.",
        metavar=key.upper(),
        autocompletion=values_of(key),
        show_default=False,
    )
    return list[str] | None, None, option


def _one(kind: Any, *names: str, **told: Any) -> Flag:
    return kind | None, None, typer.Option(*names, show_default=False, **told)


_FILTERS: Final[Mapping[str, Flag]] = {
    "kind": _one(Kind, help="Only incidents, or only requests."),
    **{key: _several(key) for key in _SEVERAL},
    "keyword": _one(
        str, "--keyword", metavar="WORDS", help="Words that must all occur in the ticket's texts or memos."
    ),
    "date_from": _one(datetime, "--from", parser=read_start, metavar="DATE", help="Registered then or later."),
    "date_to": _one(
        datetime, "--to", parser=read_end, metavar="DATE", help="Registered then or earlier; a day counts to its end."
    ),
}


@app.command("list")
@connected
@with_flags("filters", _FILTERS)
def list_(
    connection: Connection,
    filters: Mapping[str, Any],
    *,
    sort: Annotated[Sort, typer.Option(help="What the order is by.")] = Sort.LAST_UPDATE,
    descending: Annotated[bool, typer.Option("--desc/--asc", help="Greatest or latest first, or last.")] = True,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many; all if absent.", show_default=False)
    ] = None,
    output: OutputOption = Format.TABLE,
    fields: FieldsOption = "",
) -> None:
    """List tickets. All filters must hold. Dates: 2026-11-26, '2026-11-26 18:00' (Japan's time) or ISO 8601.

    Examples: unyo ticket list --state 対応中 --state 差し戻し --assignee SA1234567 --sort limit_date --asc

    unyo ticket list --keyword メモリ --from 2026-11-01 --output csv --fields ticket_id,title,limit_date
    """
    from .output.records import SUMMARY, summary_record  # noqa: PLC0415 - the help starts without the client

    columns = chosen(fields, SUMMARY, _USUAL if output is Format.TABLE else SUMMARY)
    given: dict[str, Any] = {
        name: value.kind if isinstance(value, Kind) else value for name, value in filters.items() if value
    }
    found = connection.client.tickets.list(
        page_size=min(limit or _PAGE, _PAGE), sort=sort.value, descending=descending, **given
    )
    write_records((summary_record(each) for each in islice(found, limit)), columns, output)
