"""How commands show what they read: a table for people, a line each with tabs in a pipe, or a format for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from unyo.cli.ticket.values import plain, shown

from .colours import style_of

Record = Mapping[str, Any]
"""What was read, by our names; dates aware."""


class Format(StrEnum):
    """What is written to the standard output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    YAML = "yaml"


OutputOption = Annotated[
    Format,
    typer.Option(
        "--output",
        "-o",
        help="Format: a table (in a pipe a line each, with tabs), JSON, JSON lines, CSV with a header, or YAML.",
    ),
]
FieldsOption = Annotated[
    str,
    typer.Option("--fields", metavar="NAME,…", help="Only these fields, in this order.", show_default=False),
]

# These columns never fold on a terminal.
_WHOLE: Final = frozenset({"ticket_id", "kind", "assignee"})


def chosen(fields: str, known: Sequence[str], usual: Sequence[str] = ()) -> list[str]:
    """The fields that ``--fields`` names; the usual ones, or all, where it names none.

    Raises:
        typer.BadParameter: there is no such field.
    """
    names = [name.strip() for name in fields.split(",") if name.strip()]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"is it {near[0]}?" if near else f"there are {', '.join(known)}"
            raise typer.BadParameter(f"there is no field {name}: {hint}", param_hint="--fields")
    return names or list(usual or known)


def write_records(records: Iterable[Record], columns: Sequence[str], output: Format) -> None:
    """Write these columns of records, as they come where the format allows it."""
    rows = ({name: record.get(name) for name in columns} for record in records)
    match output:
        case Format.TABLE:
            _table(rows, columns)
        case Format.JSON:
            write_json([plain(row) for row in rows])
        case Format.JSONL:
            for row in rows:
                typer.echo(json.dumps(plain(row), ensure_ascii=False))
        case Format.CSV:
            _csv(rows, columns)
        case Format.YAML:
            write_yaml([plain(row) for row in rows])


def write_json(value: Any) -> None:
    """Write a plain value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def write_yaml(value: Any) -> None:
    """Write a plain value as YAML."""
    typer.echo(yaml_text(value), nl=False)


def yaml_text(value: Any) -> str:
    """A plain value as YAML, in its own order; texts of several lines are readable blocks."""
    import yaml  # noqa: PLC0415 - most commands write none

    class _Dumper(yaml.SafeDumper):
        pass

    def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)

    _Dumper.add_representer(str, _text)
    written: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return written


def _table(rows: Iterable[Record], columns: Sequence[str]) -> None:
    from unyo.cli.showing import show_table  # noqa: PLC0415 - a program reads no table

    show_table(rows, columns, _cell, says_in_a_pipe=_one_line, style_of=style_of, whole=_WHOLE)


def _csv(rows: Iterable[Record], columns: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(plain(row[name])) for name in columns])


def _csv_cell(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _one_line(value: Any) -> str:
    """A value that keeps to its line and column."""
    return " ".join(_cell(value).split())


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(plain(value), ensure_ascii=False)
    return shown(value)
