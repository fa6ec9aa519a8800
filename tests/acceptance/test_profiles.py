"""`unyo login`, `unyo profile`: credentials are checked by a real call, kept for their owner alone, and never shown."""

import json
import re
import shlex
import stat
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from support.answering import answering, error
from support.calling import calling, nobody
from support.commands import unyo_here
from support.demonstration import SATO, YAMADA
from support.processes import PATIENCE, SCRIPT, Account, Client, Finished, Running, ended
from support.terminals import on_a_terminal
from unyo.cli.ticket.checking import is_private
from unyo.cli.ticket.ending.exits import Exit
from unyo.client.profiles import write_profile

Unyo = Callable[..., Finished]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "unyo" / "profiles.toml"


@pytest.fixture
def url(demo: tuple[Running, Client]) -> str:
    return demo[1].url


@pytest.fixture
def run(tmp_path: Path) -> Unyo:
    """Runs a command as a user whose environment says nothing but what is given."""

    def _run(*arguments: str, **variables: str) -> Finished:
        return unyo_here(*arguments, folder=tmp_path, variables=nobody(tmp_path) | variables)

    return _run


def _values(url: str, account: Account) -> dict[str, str]:
    return {
        "endpoint": url,
        "access_key": account.access_key,
        "secret_key": account.secret_key,
        "service_code": account.service_code,
        "master_id": account.master_id,
    }


def _flags(values: dict[str, str]) -> list[str]:
    shown = {name: value for name, value in values.items() if name != "secret_key"}
    return [part for name, value in shown.items() for part in (f"--{name.replace('_', '-')}", value)]


def _kept(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_a_login_on_a_terminal_asks_checks_and_keeps(url: str, file: Path, tmp_path: Path) -> None:
    values = _values(url, YAMADA)
    with on_a_terminal("login", folder=tmp_path, variables=nobody(tmp_path)) as terminal:
        for question, name in (
            ("Endpoint, such as", "endpoint"),
            ("Access key", "access_key"),
            ("Secret key (hidden): ", "secret_key"),
            ("Service code", "service_code"),
            ("Master ID", "master_id"),
        ):
            terminal.wait_for(question)
            terminal.type(f"{values[name]}\n")
        assert terminal.end() == Exit.OK
        assert YAMADA.secret_key not in terminal.text
        assert "✓ account   SA1234567 may read in uom12345678" in terminal.text
    assert _kept(file) == {"default": values}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_login_again_offers_what_is_kept(url: str, file: Path, tmp_path: Path) -> None:
    write_profile(file, "default", _values(url, YAMADA))
    with on_a_terminal("login", folder=tmp_path, variables=nobody(tmp_path)) as terminal:
        for question in (
            url,
            YAMADA.access_key,
            "takes the one that is kept): ",
            YAMADA.service_code,
            YAMADA.master_id,
        ):
            terminal.wait_for(question)
            terminal.type("\n")
        assert terminal.end() == Exit.OK
        assert YAMADA.secret_key not in terminal.text
    assert _kept(file) == {"default": _values(url, YAMADA)}


def test_a_login_without_a_terminal_reads_the_secret_from_the_standard_input(
    url: str, file: Path, tmp_path: Path
) -> None:
    values = _values(url, YAMADA)
    login = [SCRIPT, "login", "--profile", "night", "--secret-key-stdin", *_flags(values)]
    piped = f"printf '%s\\n' '{YAMADA.secret_key}' | {shlex.join(login)}"
    told = ended("sh", "-c", piped, folder=tmp_path, variables=nobody(tmp_path))
    assert (told.status, told.err) == (0, "")
    assert told.out.endswith(f"Kept as profile night in {file}.\n")
    assert YAMADA.secret_key not in told.out
    assert _kept(file) == {"night": values}


def test_a_login_takes_the_environment_too(url: str, file: Path, run: Unyo, tmp_path: Path) -> None:
    told = run("login", **calling(url, YAMADA, tmp_path))
    assert told.status == Exit.OK
    assert _kept(file) == {"default": _values(url, YAMADA)}


def test_a_login_without_a_terminal_says_what_is_missing(run: Unyo, file: Path) -> None:
    refused = run("login", "--endpoint", "http://127.0.0.1:1")
    assert (refused.status, refused.out) == (Exit.USAGE, "")
    assert refused.err == (
        "unyo: not given, and there is no terminal to ask on: --access-key (UNYO_ACCESS_KEY), --secret-key-stdin "
        "(UNYO_SECRET_KEY), --service-code (UNYO_SERVICE_CODE), --master-id (UNYO_MASTER_ID)\n"
    )
    assert not file.exists()


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"UNYO_SECRET_KEY": "himitsu"}, Exit.AUTH, "is wrong, or the key is disabled"),
        ({"UNYO_ACCESS_KEY": "NOSUCHKEY"}, Exit.AUTH, "✗ key       the access key NOSUCHKEY"),
        ({"UNYO_MASTER_ID": SATO.master_id}, Exit.NO_RIGHT, "✗ account   the key is not SA7654321's"),
        ({"UNYO_SERVICE_CODE": "uom1"}, Exit.NO_RIGHT, "is not a member of uom1"),
        ({"UNYO_ENDPOINT": "http://127.0.0.1:1"}, Exit.NETWORK, "✗ endpoint  http://127.0.0.1:1 cannot be reached"),
    ],
)
def test_what_is_wrong_is_told_and_not_kept(
    url: str, run: Unyo, file: Path, changed: dict[str, str], status: Exit, said: str
) -> None:
    for command in (["login"], ["profile", "check"]):
        refused = run(*command, **(calling(url, YAMADA, file.parents[2]) | changed))
        assert refused.status == status
        assert said in refused.out
        assert "himitsu" not in refused.out + refused.err
    assert not file.exists()


def test_a_failed_login_leaves_the_profile_as_it_was(url: str, run: Unyo, file: Path) -> None:
    write_profile(file, "default", _values(url, YAMADA))
    before = file.read_bytes()
    refused = run("login", UNYO_SECRET_KEY="himitsu")
    assert (refused.status, refused.err) == (Exit.AUTH, "unyo: nothing was kept\n")
    assert file.read_bytes() == before


def test_a_profile_is_what_ticket_commands_call_with(url: str, run: Unyo, file: Path) -> None:
    write_profile(file, "night", _values(url, YAMADA))
    assert run("ticket", "list", "--limit", "1").status == Exit.USAGE
    assert run("ticket", "list", "--limit", "1", "--profile", "night").status == Exit.OK
    assert run("ticket", "list", "--limit", "1", UNYO_PROFILE="night").status == Exit.OK


def test_profiles_are_listed_without_secrets(url: str, run: Unyo, file: Path) -> None:
    assert json.loads(run("profile", "list", "-o", "json").out) == []
    write_profile(file, "default", _values(url, YAMADA))
    write_profile(file, "night", _values(url, SATO))
    rows = json.loads(run("profile", "list", "-o", "json").out)
    assert [(row["name"], row["current"], row["master_id"]) for row in rows] == [
        ("default", True, YAMADA.master_id),
        ("night", False, SATO.master_id),
    ]
    told = run("profile", "list", UNYO_PROFILE="night").out
    assert [line.split("\t")[:2] for line in told.splitlines()] == [["default", "no"], ["night", "yes"]]
    assert YAMADA.secret_key not in told
    assert "secret_key" not in rows[0]


def test_each_value_is_shown_with_where_it_comes_from(url: str, run: Unyo, file: Path) -> None:
    write_profile(file, "night", _values(url, YAMADA))
    told = run("profile", "show", "night", UNYO_SERVICE_CODE="uom2")
    assert [line.split("\t") for line in told.out.splitlines()] == [
        ["endpoint", url, "profile night"],
        ["access_key", YAMADA.access_key, "profile night"],
        ["secret_key", "(hidden)", "profile night"],
        ["service_code", "uom2", "UNYO_SERVICE_CODE"],
        ["master_id", YAMADA.master_id, "profile night"],
    ]
    assert run("profile", "show").out.splitlines()[2] == "secret_key\t\tnowhere"


def test_a_good_profile_is_found_good(url: str, run: Unyo, file: Path) -> None:
    write_profile(file, "night", _values(url, YAMADA))
    told = run("profile", "check", "night")
    assert (told.status, told.err) == (Exit.OK, "")
    assert [line[:11].rstrip() for line in told.out.splitlines()] == ["✓ endpoint", "✓ clock", "✓ key", "✓ account"]


def test_a_wrong_key_is_told_with_where_it_comes_from(url: str, run: Unyo, file: Path) -> None:
    write_profile(file, "default", _values(url, YAMADA))
    told = run("profile", "check", UNYO_ACCESS_KEY=SATO.access_key)
    assert told.status == Exit.AUTH
    assert "(from UNYO_ACCESS_KEY) or its secret (from profile default) is wrong" in told.out


def test_a_clock_that_is_off_is_told(run: Unyo, tmp_path: Path) -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    with answering(error("NO_TICKET_ID"), headers={"Date": ahead}) as server:
        told = run("profile", "check", **calling(server.url, YAMADA, tmp_path))
    assert told.status == Exit.OK
    (behind,) = re.findall(r"^! clock     (\d+) s behind the server's", told.out, re.MULTILINE)
    assert 600 - PATIENCE < int(behind) <= 600
    assert "not unyo" in told.out


def test_a_profiles_file_that_others_may_read_is_told(url: str, run: Unyo, file: Path) -> None:
    write_profile(file, "default", _values(url, YAMADA))
    file.chmod(0o644)
    told = run("profile", "check")
    assert told.status == Exit.OK
    assert f"! profiles  other users may read {file}" in told.out
    assert f"chmod 600 {file}" in told.out


@pytest.mark.parametrize(
    "endpoint", ["https://desk.example", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"]
)
def test_what_is_encrypted_or_stays_here_is_private(endpoint: str) -> None:
    assert is_private(endpoint)


@pytest.mark.parametrize("endpoint", ["http://desk.example", "http://192.0.2.1", "http://127.0.0.1.example"])
def test_what_others_can_read_is_not_private(endpoint: str) -> None:
    assert not is_private(endpoint)


def test_an_unencrypted_endpoint_elsewhere_is_told(run: Unyo, tmp_path: Path) -> None:
    variables = calling("http://desk.invalid", YAMADA, tmp_path)
    told = run("profile", "check", **variables)
    assert told.status == Exit.NETWORK
    assert "! endpoint  http://desk.invalid is not encrypted" in told.out


def test_a_profile_is_deleted_when_the_person_is_sure(url: str, run: Unyo, file: Path, tmp_path: Path) -> None:
    write_profile(file, "default", _values(url, YAMADA))
    write_profile(file, "night", _values(url, SATO))
    refused = run("profile", "delete", "night")
    assert (refused.status, refused.err) == (Exit.USAGE, "unyo: there is no terminal to ask on: add --yes\n")
    with on_a_terminal("profile", "delete", "night", folder=tmp_path, variables=nobody(tmp_path)) as terminal:
        terminal.wait_for("Delete the profile night? [y/N]: ")
        terminal.type("n\n")
        assert terminal.end() == Exit.FAILED
    assert set(_kept(file)) == {"default", "night"}
    assert run("profile", "delete", "night", "--yes").status == Exit.OK
    assert _kept(file) == {"default": _values(url, YAMADA)}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("command", [["show"], ["check"], ["delete", "--yes"]])
def test_a_profile_that_is_not_there_is_told(url: str, run: Unyo, file: Path, command: list[str]) -> None:
    write_profile(file, "default", _values(url, YAMADA))
    refused = run("profile", *command, "nihgt")
    assert (refused.status, refused.out) == (Exit.USAGE, "")
    assert refused.err.startswith(f"unyo: there is no profile nihgt in {file} (there is: default)")


def test_a_profiles_file_that_cannot_be_written_is_told(url: str, run: Unyo, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("")
    variables = calling(url, YAMADA, tmp_path) | {"UNYO_PROFILES_FILE": str(tmp_path / "blocked" / "profiles.toml")}
    refused = run("login", **variables)
    assert refused.status != Exit.OK
    assert str(tmp_path / "blocked") in refused.err
    assert len(refused.err.splitlines()) == 1
