"""`unyo demo --database` makes a demo database afresh each time, and never out of anything else."""

from pathlib import Path
from socket import create_server

import pytest

from support.installations import Installation, contents, execute
from support.processes import Finished, unyo


def _once(url: str, folder: Path) -> Finished:
    return unyo("demo", "--once", "--port", "0", "--now", "2026-04-01", "--database", url, folder=folder)


def test_it_starts_afresh_each_time(empty_url: str, tmp_path: Path) -> None:
    assert _once(empty_url, tmp_path).status == 0
    first = contents(empty_url)
    again = _once(empty_url, tmp_path)
    assert (again.status, again.err) == (0, "")
    second = contents(empty_url)
    assert {name: len(rows) for name, rows in second.items()} == {name: len(rows) for name, rows in first.items()}
    assert [row[:2] for row in second["tickets"]] == [row[:2] for row in first["tickets"]]


def test_it_leaves_a_real_installation_alone(installation: Installation) -> None:
    before = contents(installation.url)
    assert _once(installation.url, installation.folder).refusal == (
        "unyo: this database is a real installation: `unyo demo` touches none"
    )
    assert contents(installation.url) == before


def test_it_leaves_an_installation_of_another_release_alone(installation: Installation) -> None:
    execute(installation.url, "UPDATE alembic_version SET version_num = '0000'")
    before = contents(installation.url)
    assert _once(installation.url, installation.folder).refusal == (
        "unyo: this database is a real installation: `unyo demo` touches none"
    )
    assert contents(installation.url) == before


def test_it_leaves_a_database_with_other_tables_alone(empty_url: str, tmp_path: Path) -> None:
    execute(empty_url, "CREATE TABLE invoices (number INTEGER)", "INSERT INTO invoices VALUES (7)")
    assert _once(empty_url, tmp_path).refusal == (
        "unyo: this database holds other data (invoices): `unyo demo` touches none of it"
    )
    assert contents(empty_url) == {"invoices": [(7,)]}


def test_it_leaves_tables_that_only_have_our_names_alone(empty_url: str, tmp_path: Path) -> None:
    execute(empty_url, "CREATE TABLE tickets (seat INTEGER)", "INSERT INTO tickets VALUES (7)")
    assert _once(empty_url, tmp_path).refusal.startswith("unyo: ")
    assert contents(empty_url) == {"tickets": [(7,)]}


def test_it_leaves_a_database_alone_when_its_port_is_taken(filled_url: str, tmp_path: Path) -> None:
    before = contents(filled_url)
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = unyo("demo", "--once", "--port", str(port), "--database", filled_url, folder=tmp_path)
    assert refused.refusal.startswith(f"unyo: port {port} cannot be used (Address already in use)")
    assert contents(filled_url) == before


@pytest.mark.parametrize(
    ("url", "words"),
    [("nonsense", "the database must be a URL"), ("sqlite:///missing/demo.db", "No such file or directory")],
)
def test_a_database_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, url: str, words: str) -> None:
    assert words in _once(url, tmp_path).refusal
    assert not list(tmp_path.iterdir())
