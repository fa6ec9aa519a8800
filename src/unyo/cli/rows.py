"""What the administering commands show: a table on a terminal, a line each with tabs in a pipe, or JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import typer

from unyo.storage.administration import AuditEntry

from .showing import show_table

JsonFlag = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
# How the two values of a state are shown.
_FLAGS = {True: "yes", False: "no"}


def show_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Show rows: these columns as a table or as lines, or all of them as a JSON array."""
    if as_json:
        show_json(rows)
        return
    show_table(rows, columns, cell)


def show_json(found: Any) -> None:
    """Write a value as JSON; moments are ISO 8601 in UTC."""
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=_plain))


def entry_row(entry: AuditEntry) -> dict[str, Any]:
    """A change of the audit trail as a JSON object."""
    row = asdict(entry)
    row["object"] = row.pop("about")
    return row


def cell(value: Any) -> str:
    """A value as people read it; moments are in this machine's zone."""
    if isinstance(value, bool):
        return _FLAGS[value]
    if isinstance(value, datetime):
        return value.astimezone().isoformat(" ", "seconds")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else list(value)
