"""What the administering commands share: the open installation, the question before something is lost, the answer."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.installation import migrated_database
from unyo.cli.errors import plain_errors
from unyo.cli.rows import entry_row, show_json
from unyo.config.settings import Settings
from unyo.storage.administration import Admin, NotPossible, State, check_is_installed, read_state
from unyo.storage.engine import Engines
from unyo.storage.errors import storage_errors

from .author import os_author

YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ServiceArgument = Annotated[str, typer.Argument(metavar="SERVICE", help="Service code, such as uom12345678.")]
AccountArgument = Annotated[str, typer.Argument(metavar="MASTER_ID", help="Master ID, such as SA1234567.")]


@contextmanager
def opened(settings: Settings) -> Iterator[Engines]:
    """An installation at this release's tables; what a user can mend is told in one line."""
    with plain_errors():
        engines = migrated_database(settings.database)
        try:
            with storage_errors("administering"):
                with engines.reading.begin() as connection:
                    check_is_installed(connection)
                yield engines
        finally:
            engines.dispose()


def current(settings: Settings) -> State:
    """All that is administered, as it stands."""
    with opened(settings) as engines, engines.reading.begin() as connection:
        return read_state(connection)


def check_known(what: str, name: str, known: Collection[str]) -> None:
    """Refuse a name that nothing has.

    Raises:
        typer.Exit: there is nothing of that name.
    """
    with plain_errors():
        if name not in known:
            raise NotPossible(f"there is no {what} {name}".rstrip())


def change(settings: Settings, do: Callable[[Admin], Any], done: str, *, as_json: bool) -> None:
    """Change what is administered, all or nothing, and say so: a sentence, or the changes as JSON."""
    with opened(settings) as engines, engines.writing.begin() as connection:
        admin = Admin(connection, os_author(), system_clock())
        do(admin)
    if as_json:
        show_json([entry_row(entry) for entry in admin.recorded])
    else:
        typer.echo(done if admin.recorded else "It is so already: nothing was changed.")


def ask(question: str, *, yes: bool) -> None:
    """Ask before something is lost; without an answer nothing is done.

    Raises:
        typer.Exit: the answer is no, or there is nobody to ask.
    """
    if yes:
        return
    with plain_errors():
        if not sys.stdin.isatty():
            raise NotPossible("this is asked about first, and nobody is there to answer: say --yes")
    if not typer.confirm(question, err=True):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(1)
