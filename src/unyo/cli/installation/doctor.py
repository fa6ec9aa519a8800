"""The command that looks at an installation from all sides: `unyo doctor`."""

import json
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from unyo.cli.errors import FAILED, plain_errors
from unyo.cli.flags import with_all_settings
from unyo.cli.showing import make_console
from unyo.config.loading import Loaded
from unyo.doctor.examine import examine
from unyo.doctor.findings import Finding, Level

app = typer.Typer()

_ABOUT_WIDTH: Final = 13
_MARKS: Final = {Level.GOOD: ("✓", "green"), Level.DOUBTFUL: ("!", "yellow"), Level.BAD: ("✗", "bold red")}


@app.command()
@with_all_settings
def doctor(
    settings: Loaded,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object a line, for programs.")] = False,
) -> None:
    """Look at settings, key file, database, clock, disk and permissions, make a real signed call, and say what to mend.

    Nothing is changed. ✓ is good, ! works but had better be otherwise, ✗ must be mended. The exit status is 1 when
    there is any ✗.
    """
    console = make_console()
    found = []
    with plain_errors():
        for finding in examine(settings.settings, settings.file):
            found.append(finding)
            if as_json:
                typer.echo(json.dumps(asdict(finding), ensure_ascii=False))
            else:
                _show(console, finding)
    worst = sum(each.level is Level.BAD for each in found)
    doubts = sum(each.level is Level.DOUBTFUL for each in found)
    if not as_json:
        console.print(f"\n{len(found)} findings: {worst} to mend, {doubts} doubtful")
    if worst:
        raise typer.Exit(FAILED)


def _show(console: Console, finding: Finding) -> None:
    mark, style = _MARKS[finding.level]
    row = Table.grid(padding=(0, 1, 0, 0))  # so that a narrow terminal breaks a sentence within its own column
    row.add_column(width=1)
    row.add_column(width=_ABOUT_WIDTH)
    row.add_column()
    row.add_row(Text(mark, style), Text(finding.about, "bold"), Text(finding.says))
    if finding.mend:
        row.add_row("", "", Text.assemble(("→ ", style), finding.mend))
    console.print(row)
