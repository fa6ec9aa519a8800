"""`unyo init` makes an installation once, and keeps its secrets to itself."""

import stat
from pathlib import Path

import pytest

from support.commands import unyo_here
from support.databases import Databases
from support.installations import (
    FIRST,
    KEY_FILE,
    MASTER_ID,
    SERVICE_CODE,
    Installation,
    account_of,
    contents,
    init,
    install,
)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_key_file_is_readable_by_its_owner_only(installation: Installation) -> None:
    assert _mode(installation.key_file) == 0o600


def test_the_database_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    install("sqlite:///unyo.db", tmp_path)
    assert {path.name: _mode(path) for path in tmp_path.iterdir()} == {"unyo.db": 0o600, KEY_FILE: 0o600}


def test_init_prints_who_may_call_with_which_key_and_what_comes_next(empty_url: str, tmp_path: Path) -> None:
    told = init(empty_url, tmp_path)
    account = account_of(told)
    assert (told.status, told.err) == (0, "")
    assert told.out.splitlines()[:4] == [
        f"Service code  {SERVICE_CODE}",
        f"Master ID     {MASTER_ID} (特権ユーザ, with approval right)",
        f"Access key    {account.access_key}",
        f"Secret key    {account.secret_key}",
    ]
    next_step, to_sign_in = told.out.splitlines()[-2:]
    assert next_step.startswith("Next: unyo serve --database ")
    assert to_sign_in.startswith(f"To sign in to the portal: unyo account invite {MASTER_ID} --database ")
    assert len(account.access_key) == 20
    assert set(account.access_key) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert len(account.secret_key) == 40
    assert account.secret_key.replace("+", "a").replace("/", "a").isalnum()


def test_the_secret_is_nowhere_in_the_database_in_clear(installation: Installation) -> None:
    secret = installation.account.secret_key
    rows = [row for rows in contents(installation.url).values() for row in rows]
    assert any(installation.account.access_key in row for row in rows)
    assert not [row for row in rows if secret in repr(row)]


def test_the_secret_is_nowhere_in_the_database_file(tmp_path: Path) -> None:
    made = install("sqlite:///unyo.db", tmp_path)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert made.account.access_key.encode() in kept
    assert made.account.secret_key.encode() not in kept


ALREADY = "unyo: this database is an installation already: `unyo init` makes new ones only"


@pytest.mark.parametrize("service_code", [SERVICE_CODE, "uom00000002"])
def test_a_second_init_is_refused_and_changes_nothing(installation: Installation, service_code: str) -> None:
    before = contents(installation.url), installation.key_file.read_bytes()
    again = init(installation.url, installation.folder, "--service-code", service_code)
    assert again.refusal == ALREADY
    assert (contents(installation.url), installation.key_file.read_bytes()) == before


def test_a_second_init_with_another_key_file_makes_no_other_key(installation: Installation) -> None:
    before = contents(installation.url)
    again = init(installation.url, installation.folder, "--secret-key-file", "other.key")
    assert again.refusal == ALREADY
    assert not (installation.folder / "other.key").exists()
    assert contents(installation.url) == before


def test_a_second_init_with_another_key_is_refused(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = install("sqlite:///unyo.db", tmp_path_factory.mktemp("other"))
    before = contents(installation.url)
    again = init(installation.url, installation.folder, "--secret-key-file", str(other.key_file))
    assert again.refusal == ALREADY
    assert contents(installation.url) == before


def test_a_key_from_the_environment_needs_no_file(installation: Installation, databases: Databases) -> None:
    key = installation.key_file.read_text()
    installation.key_file.unlink()
    url = databases.empty()
    told = init(url, installation.folder, variables={"UNYO_SERVER_SECRET_KEY": key})
    databases.drop(url)
    assert (told.status, told.err) == (0, "")
    assert account_of(told).access_key != installation.account.access_key
    assert "key file" not in told.out.lower()
    assert not installation.key_file.exists()


@pytest.mark.parametrize("content", [b"", b"no key\n", b"\xff\xfe\x00", "鍵".encode()], ids=repr)
def test_a_damaged_key_file_is_refused_and_a_good_one_is_taken_afterwards(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    refused = init("sqlite:///unyo.db", tmp_path)
    assert refused.refusal == "unyo: the secret key is damaged: it must be the line that unyo wrote into its key file"
    assert (tmp_path / KEY_FILE).read_bytes() == content
    (tmp_path / KEY_FILE).unlink()
    install("sqlite:///unyo.db", tmp_path)


@pytest.mark.parametrize(
    "option",
    [("--service-code", "uom-1"), ("--service-code", "1234567890123456"), ("--master-id", "佐藤"), ("--master-id", "")],
    ids=" ".join,
)
def test_names_that_the_wire_cannot_carry_are_refused(tmp_path: Path, option: tuple[str, str]) -> None:
    refused = unyo_here("init", *FIRST, *option, folder=tmp_path)
    assert refused.status == 2
    assert "is 1 to 15 letters and digits" in refused.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (
            ("--database", "sqlite:///missing/unyo.db"),
            "cannot open the database file missing/unyo.db: No such file or directory",
        ),
        (("--secret-key-file", "missing/unyo.key"), "missing/unyo.key: No such file or directory"),
    ],
)
def test_a_missing_folder_is_named_and_not_made(tmp_path: Path, option: tuple[str, str], words: str) -> None:
    assert words in init("sqlite:///unyo.db", tmp_path, *option).refusal
    assert not (tmp_path / "missing").exists()


def test_init_takes_no_demo_database(filled_url: str, tmp_path: Path) -> None:
    before = contents(filled_url)
    refused = init(filled_url, tmp_path)
    assert refused.refusal.startswith("unyo: this database was made by `unyo demo`: its secrets are published.")
    assert contents(filled_url) == before
    assert not list(tmp_path.iterdir())


def test_init_completes_a_database_that_is_only_migrated(empty_url: str, tmp_path: Path) -> None:
    contents(empty_url)  # SQLite makes its file
    assert unyo_here("migrate", "--database", empty_url, folder=tmp_path).status == 0
    install(empty_url, tmp_path)
