"""Migrations make the tables that this release describes, all or nothing; a new field is one row and one of them."""

import ast
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from support.databases import Databases
from support.faults import connected
from support.installations import contents
from support.scratch import SourceCopy, python
from support.shapes import Shape, sequences, shape
from unyo.services.ports import StorageFailed
from unyo.storage.administration import NotPossible
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.migrations import migrate, newest, revision_of
from unyo.storage.migrations.__main__ import generate
from unyo.storage.tables import metadata

NEWER = """
op.create_table("half_done", sa.Column("id", sa.Integer(), primary_key=True))
op.add_column("tickets", sa.Column("half_done", sa.Text(), nullable=False, server_default="半分"))
op.execute("UPDATE tickets SET title = '書き換えられた'")
op.execute("DELETE FROM access_keys")
"""
# Fails when it has done a good part of its work.
BROKEN = NEWER + "op.drop_table('nowhere')"


@pytest.fixture
def copy(tmp_path: Path) -> SourceCopy:
    return SourceCopy(tmp_path)


def _engine(url: str) -> Engine:
    return open_engines(parse_url(url)).writing


def _migrate(url: str) -> tuple[str | None, str | None]:
    engine = _engine(url)
    try:
        return migrate(engine)
    finally:
        engine.dispose()


def _everything(url: str) -> tuple[Shape, list[str], dict[str, Any]]:
    """What a database holds: its tables' shape, its sequences, its rows."""
    with connected(url) as connection:
        return shape(connection), sequences(connection), contents(url)


def test_all_migrations_make_exactly_the_tables_that_are_described(databases: Databases) -> None:
    described, migrated = databases.empty(), databases.empty()
    with connected(described) as connection:
        metadata.create_all(connection)
    _migrate(migrated)
    with connected(described) as one, connected(migrated) as other:
        assert set(shape(other)) == set(metadata.tables)
        assert shape(other) == shape(one)
        assert sequences(other) == sequences(one)
    for url in (described, migrated):
        databases.drop(url)


def test_the_migrated_tables_differ_in_nothing_that_a_migration_would_mend(filled_url: str) -> None:
    with connected(filled_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_nothing_is_generated_where_no_row_was_added(tmp_path: Path) -> None:
    made = generate("nothing new", tmp_path)
    (upgrade,) = (each for each in ast.parse(made.read_text()).body if isinstance(each, ast.FunctionDef))
    assert [type(statement) for statement in upgrade.body] == [ast.Pass]


def test_migrating_twice_does_nothing(filled_url: str) -> None:
    before = _everything(filled_url)
    assert _migrate(filled_url) == (newest(), newest())
    assert _everything(filled_url) == before


def test_an_empty_database_has_no_revision_and_a_migrated_one_the_newest(empty_url: str) -> None:
    engine = _engine(empty_url)
    assert revision_of(engine) is None
    assert migrate(engine) == (None, newest())
    assert revision_of(engine) == newest()
    engine.dispose()


def test_a_database_that_holds_somebody_elses_table_of_that_name_is_left_as_it_was(empty_url: str) -> None:
    with connected(empty_url) as connection:
        # The first migration meets it in the middle of its work.
        connection.exec_driver_sql("CREATE TABLE tickets (id INTEGER)")
        connection.exec_driver_sql("INSERT INTO tickets VALUES (1)")
    before = _everything(empty_url)
    with pytest.raises(StorageFailed, match=r"^migrating: .*tickets.* already exists"):
        _migrate(empty_url)
    assert _everything(empty_url) == before


def test_a_migration_that_fails_leaves_the_database_as_it_was(filled_url: str, copy: SourceCopy) -> None:
    copy.add_migration("broken", BROKEN)
    before = _everything(filled_url)
    refused = copy.migrate(filled_url)
    assert refused.refusal.startswith("unyo: migrating: ")
    assert "nowhere" in refused.refusal
    assert _everything(filled_url) == before


def test_a_later_migration_that_fails_takes_the_earlier_ones_back_too(empty_url: str, copy: SourceCopy) -> None:
    copy.add_migration("broken", BROKEN)
    before = _everything(empty_url)
    assert "nowhere" in copy.migrate(empty_url).refusal
    assert _everything(empty_url) == before == ({}, [], {})


def test_a_database_of_a_newer_release_is_refused_and_left_alone(filled_url: str, copy: SourceCopy) -> None:
    copy.add_migration("newer", NEWER, mark='phase = "contract"')
    assert copy.migrate(filled_url).out == f"The database went from {newest()} to newer.\n"
    before = _everything(filled_url)
    with pytest.raises(NotPossible, match=r"^the database has the tables of a newer release \(revision newer\)"):
        _migrate(filled_url)
    assert _everything(filled_url) == before


@pytest.mark.parametrize("arguments", [[], ["add", "a field"]])
def test_generating_wants_to_know_in_one_argument_what_the_migration_does(arguments: list[str]) -> None:
    refused = python("-m", "unyo.storage.migrations", *arguments)
    assert refused.refusal == 'say what the migration does: make migration m="add a field"'
