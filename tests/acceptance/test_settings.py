"""Settings: flags, variables, files and defaults, each telling where its value comes from; what is wrong is named."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from support.commands import unyo_here
from support.installations import Installation
from support.processes import Client, Finished, serving, unyo
from unyo.config.table import CONFIG_VARIABLE, TABLE

WRONG_USAGE = 2
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - that it is refused, or told, is what is tested
PASSWORD = "p4ssw0rd"
WITH_PASSWORD = f"postgresql://unyo:{PASSWORD}@127.0.0.1/unyo"


def _config(folder: Path, *arguments: str, **variables: str) -> Finished:
    usual = {CONFIG_VARIABLE: ""} if (folder / "unyo.toml").is_file() else {}
    return unyo_here("config", *arguments, folder=folder, variables=usual | variables)


def _told(folder: Path, *arguments: str, **variables: str) -> dict[str, dict[str, Any]]:
    """What `unyo config --json` says of each setting."""
    done = _config(folder, "--json", *arguments, **variables)
    assert (done.status, done.err) == (0, "")
    told: dict[str, dict[str, Any]] = json.loads(done.out)
    return told


def _refused(done: Finished) -> list[str]:
    """What a command says that refuses its settings."""
    assert (done.status, done.out) == (WRONG_USAGE, "")
    assert all(line.startswith("unyo: ") for line in done.err.splitlines())
    return [line.removeprefix("unyo: ") for line in done.err.splitlines()]


def _file(folder: Path, text: str, name: str = "unyo.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_given_every_setting_has_its_default(tmp_path: Path) -> None:
    assert {name: told["origin"] for name, told in _told(tmp_path).items()} == dict.fromkeys(TABLE, "default")


def test_a_flag_goes_before_a_variable_and_that_before_the_file(tmp_path: Path) -> None:
    _file(tmp_path, f"port = 1\nworkers = 2\nhead_seconds = 3\ndatabase = {WITH_PASSWORD!r}\n")
    told = _told(tmp_path, "--port", "5", UNYO_SERVER_PORT="4", UNYO_SERVER_WORKERS="6")
    assert told["port"] == {"value": 5, "origin": "flag --port"}
    assert told["workers"] == {"value": 6, "origin": "UNYO_SERVER_WORKERS"}
    assert told["head_seconds"] == {"value": 3, "origin": "unyo.toml"}


def test_a_named_file_is_read_instead_of_the_usual_one(tmp_path: Path) -> None:
    _file(tmp_path, "port = 1\nworkers = 9\n")
    named, other = _file(tmp_path, "port = 2\n", "named.toml"), _file(tmp_path, "port = 3\n", "other.toml")
    by_variable = _told(tmp_path, UNYO_SERVER_CONFIG=str(named))
    assert by_variable["port"] == {"value": 2, "origin": str(named)}
    assert by_variable["workers"]["origin"] == "default"
    assert _told(tmp_path, "--config", str(other), UNYO_SERVER_CONFIG=str(named))["port"]["value"] == 3


def test_an_empty_variable_counts_as_not_given(tmp_path: Path) -> None:
    assert _told(tmp_path, UNYO_SERVER_PORT="")["port"] == {"value": 8080, "origin": "default"}


def test_a_switch_can_be_turned_off_again_by_its_flag(tmp_path: Path) -> None:
    on = {"UNYO_SERVER_BEHIND_TLS_PROXY": "true"}
    assert _told(tmp_path, **on)["behind_tls_proxy"]["value"] is True
    assert _told(tmp_path, "--no-behind-tls-proxy", **on)["behind_tls_proxy"]["value"] is False


@pytest.mark.parametrize("where", ["flag", "variable", "file"])
def test_the_databases_url_may_stand_in_a_file_of_its_own(tmp_path: Path, where: str) -> None:
    path = _file(tmp_path, f"{WITH_PASSWORD}\n", "url")
    arguments, variables, origin = {
        "flag": (["--database-file", str(path)], {}, "flag --database-file"),
        "variable": ([], {"UNYO_SERVER_DATABASE_FILE": str(path)}, "UNYO_SERVER_DATABASE_FILE"),
        "file": ([], {}, "unyo.toml"),
    }[where]
    if where == "file":
        _file(tmp_path, f"database_file = {json.dumps(str(path))}\n")
    told = _told(tmp_path, *arguments, **variables)
    assert told["database"] == {"value": "(not shown)", "origin": f"{path}, which {origin} names"}


def test_a_flag_replaces_the_file_that_a_variable_names(tmp_path: Path) -> None:
    path = _file(tmp_path, WITH_PASSWORD, "url")
    told = _told(tmp_path, "--database", "sqlite:///other.db", UNYO_SERVER_DATABASE_FILE=str(path))
    assert told["database"] == {"value": "sqlite:///other.db", "origin": "flag --database"}
    assert told["database_file"]["origin"] == "default"


def test_a_key_file_given_by_flag_replaces_the_key_of_a_variable(tmp_path: Path) -> None:
    told = _told(tmp_path, "--secret-key-file", "other.key", UNYO_SERVER_SECRET_KEY="a" * 43 + "=")
    assert (told["secret_key"]["value"], told["secret_key_file"]["value"]) == (None, "other.key")


def test_a_value_and_its_file_in_one_place_are_refused(tmp_path: Path) -> None:
    done = _config(tmp_path, UNYO_SERVER_DATABASE="sqlite:///a.db", UNYO_SERVER_DATABASE_FILE="b")
    assert _refused(done) == ["UNYO_SERVER_DATABASE and UNYO_SERVER_DATABASE_FILE are both given: give one of them"]


def test_what_is_shown_is_a_settings_file_that_says_the_same(tmp_path: Path) -> None:
    given = ["--port", "81", "--behind-tls-proxy", "--database", 'sqlite:///日本語 "x".db', "--log-level", "debug"]
    written = _file(tmp_path, _config(tmp_path, *given).out, "written.toml")
    before, after = _told(tmp_path, *given), _told(tmp_path, "--config", str(written))
    assert {name: told["value"] for name, told in before.items()} == {
        name: told["value"] for name, told in after.items()
    }
    assert set(tomllib.loads(written.read_text(encoding="utf-8"))) == {
        name for name, told in before.items() if told["value"] is not None
    }


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    key = "k" * 43 + "="
    for arguments in ([], ["--json"]):
        shown = _config(tmp_path, *arguments, UNYO_SERVER_DATABASE=WITH_PASSWORD, UNYO_SERVER_SECRET_KEY=key)
        assert shown.status == 0
        assert "(not shown)" in shown.out
        assert PASSWORD not in shown.out
        assert key not in shown.out


WRONG_VALUES = {
    "port": ("x", "-1", "65536", "1.5"),
    "workers": ("0", "65", "two"),
    "behind_tls_proxy": ("perhaps",),
    "head_seconds": ("0", "-1", "soon", "nan", "inf"),
    "log_level": ("loud",),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_VALUES.items() for value in values]
)
def test_a_wrong_value_is_named_with_its_place_and_what_it_takes(tmp_path: Path, name: str, value: str) -> None:
    variable = TABLE[name].variable
    done = _config(tmp_path, **{variable: value})
    assert _refused(done) == [f"{name} ({variable}) takes {TABLE[name].takes}"]


def test_every_wrong_value_is_named_at_once(tmp_path: Path) -> None:
    _file(tmp_path, 'workers = "many"\n')
    assert _refused(_config(tmp_path, "--port", "x")) == [
        "port (flag --port) takes a whole number from 0 to 65535",
        "workers (unyo.toml) takes a whole number from 1 to 64",
    ]


def test_an_unknown_name_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    assert _refused(_config(tmp_path, UNYO_SERVER_PROT="1")) == [
        "there is no variable UNYO_SERVER_PROT: is it UNYO_SERVER_PORT?"
    ]
    _file(tmp_path, "databse = 'x'\nzzz = 1\n")
    assert _refused(_config(tmp_path)) == [
        "there is no setting in unyo.toml databse: is it database?",
        "there is no setting in unyo.toml zzz; `unyo config` lists those that there are",
    ]


def test_a_variable_in_lower_case_counts_and_is_checked_as_any_other(tmp_path: Path) -> None:
    assert _told(tmp_path, unyo_server_port="4")["port"] == {"value": 4, "origin": "UNYO_SERVER_PORT"}
    assert _refused(_config(tmp_path, unyo_server_prot="1")) == [
        "there is no variable UNYO_SERVER_PROT: is it UNYO_SERVER_PORT?"
    ]


def test_variables_of_the_client_are_left_alone(tmp_path: Path) -> None:
    assert _config(tmp_path, UNYO_ENDPOINT="http://127.0.0.1", UNYO_PORT="x").status == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"port = \n", "the settings file broken.toml is no TOML: "),
        (b"\xff\n", "the settings file broken.toml is no TOML: "),
        (None, "the settings file broken.toml cannot be read: No such file or directory"),
    ],
)
def test_a_settings_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "broken.toml").write_bytes(content)
    (line,) = _refused(_config(tmp_path, "--config", "broken.toml"))
    assert line.startswith(said)


@pytest.mark.parametrize("name", ["database", "metrics-token"])
def test_an_empty_file_of_a_secret_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "none").write_text(" \n")
    assert _refused(_config(tmp_path, f"--{name}-file", "none")) == [
        f"the file none, which flag --{name}-file names, is empty: write the value into it"
    ]


def test_a_file_of_a_secret_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert _refused(_config(tmp_path, "--database-file", "none")) == [
        "the file none, which flag --database-file names, cannot be read: No such file or directory"
    ]


@pytest.mark.parametrize("host", [ANY_ADDRESS, "::", "192.0.2.1", "desk.example"])
def test_plain_http_on_an_address_that_others_reach_is_refused(installation: Installation, host: str) -> None:
    refused = unyo("serve", "--host", host, "--database", installation.url, folder=installation.folder)
    (line,) = _refused(refused)
    assert line.startswith(f"plain http is refused on {host}, which others can reach")
    shown = _config(installation.folder, "--host", host)
    assert shown.status == WRONG_USAGE
    assert shown.err == f"unyo: {line}\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_proxy(tmp_path: Path, host: str) -> None:
    assert _config(tmp_path, "--host", host).status == 0


def test_behind_a_proxy_that_speaks_tls_another_address_is_served(installation: Installation) -> None:
    arguments = ("--host", ANY_ADDRESS, "--behind-tls-proxy", "--database", installation.url)
    with (
        serving(*arguments, folder=installation.folder) as (_, url),
        Client(url.replace(ANY_ADDRESS, "127.0.0.1"), installation.account) as client,
    ):
        assert client.succeed("GetTicketList", {})["TotalCount"] == "0"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", "2"], "SQLite has one writer"),
        (["--metrics-address", "9464"], "metrics_address takes HOST:PORT"),
        (["--trusted-proxies", "proxy"], "trusted_proxies takes addresses and networks"),
        (["--tls-cert", "a.pem"], "tls_cert and tls_key belong together"),
        (["--portal-url", "http://desk.example"], "portal_url is plain http to desk.example"),
        (["--portal-url", "https://desk.example:99999"], "portal_url takes a URL such as https://desk.example"),
        (["--database", "mysql://user@host/unyo"], "mysql is not supported"),
        (["--database", "nonsense"], "the database must be a URL"),
    ],
)
def test_settings_that_cannot_be_served_are_told_by_their_check(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    for form in ([], ["--json"]):
        shown = _config(tmp_path, *form, *arguments)
        assert (shown.status, len(shown.err.splitlines())) == (WRONG_USAGE, 1)
        assert shown.err.startswith(f"unyo: {said}")
        assert "head_seconds" in shown.out


def test_a_server_takes_its_settings_from_the_file_in_its_folder(installation: Installation) -> None:
    _file(installation.folder, f"database = {json.dumps(installation.url)}\n")
    usual = {CONFIG_VARIABLE: ""}
    with serving(folder=installation.folder, variables=usual) as (_, url), Client(url, installation.account) as client:
        assert client.succeed("GetTicketList", {})["TotalCount"] == "0"


names = st.sampled_from([*TABLE, "prot", "x"])


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    given=st.dictionaries(names, st.one_of(st.integers(), st.text(), st.booleans(), st.floats(), st.lists(st.text())))
)
def test_no_settings_file_does_more_than_be_read_or_refused(tmp_path: Path, given: dict[str, Any]) -> None:
    """Whatever a file holds, the outcome is settings, or an error that `WrongSettings` tells."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    path = _file(tmp_path, "\n".join(lines), "any.toml")
    done = _config(tmp_path, "--config", str(path))
    assert done.status in {0, WRONG_USAGE}
    assert "Traceback" not in done.err
