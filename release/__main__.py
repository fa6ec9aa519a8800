"""The command line of `make dist` and `make audit`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from .audit import audit
from .build import build_commit
from .tree import NotPossible

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.command("dist")
def make_dist(
    folder: Annotated[Path, typer.Argument(help="Folder for the files; it is emptied.")] = Path("dist"),
) -> None:
    """Make the files of a release from the last commit."""
    notes = build_commit(folder)
    for path in sorted(folder.iterdir()):
        typer.echo(f"{path.stat().st_size:>9,} {path}")
    for note in notes:
        typer.secho(note, err=True, fg="yellow")


@app.command("audit")
def look_up() -> None:
    """Look up known vulnerabilities of the server's packages; needs a network."""
    found = audit()
    for line in found.vulnerabilities:
        typer.secho(line, fg="red")
    typer.echo(f"{found.looked_up} packages looked up, {len(found.vulnerabilities)} known vulnerabilities")
    if found.vulnerabilities:
        raise typer.Exit(1)


try:
    app(prog_name="release")
except NotPossible as error:
    sys.exit(f"release: {error}")
