"""Each migration says whether it expands or contracts; what expands takes nothing away and is no stricter."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from support.scratch import SourceCopy
from support.shapes import Shape, narrowings, shape
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.migrations import Phase, config, newest, steps
from unyo.storage.migrations.steps import Step, steps_of

EXPANDS = {
    "a column with a default": "op.add_column('memos', sa.Column('b', sa.Text(), nullable=False, server_default=''))",
    "a column that may be empty": "op.add_column('memos', sa.Column('b', sa.Text()))",
    "a table": "op.create_table('b', sa.Column('id', sa.Integer(), sa.CheckConstraint('id > 0', name='c')))",
    "an index": "op.create_index('ix', 'memos', ['author'])",
}
CONTRACTS = {
    "op.drop_table('calls')": "the table calls is gone",
    "op.drop_column('memos', 'author')": "the column memos.author is gone",
    "op.alter_column('memos', 'author', new_column_name='writer')": "the column memos.author is gone",
    "op.rename_table('calls', 'kept')": "the table calls is gone",
    "op.create_index('ix', 'memos', ['author'], unique=True)": "memos has a rule more: ix",
    "op.execute('ALTER TABLE memos DROP COLUMN author')": "the column memos.author is gone",
}
# SQLite cannot do these to a table that is there.
CONTRACTS_ON_POSTGRESQL = {
    "op.add_column('memos', sa.Column('b', sa.Text(), nullable=False))": "the column memos.b must be given",
    "op.alter_column('memos', 'updated', nullable=False)": "the column memos.updated is another",
    "op.alter_column('tickets', 'search_text', server_default=None)": "the column tickets.search_text is another",
    "op.alter_column('memos', 'author', type_=sa.String(3))": "the column memos.author is another",
    "op.create_check_constraint('short', 'memos', 'length(author) < 9')": "memos has a rule more: ck_memos_short",
    "op.create_unique_constraint('once', 'memos', ['author'])": "memos has a rule more: once",
    "op.create_foreign_key('known', 'memos', 'accounts', ['author'], ['master_id'])": "memos has a rule more: known",
    "op.drop_constraint('pk_calls', 'calls')": "the key of calls is another",
}


@contextmanager
def _upgraded(url: str, folder: Path) -> Iterator[Iterator[tuple[Step, Shape, Shape]]]:
    """Each migration of a folder as it is carried out, with the tables' shapes before and after."""
    engines = open_engines(parse_url(url))
    try:
        with engines.writing.begin() as connection:
            yield _steps(connection, folder)
    finally:
        engines.dispose()


def _steps(connection: Connection, folder: Path) -> Iterator[tuple[Step, Shape, Shape]]:
    made = config(connection)
    made.set_main_option("version_locations", str(folder))
    before = shape(connection)
    for step in steps_of(ScriptDirectory.from_config(made)):
        command.upgrade(made, step.revision)
        after = shape(connection)
        yield step, before, after
        before = after


def test_every_migration_says_which_it_is() -> None:
    for path in SourceCopy.ORIGINAL.glob("*.py"):
        assert "\nphase = " in path.read_text(encoding="utf-8"), path


def test_a_migration_that_expands_leaves_the_release_before_all_it_knows(empty_url: str) -> None:
    with _upgraded(empty_url, SourceCopy.ORIGINAL) as upgraded:
        found = {step.revision: list(narrowings(*shapes)) for step, *shapes in upgraded if step.phase is Phase.EXPAND}
    assert found
    assert {revision: narrowed for revision, narrowed in found.items() if narrowed} == {}


def _narrowed_by(body: str, url: str, folder: Path) -> list[str]:
    copy = SourceCopy(folder)
    copy.add_migration("next", body)
    with _upgraded(url, copy.versions) as upgraded:
        *_, (_, before, after) = upgraded
    return list(narrowings(before, after))


@pytest.mark.parametrize("body", EXPANDS.values(), ids=EXPANDS)
def test_what_expands_is_let_through(body: str, empty_url: str, tmp_path: Path) -> None:
    assert _narrowed_by(body, empty_url, tmp_path) == []


@pytest.mark.parametrize(("body", "found"), CONTRACTS.items())
def test_what_contracts_is_noticed(body: str, found: str, empty_url: str, tmp_path: Path) -> None:
    assert found in _narrowed_by(body, empty_url, tmp_path)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("body", "found"), CONTRACTS_ON_POSTGRESQL.items())
def test_what_contracts_is_noticed_on_postgresql(body: str, found: str, empty_url: str, tmp_path: Path) -> None:
    assert found in _narrowed_by(body, empty_url, tmp_path)


def _served_from(folder: Path, marks: Mapping[str, str]) -> list[str]:
    copy = SourceCopy(folder)
    for revision, mark in marks.items():
        copy.add_migration(revision, "pass", mark=mark)
    made = config()
    made.set_main_option("version_locations", str(copy.versions))
    return [step.served_from for step in steps_of(ScriptDirectory.from_config(made))[-len(marks) :]]


def test_who_can_serve_follows_from_the_marks(tmp_path: Path) -> None:
    first = steps()[-1].served_from
    marks = {
        "a": 'phase = "expand"',
        "b": 'phase = "contract"\nserved_from = "a"',
        "c": 'phase = "expand"',
        "d": "",
        "e": f'phase = "contract"\nserved_from = "{newest()}"',
    }
    # A contraction that says no more is served from its own release on; no later one takes that back.
    assert _served_from(tmp_path, marks) == [first, "a", "a", "d", "d"]


@pytest.mark.parametrize("mark", ['phase = "expanding"', 'phase = "contract"\nserved_from = "nowhere"'])
def test_a_mark_that_says_nothing_known_is_refused(mark: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expanding|nowhere"):
        _served_from(tmp_path, {"a": mark})
