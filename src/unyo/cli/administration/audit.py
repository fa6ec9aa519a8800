"""The command that shows who administered what: `unyo audit`."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.rows import JsonFlag, cell, entry_row, show_rows
from unyo.cli.showing import make_console
from unyo.config.settings import Settings
from unyo.storage.administration import AuditEntry, audit_trail

from .administering import opened

app = typer.Typer()


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text or "2000-01-01")
    except ValueError:
        raise typer.BadParameter("write a day or a moment, such as 2026-04-01 or 2026-04-01T09:00+09:00") from None
    return text


@app.command()
@with_settings(*DATABASE)
def audit(
    settings: Settings,
    since: Annotated[
        str,
        typer.Option(
            callback=_moment, metavar="DATE", help="From this day or moment on (ISO 8601; this machine's zone)."
        ),
    ] = "",
    about: Annotated[
        str, typer.Option("--object", metavar="TEXT", help="Only objects whose name holds this, such as SA1234567.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="So many at the most.")] = 100,
    as_json: JsonFlag = False,
) -> None:
    """List who administered what and when, newest first. No command changes what stands there.

    In a pipe: a line each, with tabs between number, date, author, door, action, object, before and after.

    Examples: unyo audit --since 2026-04-01 --object uom12345678

    unyo audit --limit 1000 --json
    """
    start = datetime.fromisoformat(since).astimezone() if since else None
    with opened(settings) as engines, engines.reading.begin() as connection:
        entries = [*audit_trail(connection, since=start, about=about, limit=limit)]
    console = make_console()
    if console.is_terminal and not as_json:
        for entry in entries:
            _show(console, entry)
        return
    rows = [entry_row(entry) for entry in entries]
    if not as_json:
        for row in rows:
            row.update({name: _told(row[name]) for name in ("before", "after")})
    show_rows(rows, ["number", "at", "author", "door", "action", "object", "before", "after"], as_json=as_json)


def _show(console: Console, entry: AuditEntry) -> None:
    """Two lines: of eight columns a terminal would leave nothing that can be read."""
    first = f"{entry.number}  {cell(entry.at)}  {entry.author} ({entry.door})"
    console.print(Text.assemble(first, "  ", (f"{entry.action}  {entry.about}", "bold")), soft_wrap=True)
    console.print(Text(f"    {_told(entry.before)} → {_told(entry.after)}"), soft_wrap=True)


def _told(details: object) -> str:
    return "-" if details is None else json.dumps(details, ensure_ascii=False)
