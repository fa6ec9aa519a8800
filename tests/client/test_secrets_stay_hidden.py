"""Keys are in no repr, traceback, log line or exception chain, however a call ends."""

import logging
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.traceback import Traceback

from support.clients import FAULTS, Clients
from unyo.client import Client, Credentials, Incident, UnyoError, WrongCredentials
from unyo.client.credentials import Secret
from unyo.client.profiles import look_up, read_profiles, resolve, write_profile
from unyo.testkit import YAMADA, Uom

SECRET = YAMADA.key.secret_key
GIVEN = ("https://desk.example", "1234567890ABCDEFGHIJ", SECRET, "uom12345678", "SA1234567")


def _everything_told(error: BaseException) -> str:
    """All that a person may get to see of an error: rich's traceback with locals, of the whole chain."""
    console = Console(file=StringIO(), width=400)
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__ or error
    for each in chain:
        shown = Traceback.from_exception(
            type(each), each, each.__traceback__, show_locals=True, locals_max_length=1000, locals_max_string=10_000
        )
        console.print(shown)
        console.print(repr(each), str(each))
    told = console.file.getvalue()  # type: ignore[attr-defined] # a StringIO
    assert "locals" in told
    return str(told)


def _is_hidden(told: str) -> bool:
    # The test's own frames name neither the secret nor what is signed with it.
    return SECRET[20:] not in told and "IIJAPI " not in told


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """All that any logger says, at the finest level."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_secret_shows_itself_to_nobody_and_signs_all_the_same() -> None:
    secret = Secret(Secret("abc"))
    assert [repr(secret), str(secret), f"{secret}", " ".join([f"{secret}"]), f"{secret!r}"] == ["<secret>"] * 5
    assert (secret.encode(), secret == "abc", Secret("")) == (b"abc", True, "")
    assert "secret_key=<secret>" in repr(Credentials(*GIVEN))
    assert SECRET not in repr(Client(*GIVEN)) + repr(vars(Client(*GIVEN)))


@pytest.mark.parametrize("fault", ["unreached", "lost after", "bad gateway", "web page", "long busy", "failed"])
def test_an_error_of_a_call_shows_no_key(
    clients: Clients, uom: Uom, ticket: Incident, logged: StringIO, fault: str
) -> None:
    client = clients(tries=1)
    client.tickets.get(ticket.ticket_id)
    FAULTS[fault](uom.faults)
    with pytest.raises(UnyoError) as failed:
        client.tickets.memo.add(ticket.ticket_id, "メモ")
    assert _is_hidden(_everything_told(failed.value))
    assert _is_hidden(logged.getvalue())


def test_a_client_that_was_closed_shows_no_key(client: Client) -> None:
    client.close()
    with pytest.raises(RuntimeError, match="closed") as failed:
        client.tickets.get("UTM123456")
    assert _is_hidden(_everything_told(failed.value))


def test_real_http_logs_no_key(logged: StringIO) -> None:
    with Client("http://127.0.0.1:9", *GIVEN[1:], tries=1) as client, pytest.raises(UnyoError) as failed:
        client.tickets.get("UTM1")
    assert "connect_tcp" in logged.getvalue()
    assert _is_hidden(logged.getvalue() + _everything_told(failed.value))


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "desk.example"},
        {"endpoint": "http://me:" + "word@desk.example"},
        {"endpoint": "http://[::1"},
        {"endpoint": "http://desk:port"},
        {"endpoint": "https://desk.example/?a=b"},
        {"access_key": "12345 67890"},
        {"service_code": ""},
    ],
)
def test_wrong_credentials_show_no_secret(
    change: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = ("endpoint", "access_key", "secret_key", "service_code", "master_id")
    values = dict(zip(names, GIVEN, strict=True)) | change
    for name in names:
        monkeypatch.setenv(f"UNYO_{name.upper()}", values[name])
    monkeypatch.setenv("UNYO_PROFILES_FILE", str(tmp_path / "none"))
    del values
    with pytest.raises(WrongCredentials) as failed:
        Client.from_profile()
    assert _is_hidden(_everything_told(failed.value))


def test_a_secret_that_can_be_none_is_refused_and_not_shown() -> None:
    for wrong in (f"{SECRET}\n", f"あ{SECRET}", f"{SECRET}\udc80"):
        with pytest.raises(WrongCredentials, match="secret_key holds a blank") as failed:
            Credentials(*GIVEN[:2], wrong, *GIVEN[3:])
        del wrong
        assert _is_hidden(_everything_told(failed.value))


def test_profiles_show_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "unyo" / "profiles.toml"
    environment = {"UNYO_PROFILES_FILE": str(file)}
    write_profile(file, "本番 𠮷", {"endpoint": GIVEN[0], "secret_key": SECRET, "access_key": "A\x7f\\\"'"})
    write_profile(file, "default", {"secret_key": SECRET})
    assert file.stat().st_mode & 0o777 == 0o600
    profiles = read_profiles(file)
    assert (profiles["本番 𠮷"]["secret_key"], profiles["本番 𠮷"]["access_key"]) == (SECRET, "A\x7f\\\"'")
    assert _is_hidden(repr(profiles))
    values, _, _ = look_up({}, "本番 𠮷", environment)
    assert [name for name, value in values.items() if not value] == ["service_code", "master_id"]
    for profile, told in (("他", "there is no profile 他"), ("本番 𠮷", r"service_code \(UNYO_SERVICE_CODE\)")):
        with pytest.raises(WrongCredentials, match=told) as failed:
            resolve({}, profile, environment | {"UNYO_MASTER_ID": "SA1"})
        assert _is_hidden(_everything_told(failed.value))
    for text, told in (("[a", "is no TOML"), ("[a]\nsecret_key = 5", "must hold texts"), ("a = 1", "must hold texts")):
        file.write_text(f"[default]\nsecret_key = '{SECRET}'\n{text}\n" if text != "a = 1" else text, encoding="utf-8")
        with pytest.raises(WrongCredentials, match=told) as failed:
            resolve({}, None, environment)
        assert _is_hidden(_everything_told(failed.value))


def test_a_place_goes_before_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    write_profile(
        file,
        "default",
        dict(zip(("endpoint", "access_key", "secret_key", "service_code", "master_id"), GIVEN, strict=True)),
    )
    write_profile(file, "other", {"master_id": "SA2"})
    environment = {"UNYO_PROFILES_FILE": str(file), "UNYO_SERVICE_CODE": "uom9"}
    found = resolve({"master_id": "SA3", "endpoint": None}, environment=environment)
    assert (found.credentials.master_id, found.credentials.service_code, found.profile) == ("SA3", "uom9", "default")
    assert (found.origins["master_id"], found.origins["service_code"], found.origins["endpoint"]) == (
        "given",
        "UNYO_SERVICE_CODE",
        "profile default",
    )
    other = environment | {
        "UNYO_PROFILE": "other",
        "UNYO_ENDPOINT": GIVEN[0],
        "UNYO_ACCESS_KEY": "A",
        "UNYO_SECRET_KEY": "S",
    }
    assert resolve({}, environment=other).credentials.master_id == "SA2"
    assert resolve({}, "default", environment=other).credentials.master_id == GIVEN[4]
    assert os.environ.get("UNYO_PROFILES_FILE") != str(file)
