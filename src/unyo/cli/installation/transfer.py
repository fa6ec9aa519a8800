"""The commands that move tickets from one installation to another: export, import."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from unyo.bootstrap.installation import migrated_database
from unyo.cli.errors import plain_errors
from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.progress import progress
from unyo.config.settings import Settings
from unyo.storage.engine import Engines
from unyo.storage.errors import storage_errors
from unyo.storage.moving.exporting import snapshot
from unyo.storage.moving.importing import check_alone, read_header, take_in
from unyo.storage.new_files import new_file

STANDARD = "-"

app = typer.Typer()


@app.command()
@with_settings(*DATABASE)
def export(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="New file to write; - is the standard output.")] = "-",
) -> None:
    """Write all tickets, with memos, history and kept calls, as JSON lines; the server may go on serving.

    `unyo import` takes them into another installation, on SQLite or PostgreSQL.
    """
    with (
        _opened(settings.database) as engines,
        snapshot(engines) as (first, lines),
        _written(file) as output,
        progress("exporting", _lines_of(first["counts"])) as advance,
    ):
        for line in lines:
            output.write(line)
            advance(1)
    typer.echo(f"Exported {_told(first['counts'])}.", err=file == STANDARD)


@app.command("import")
@with_settings(*DATABASE)
def import_(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `unyo export` wrote; - is the standard input.")],
) -> None:
    """Take the tickets of an export into an installation that has none, all or nothing.

    The installation must have the service codes that the tickets belong to.
    """
    with (
        _opened(settings.database, alone=True) as engines,
        _read(file) as source,
        storage_errors("importing"),
        engines.writing.begin() as connection,
    ):
        first = read_header(source)
        with progress("importing", _lines_of(first["counts"])) as advance:
            for count in take_in(connection, first, source):
                advance(count)
    typer.echo(f"Imported {_told(first['counts'])}.")


@contextmanager
def _opened(database: str, *, alone: bool = False) -> Iterator[Engines]:
    """A database at this release's tables; what a user can mend is told in one line."""
    with plain_errors():
        engines = migrated_database(database, exactly=True)
        try:
            if alone:
                check_alone(engines)
            yield engines
        finally:
            engines.dispose()


def _lines_of(counts: dict[str, int]) -> int:
    return counts["tickets"] + counts["calls"]


def _told(counts: dict[str, int]) -> str:
    return (
        f"{counts['tickets']} tickets, {counts['memos']} memos, {counts['history']} history entries "
        f"and {counts['calls']} kept calls"
    )


def _written(file: str) -> AbstractContextManager[BinaryIO]:
    if file == STANDARD:
        return open(sys.stdout.fileno(), "wb", closefd=False)
    return new_file(Path(file))


@contextmanager
def _read(file: str) -> Iterator[BinaryIO]:
    if file == STANDARD:
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as source:
        yield source
