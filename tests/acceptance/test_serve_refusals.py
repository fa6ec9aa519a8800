"""What cannot be served or migrated is refused in one line that says what to do, and stays as it is."""

from pathlib import Path

import pytest

from support.commands import unyo_here
from support.installations import KEY_FILE, Installation, contents, execute, init, install
from support.processes import unyo
from support.scratch import SourceCopy
from unyo.cast import SECRET_KEY

DAMAGED = "unyo: the secret key is damaged: it must be the line that unyo wrote into its key file"
NOT_THESE_TABLES = "unyo: the database is not at this release's tables: run `unyo migrate` (`unyo init` for a new one)"
PUBLISHED = "unyo: this database was made by `unyo demo`: its secrets are published. Take another one"


def _serve(url: str, folder: Path, *more: str) -> str:
    """The refusal of `unyo serve`."""
    return unyo("serve", "--port", "0", "--database", url, *more, folder=folder).refusal


def test_serving_without_the_key_file_says_where_it_comes_from(installation: Installation) -> None:
    refusal = _serve(installation.url, installation.folder, "--secret-key-file", "other.key")
    assert refusal == (
        "unyo: the key file other.key cannot be read (No such file or directory): "
        "give the file that `unyo init` made, or the key in UNYO_SERVER_SECRET_KEY"
    )


def test_serving_with_another_installations_key_is_refused(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = install("sqlite:///unyo.db", tmp_path_factory.mktemp("other"))
    refusal = _serve(installation.url, installation.folder, "--secret-key-file", str(other.key_file))
    assert refusal == (
        "unyo: the secret key is not the one that this database's secrets were encrypted with; "
        "give the key file that `unyo init` wrote"
    )


@pytest.mark.parametrize("content", [b"", b"no key\n", b"\xff\xfe\x00", "鍵".encode()], ids=repr)
def test_serving_with_a_damaged_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    assert _serve("sqlite:///unyo.db", tmp_path) == DAMAGED


def test_serving_an_older_schema_says_to_migrate(installation: Installation, tmp_path: Path) -> None:
    newer = SourceCopy(tmp_path)
    newer.add_migration("newer", "pass")
    before = contents(installation.url)
    serve = ("serve", "--port", "0", "--database", installation.url)
    assert unyo(*serve, folder=installation.folder, variables=newer.variables).refusal == NOT_THESE_TABLES
    assert contents(installation.url) == before


def test_serving_an_empty_database_says_to_init(installation: Installation, empty_database: str) -> None:
    assert _serve(empty_database, installation.folder) == NOT_THESE_TABLES
    assert contents(empty_database) == {}


def test_serving_a_database_without_a_service_says_to_init(installation: Installation, empty_database: str) -> None:
    unyo_here("migrate", "--database", empty_database, folder=installation.folder)
    assert _serve(empty_database, installation.folder) == (
        "unyo: this database holds no service yet: run `unyo init` first"
    )


@pytest.mark.parametrize("key", ["of an installation", "of the demonstration"])
def test_serving_a_demo_database_is_refused_whatever_the_key(filled_url: str, tmp_path: Path, key: str) -> None:
    (tmp_path / KEY_FILE).write_text(SECRET_KEY if key == "of the demonstration" else "a" * 43 + "=")
    before = contents(filled_url)
    assert _serve(filled_url, tmp_path) == PUBLISHED
    assert contents(filled_url) == before


UNUSABLE = {
    "nonsense": "the database must be a URL, such as sqlite:////var/lib/unyo/unyo.db or postgresql://user@host/unyo",
    "": "the database must be a URL, such as sqlite:////var/lib/unyo/unyo.db or postgresql://user@host/unyo",
    "postgresql://user@host:port/unyo": "the database must be a URL, such as sqlite:////",
    "mysql://user@host/unyo": "mysql is not supported: use sqlite:///… or postgresql://…",
    "sqlite://": "SQLite needs a file: sqlite:////absolute/path or sqlite:///relative/path",
    "sqlite:///:memory:": "SQLite needs a file: sqlite:////absolute/path or sqlite:///relative/path",
    "sqlite:///unyo.db?mode=ro": "SQLite needs a file: sqlite:////absolute/path or sqlite:///relative/path",
    "sqlite:///none.db": "none.db: No such file or directory (`unyo init` makes a new one)",
    "sqlite:///none/unyo.db": "cannot open the database file none/unyo.db: No such file or directory",
    "sqlite:///.": "cannot open the database file .: Is a directory",
    f"sqlite:///{KEY_FILE}": "file is not a database",
    "postgresql://user@127.0.0.1:1/unyo": "Connection refused",
    "postgresql://user@127.0.0.1/unyo?none=1": 'invalid connection option "none"',
}


@pytest.mark.parametrize("url", UNUSABLE)
def test_a_database_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, url: str) -> None:
    (tmp_path / KEY_FILE).write_text("a" * 43 + "=\n")
    refusal = unyo_here("migrate", "--database", url, folder=tmp_path).refusal
    assert refusal.startswith("unyo: ")
    assert UNUSABLE[url] in refusal
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("url", ["postgresql://user@host:port/unyo", "sqlite:///none.db"])
def test_a_database_that_cannot_be_used_is_not_served(tmp_path: Path, url: str) -> None:
    (tmp_path / KEY_FILE).write_text("a" * 43 + "=\n")
    assert UNUSABLE[url] in _serve(url, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_password_in_the_url_is_not_told(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("a" * 43 + "=\n")
    url = "postgresql://user:himitsu@127.0.0.1:1/unyo"
    assert "himitsu" not in _serve(url, tmp_path)
    assert "himitsu" not in unyo_here("migrate", "--database", url, folder=tmp_path).refusal


def test_migrate_brings_an_empty_database_to_this_releases_tables_once(empty_database: str, tmp_path: Path) -> None:
    first, second = (unyo_here("migrate", "--database", empty_database, folder=tmp_path) for _ in range(2))
    revision, _ = contents(empty_database)["alembic_version"][0]
    assert (first.status, first.out) == (0, f"The database went from empty to {revision}.\n")
    assert (second.status, second.out) == (0, "The database is at this release's tables already.\n")


def test_migrate_leaves_the_tables_of_a_newer_release_alone(installation: Installation) -> None:
    execute(installation.url, "UPDATE alembic_version SET version_num = '9999', served_from = '9999'")
    before = contents(installation.url)
    refused = unyo_here("migrate", "--database", installation.url, folder=installation.folder)
    assert "9999" in refused.refusal
    assert contents(installation.url) == before
    assert "9999" in init(installation.url, installation.folder).refusal
