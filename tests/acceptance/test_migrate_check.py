"""`unyo migrate --check` says what is to be done, by its exit status too, and changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.commands import unyo_here
from support.installations import Installation, contents, execute
from support.processes import Finished, unyo
from support.scratch import SourceCopy
from unyo.storage.migrations import newest

MISSING = [("wider", "expand", "add a column"), ("narrower", "contract", "take the column away")]


def _check(url: str, folder: Path, *more: str) -> Finished:
    return unyo_here("migrate", "--check", "--database", url, *more, folder=folder)


def _json(told: Finished) -> tuple[int, dict[str, Any]]:
    return told.status, json.loads(told.out)


@pytest.fixture
def newer(tmp_path: Path) -> SourceCopy:
    """A later release, with two migrations more."""
    copy = SourceCopy(tmp_path / "newer")
    bodies = {
        "wider": "op.add_column('tickets', sa.Column('more', sa.Text(), nullable=False, server_default=''))",
        "narrower": "op.drop_column('tickets', 'more')",
    }
    for revision, phase, title in MISSING:
        copy.add_migration(revision, bodies[revision], title=title, mark=f'phase = "{phase}"')
    return copy


def test_a_database_at_this_releases_tables_has_nothing_to_be_done(installation: Installation) -> None:
    told = _check(installation.url, installation.folder)
    assert (told.status, told.out) == (0, f"The database is at this release's tables ({newest()}).\n")
    assert _json(_check(installation.url, installation.folder, "--json")) == (
        0,
        {"revision": newest(), "newest": newest(), "state": "current", "migrations": []},
    )


def test_an_empty_database_lacks_every_migration(empty_database: str, tmp_path: Path) -> None:
    status, told = _json(_check(empty_database, tmp_path, "--json"))
    assert (status, told["state"], told["revision"]) == (1, "behind", None)
    assert told["migrations"][0] == {"revision": "0001", "phase": "expand", "title": "The tables of the first release"}
    first, *steps = _check(empty_database, tmp_path).out.splitlines()
    assert first == "The database is at no tables yet. `unyo migrate` would carry out:"
    assert [line.split()[0] for line in steps] == [step["revision"] for step in told["migrations"]]
    assert contents(empty_database) == {}


def test_what_an_older_database_lacks_is_told_in_order_and_nothing_is_changed(
    installation: Installation, newer: SourceCopy
) -> None:
    before = contents(installation.url)
    check = ("migrate", "--check", "--database", installation.url)
    told = unyo(*check, folder=installation.folder, variables=newer.variables)
    first, *steps = told.out.splitlines()
    assert (told.status, told.err) == (1, "")
    assert first == f"The database is at {newest()}. `unyo migrate` would carry out:"
    assert [tuple(line.split(maxsplit=2)) for line in steps] == MISSING
    assert contents(installation.url) == before
    assert newer.migrate(installation.url).status == 0
    assert unyo(*check, folder=installation.folder, variables=newer.variables).status == 0


def test_the_tables_of_a_release_that_this_one_cannot_serve_are_refused(installation: Installation) -> None:
    execute(installation.url, "UPDATE alembic_version SET version_num = '9999', served_from = '9998'")
    refused = _check(installation.url, installation.folder)
    assert refused.refusal == (
        f"unyo: the database has the tables of a newer release (revision 9999), which this one, at {newest()}, "
        "cannot use: use that release, or restore a backup from before its `unyo migrate`"
    )
    status, told = _json(_check(installation.url, installation.folder, "--json"))
    assert (status, told["state"], told["migrations"]) == (1, "unknown", [])


@pytest.mark.parametrize("url", ["sqlite:///none.db", "postgresql://user@127.0.0.1:1/unyo"])
def test_a_database_that_cannot_be_reached_is_trouble(url: str, tmp_path: Path) -> None:
    assert _check(url, tmp_path).refusal.startswith("unyo: ")
    assert not list(tmp_path.iterdir())


def test_json_goes_with_check_only(tmp_path: Path) -> None:
    assert unyo_here("migrate", "--json", folder=tmp_path).status == 2
