"""The commands that write and take all that is administered as one YAML file: directory, apply."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from unyo.bootstrap.clock import system_clock
from unyo.cli.errors import plain_errors
from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.rows import JsonFlag, show_json
from unyo.config.settings import Settings
from unyo.storage.administration import Admin, NotPossible
from unyo.storage.engine import Engines

from .administering import YesFlag, ask, current, opened
from .author import os_author
from .directory_file.planning import Plan, carry_out
from .directory_file.reading import Places, read_file
from .directory_file.shape import DirectoryFile
from .directory_file.steps import Sign
from .directory_file.writing import write_file

app = typer.Typer()

_STANDARD: Final = "-"
_COLOURS: Final = {Sign.ADD: "green", Sign.TAKE: "red", Sign.CHANGE: "yellow"}


@app.command()
@with_settings(*DATABASE)
def directory(settings: Settings) -> None:
    """Write all that is administered as one YAML file, which `unyo apply` takes. No secret is in it.

    Example: unyo directory > directory.yaml
    """
    typer.echo(write_file(current(settings)), nl=False)


@app.command()
@with_settings(*DATABASE)
def apply(
    settings: Settings,
    *,
    file: Annotated[str, typer.Option("--file", "-f", metavar="FILE", help="YAML file; - is the standard input.")],
    prune: Annotated[
        bool, typer.Option("--prune", help="Take away what the file does not name, within the parts that it has.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, and change nothing.")] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make what is administered as a YAML file says: shows the difference, asks, then makes all of it or nothing.

    What the file leaves out stays as it is. With --prune, what it does not name is taken away: services, accounts and
    access keys are disabled, roles and groups deleted, list values retired. Access keys are never made by a file.

    Example: unyo directory > directory.yaml; edit it; unyo apply -f directory.yaml
    """
    name = "the standard input" if file == _STANDARD else file
    with plain_errors():
        wanted, places = read_file(_text_of(file, name), name)
    with opened(settings) as engines:
        found = _try_out(engines, wanted, places, prune=prune)
        if not as_json:
            _show(found)
        if found.steps and not dry_run:
            ask(f"Make {_counted(found)}?", yes=yes)
            _apply(engines, wanted, places, found, prune=prune)
    _tell(found, dry_run=dry_run, as_json=as_json)


def _text_of(file: str, name: str) -> str:
    data = sys.stdin.buffer.read() if file == _STANDARD else Path(file).read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotPossible(f"{name} is no text in UTF-8") from None


def _try_out(engines: Engines, wanted: DirectoryFile, places: Places, *, prune: bool) -> Plan:
    """Make all changes and take them back, so that whatever would be refused is refused before anybody is asked."""
    with engines.writing.connect() as connection, connection.begin() as transaction:
        found = carry_out(Admin(connection, os_author(), system_clock()), wanted, places, prune=prune)
        transaction.rollback()
    return found


def _apply(engines: Engines, wanted: DirectoryFile, places: Places, shown: Plan, *, prune: bool) -> None:
    with engines.writing.begin() as connection:
        made = carry_out(Admin(connection, os_author(), system_clock()), wanted, places, prune=prune)
        if [*map(str, made.steps)] != [*map(str, shown.steps)]:
            raise NotPossible("somebody else has changed what is administered meanwhile: look at the difference anew")


def _show(found: Plan) -> None:
    for note in found.notes:
        typer.secho(f"! {note}", fg="yellow", err=True)
    for step in found.steps:
        typer.secho(str(step), fg=_COLOURS[step.sign])


def _tell(found: Plan, *, dry_run: bool, as_json: bool) -> None:
    applied = bool(found.steps) and not dry_run
    if as_json:
        changes = [{"sign": step.sign.value, "text": step.text} for step in found.steps]
        show_json({"changes": changes, "notes": found.notes, "applied": applied})
    elif applied:
        typer.echo(f"Made {_counted(found)}.")
    else:
        typer.echo(f"{_counted(found)} to make." if found.steps else "There is no difference.")


def _counted(found: Plan) -> str:
    return "1 change" if len(found.steps) == 1 else f"{len(found.steps)} changes"
