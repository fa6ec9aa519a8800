"""The command that brings a database to a release's tables: migrate, and its look beforehand."""

import json
from contextlib import ExitStack
from typing import Annotated

import typer

from unyo.cli.errors import FAILED, plain_errors
from unyo.cli.flags import DATABASE, with_settings
from unyo.config.settings import Settings
from unyo.storage import migrations
from unyo.storage.administration import NotPossible
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.migrations import Standing, State

app = typer.Typer()


@app.command()
@with_settings(*DATABASE)
def migrate(
    settings: Settings,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; say what is to be done. Exit status 0: nothing is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --check: say it as JSON.")] = False,
) -> None:
    """Bring a database to this release's tables; it does nothing when that is done."""
    if check:
        _check(settings.database, as_json=as_json)
        return
    if as_json:
        raise typer.BadParameter("--json goes with --check")
    with plain_errors(), ExitStack() as stack:
        engines = open_engines(parse_url(settings.database), create=False)
        stack.callback(engines.dispose)
        before, after = migrations.migrate(engines.writing)
    typer.echo(_done(before, after))


def _check(database: str, *, as_json: bool) -> None:
    with plain_errors(), ExitStack() as stack:
        engines = open_engines(parse_url(database), create=False)
        stack.callback(engines.dispose)
        found = migrations.standing_of(engines.reading)
        if not as_json and found.state is State.UNKNOWN:
            raise NotPossible(found.trouble)
    typer.echo(_as_json(found) if as_json else _told(found))
    if not found.can_be_served:
        raise typer.Exit(FAILED)


def _done(before: str | None, after: str | None) -> str:
    if before != after:
        return f"The database went from {before or 'empty'} to {after}."
    if after == migrations.newest():
        return "The database is at this release's tables already."
    return _AHEAD.format(revision=after)


_AHEAD = "The database has the tables of a newer release (revision {revision}), which this one can serve."


def _told(found: Standing) -> str:
    if found.state is State.AHEAD:
        return _AHEAD.format(revision=found.revision)
    if found.state is State.CURRENT:
        return f"The database is at this release's tables ({found.revision})."
    steps = [f"  {step.revision:<12}  {step.phase:<8}  {step.title}" for step in found.missing]
    first = f"The database is at {found.revision or 'no tables yet'}. `unyo migrate` would carry out:"
    return "\n".join([first, *steps])


def _as_json(found: Standing) -> str:
    steps = [{"revision": step.revision, "phase": step.phase, "title": step.title} for step in found.missing]
    shown = {"revision": found.revision, "newest": migrations.newest(), "state": found.state.name.lower()}
    return json.dumps({**shown, "migrations": steps}, ensure_ascii=False)
