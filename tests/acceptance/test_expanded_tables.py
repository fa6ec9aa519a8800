"""A server goes on serving tables that the next release has expanded, and refuses those that it does not know."""

from pathlib import Path

import pytest

from support.commands import unyo_here
from support.installations import Installation, contents
from support.load import assert_kept, under_load
from support.processes import Client, serving, unyo
from support.scratch import SourceCopy
from unyo.storage.migrations import newest

# What a next release might add: columns in tables that are written all the time, an index, a table.
WIDER = """
op.add_column("tickets", sa.Column("severity", sa.Text(), nullable=False, server_default="低"))
op.add_column("history", sa.Column("client", sa.Text(), nullable=True))
op.add_column("access_keys", sa.Column("note", sa.Text(), nullable=False, server_default=""))
op.create_index("ix_tickets_severity", "tickets", ["service_code", "severity"])
op.create_table("labels", sa.Column("id", sa.Integer(), primary_key=True))
"""
CANNOT = (
    f"the database has the tables of a newer release (revision narrower), which this one, at {newest()}, cannot use"
)


@pytest.fixture
def next_release(tmp_path: Path) -> SourceCopy:
    """The release after this one: its tables are wider."""
    copy = SourceCopy(tmp_path / "next")
    copy.add_migration("wider", WIDER)
    return copy


@pytest.fixture
def later_release(next_release: SourceCopy) -> SourceCopy:
    """The release after that: what only this release needed is gone."""
    next_release.add_migration(
        "narrower", "op.drop_column('calls', 'action')", mark='phase = "contract"\nserved_from = "wider"'
    )
    return next_release


def test_while_the_tables_are_expanded_every_call_succeeds_and_the_old_server_goes_on(
    installation: Installation, next_release: SourceCopy
) -> None:
    with serving("--database", installation.url, folder=installation.folder) as (_, url):
        with under_load(url, installation.account) as load:
            told = next_release.migrate(installation.url)
            assert (told.status, told.out) == (0, f"The database went from {newest()} to wider.\n")
        with Client(url, installation.account) as client:
            assert client.request("GET", "/readyz").status == 200
            assert_kept(load, client)


def test_the_old_release_starts_on_expanded_tables_and_finds_nothing_to_migrate(
    installation: Installation, next_release: SourceCopy
) -> None:
    assert next_release.migrate(installation.url).status == 0
    before = contents(installation.url)
    for more in ([], ["--check"]):
        told = unyo_here("migrate", "--database", installation.url, *more, folder=installation.folder)
        assert (told.status, told.out) == (
            0,
            "The database has the tables of a newer release (revision wider), which this one can serve.\n",
        )
    assert contents(installation.url) == before
    with (
        serving("--database", installation.url, folder=installation.folder) as (_, url),
        under_load(url, installation.account),
    ):
        pass


def test_export_leaves_nothing_out_so_it_is_refused_on_tables_of_a_newer_release(
    installation: Installation, next_release: SourceCopy
) -> None:
    assert next_release.migrate(installation.url).status == 0
    told = unyo_here("export", "--database", installation.url, "tickets.jsonl", folder=installation.folder)
    assert told.refusal == (
        "unyo: the database has the tables of a newer release (revision wider): do this with that release"
    )


def test_what_took_something_away_is_refused_by_the_release_that_needs_it(
    installation: Installation, later_release: SourceCopy
) -> None:
    with serving("--database", installation.url, folder=installation.folder) as (_, url), Client(url) as client:
        assert later_release.migrate(installation.url).status == 0
        answer = client.request("GET", "/readyz")
        assert (answer.status, answer.envelope["reason"].partition(":")[0]) == (503, CANNOT)
        assert client.request("GET", "/livez").status == 200
    before = contents(installation.url)
    for command in (["serve", "--port", "0"], ["migrate"], ["migrate", "--check"], ["export"]):
        refused = unyo(*command, "--database", installation.url, folder=installation.folder)
        assert refused.refusal.startswith(f"unyo: {CANNOT}: use that release")
    assert contents(installation.url) == before
