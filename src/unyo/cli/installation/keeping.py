"""The commands that keep an installation: backup, restore."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.installation import read_keyring
from unyo.cli.errors import plain_errors
from unyo.cli.flags import DATABASE, STORE, with_settings
from unyo.cli.progress import progress
from unyo.config.settings import Settings
from unyo.storage import administration
from unyo.storage.administration import NotPossible
from unyo.storage.engine import Engines, Transaction, is_sqlite, open_engines, parse_url
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import WrongKey
from unyo.storage.migrations import newest, revision_of
from unyo.storage.moving.archive import Archive
from unyo.storage.moving.backing_up import snapshot
from unyo.storage.moving.restoring import check_empty, fill
from unyo.storage.new_files import new_file

app = typer.Typer()


@app.command()
@with_settings(*DATABASE)
def backup(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="New file to write; with --check, the one to read.")],
    check: Annotated[bool, typer.Option("--check", help="Only read a backup from end to end: is it whole?")] = False,
) -> None:
    """Write all that the database holds, as it stands at one moment, into one file; the server may go on serving.

    The key file is not in it: keep that apart. `unyo restore` makes a new database of it, on SQLite or PostgreSQL.
    """
    with plain_errors():
        if check:
            _check(Path(file))
        else:
            _back_up(settings.database, Path(file))


@app.command()
@with_settings(*STORE)
def restore(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `unyo backup` wrote.")],
) -> None:
    """Fill a new database with a backup, all or nothing, and say whether the key opens its secrets."""
    with plain_errors(), _new_database(settings.database) as engines, Path(file).open("rb") as source:
        backed_up = Archive(source)
        manifest = backed_up.manifest
        with storage_errors("restoring"), engines.writing.begin() as connection:
            with progress("restoring", manifest.rows) as advance:
                for count in fill(connection, backed_up):
                    advance(count)
            complaint = _complaint_about_key(connection, settings)
    typer.echo(f"Restored {_told(manifest.count('tickets'), manifest.rows)}, as of {manifest.made_at}.")
    if complaint:
        typer.secho(f"unyo: {complaint}", err=True, fg="yellow")


def _back_up(database: str, path: Path) -> None:
    with _own_tables(database) as engines, new_file(path) as output:
        with snapshot(engines) as found, progress("backing up", found.rows) as advance:
            for count in found.write(output, system_clock()):
                advance(count)
        with progress("reading it back", found.rows) as advance:  # what cannot be read back is no backup
            for count in Archive(output).check():
                advance(count)
    typer.echo(f"Backed up {_told(found.counts['tickets'], found.rows)}, and read them back.")


def _check(path: Path) -> None:
    with path.open("rb") as source:
        backed_up = Archive(source)
        manifest = backed_up.manifest
        with progress("checking", manifest.rows) as advance:
            for count in backed_up.check():
                advance(count)
    told = _told(manifest.count("tickets"), manifest.rows)
    tables = "this release's tables" if manifest.schema_revision == newest() else f"tables {manifest.schema_revision}"
    typer.echo(f"Whole: {told}, as of {manifest.made_at}, by unyo {manifest.unyo} ({tables}).")


def _told(tickets: int, rows: int) -> str:
    return f"{tickets} tickets in {rows} rows"


def _complaint_about_key(connection: Transaction, settings: Settings) -> str:
    """What is to be done before the restored installation can be served; ``""`` when its secrets open."""
    try:
        administration.check_key(connection, read_keyring(settings))
    except (NotPossible, WrongKey):
        return (
            f"{settings.secret_key_file} does not open the secrets of this backup: put the key file that "
            "belongs to it in its place before you serve, or `unyo secret-key replace` if it is lost for ever"
        )
    return ""


@contextmanager
def _own_tables(url: str) -> Iterator[Engines]:
    """A database that is at this release's tables."""
    engines = open_engines(parse_url(url), create=False)
    try:
        found = revision_of(engines.reading)
        if found is None:
            raise NotPossible("this database holds no installation: there is nothing to back up")
        if found != newest():
            raise NotPossible(
                f"the database has the tables of another release ({found}): back it up with that release, before you "
                "run `unyo migrate`"
            )
        yield engines
    finally:
        engines.dispose()


@contextmanager
def _new_database(text: str) -> Iterator[Engines]:
    """A database to be filled; a SQLite file that was made for it is gone again if that fails."""
    url = parse_url(text)
    file = Path(url.database or "") if is_sqlite(url) else None
    is_new = file is not None and not file.exists()
    engines = open_engines(url)
    try:
        with storage_errors("restoring"), engines.writing.begin() as connection:
            check_empty(connection)
        yield engines
    except BaseException:
        engines.dispose()
        if file is not None and is_new:
            for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
                path.unlink(missing_ok=True)
        raise
    engines.dispose()
