"""The command that compares unyo with what an endpoint answered: `unyo compare`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from unyo.cli.errors import FAILED, WRONG_USAGE, plain_errors
from unyo.cli.showing import make_console
from unyo.storage.new_files import rewritten_file
from unyo.testkit.cassettes.reading import NotACassette, read_cassette
from unyo.testkit.cassettes.replaying import replay
from unyo.testkit.cassettes.reporting import Report, as_json, show

app = typer.Typer()

_FILE_WIDTH = 120


class Format(StrEnum):
    """How the report is written."""

    TABLE = "table"
    JSON = "json"


@app.command()
def compare(
    cassette: Annotated[
        Path, typer.Argument(metavar="CASSETTE", help="What `unyo record` wrote.", exists=True, dir_okay=False)
    ],
    written: Annotated[Format, typer.Option("--format", help="Format of the report.")] = Format.TABLE,
    report_file: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="File for the report instead of the terminal.")
    ] = None,
) -> None:
    """Replay recorded calls against a fresh unyo, and show where it answers differently, rule by rule.

    The exit status is 0 if nothing differs, 1 if something does, and 2 if the file is not a cassette.
    """
    with plain_errors():
        try:
            recorded = read_cassette(cassette)
        except NotACassette as error:
            typer.secho(f"unyo: {error}", err=True, fg="red")
            raise typer.Exit(WRONG_USAGE) from None
        report = Report(cassette.name, recorded, [*replay(recorded)])
        _tell(report, written, report_file)
    if report.differing:
        raise typer.Exit(FAILED)


def _tell(report: Report, written: Format, file: Path | None) -> None:
    if file is None:
        if written is Format.JSON:
            typer.echo(as_json(report))
        else:
            show(make_console(), report)
        return
    with rewritten_file(file) as output:
        output.write(_text(report, written).encode("utf-8", "backslashreplace"))
    typer.echo(f"{report.summary}. The report is in {file}")


def _text(report: Report, written: Format) -> str:
    if written is Format.JSON:
        return f"{as_json(report)}\n"
    console = Console(highlight=False, width=_FILE_WIDTH, no_color=True, force_terminal=False)
    with console.capture() as captured:
        show(console, report)
    return captured.get()
