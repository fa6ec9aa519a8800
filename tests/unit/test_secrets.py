"""Secrets appear in no repr and in no error's text."""

import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from unyo.bootstrap.installation import read_keyring
from unyo.cast import YAMADA
from unyo.config.settings import Settings
from unyo.services.cursors import CursorSealer
from unyo.services.ports import Caller, StorageFailed
from unyo.storage.administration import NewKey, NotPossible
from unyo.storage.administration import make_key as make_access_key
from unyo.storage.engine import UnusableDatabase, open_engines, parse_url
from unyo.storage.keyring import Keyring, WrongKey, make_key
from unyo.storage.migrations import revision_of
from unyo.tickets.directory import AccessKey, Directory
from unyo.uom.signature import SignedCall, Unverified, verify

SECRET = "S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3t+/12"
KEY = make_key()
PASSWORD = "p4ssw0rd"
URL = f"postgresql://unyo:{PASSWORD}@127.0.0.1:1/unyo"
REFUSED = yaml.safe_load(
    (Path(__file__).parents[2] / "vectors" / "signature" / "refused.yaml").read_text(encoding="utf-8")
)


def shown(value: object) -> str:
    """Everything that printing a value may show."""
    return f"{value!r} {value} {[value]} { ({'of': value}) }"


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        pytest.param(Keyring(KEY), [KEY], id="Keyring"),
        pytest.param(AccessKey("K", "SA1", SECRET.encode()), [SECRET], id="AccessKey"),
        pytest.param(Directory(1, {}, {"K": AccessKey("K", "SA1", SECRET.encode())}), [SECRET], id="Directory"),
        pytest.param(NewKey("K", SECRET), [SECRET], id="NewKey"),
        pytest.param(YAMADA, [YAMADA.key.secret_key], id="Actor"),
        pytest.param(Settings(database=URL, secret_key=SecretStr(KEY)), [KEY, PASSWORD], id="Settings"),
        pytest.param(open_engines(parse_url(URL)), [PASSWORD], id="Engines"),
        pytest.param(CursorSealer(SECRET.encode()), [SECRET], id="CursorSealer"),
        pytest.param(CursorSealer(Keyring(KEY).derive("cursor")), [str(Keyring(KEY).derive("cursor"))], id="derived"),
        pytest.param(Caller("SA1", "K"), [SECRET], id="Caller"),
    ],
)
def test_no_secret_is_in_what_printing_shows(value: object, secrets: list[str]) -> None:
    assert type(value).__name__ in shown(value)
    assert [secret for secret in secrets if secret in shown(value)] == []


def failing(does: Callable[[], Any], error: type[Exception], *secrets: str) -> Any:
    return pytest.param(does, error, secrets, id=error.__name__)


@pytest.mark.parametrize(
    ("does", "error", "secrets"),
    [
        failing(lambda: Keyring(f"damaged{KEY}"), WrongKey, KEY, f"damaged{KEY}"),
        failing(lambda: Keyring("鍵" + SECRET), WrongKey, SECRET),
        failing(lambda: Keyring(make_key()).unseal(Keyring(KEY).seal(SECRET)), WrongKey, SECRET, KEY),
        failing(lambda: Keyring(KEY).unseal(SECRET.encode()), WrongKey, SECRET, KEY),
        failing(
            lambda: read_keyring(Settings(database=URL, secret_key_file=Path("/nowhere/unyo.key"))),
            NotPossible,
            PASSWORD,
        ),
        failing(lambda: read_keyring(Settings(database=URL, secret_key=SecretStr(SECRET))), WrongKey, SECRET, PASSWORD),
        failing(lambda: parse_url(f"postgresql//unyo:{PASSWORD}@host/unyo"), UnusableDatabase, PASSWORD),
        failing(lambda: parse_url(f"mysql://unyo:{PASSWORD}@host/unyo"), UnusableDatabase, PASSWORD),
        failing(lambda: parse_url(f"sqlite:///unyo.db?password={PASSWORD}"), UnusableDatabase, PASSWORD),
        # Nothing listens there.
        failing(lambda: revision_of(open_engines(parse_url(URL)).reading), StorageFailed, PASSWORD),
    ],
)
def test_no_secret_is_in_an_error_or_its_traceback(
    does: Callable[[], Any], error: type[Exception], secrets: tuple[str, ...]
) -> None:
    with pytest.raises(error) as failed:
        does()
    told = "".join(traceback.format_exception(failed.value))
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in REFUSED["refused"]])
def test_why_a_signature_failed_tells_no_secret_and_no_signature(vector: dict[str, Any]) -> None:
    headers = {**REFUSED["base"], **vector["headers"]}
    sent = [(name, value) for name, value in headers.items() if value is not None]
    sent += [(name, value) for name, value in vector.get("also", [])]
    with pytest.raises(Unverified) as failed:
        verify(
            SignedCall("POST", REFUSED["path"], sent),
            REFUSED["body"].encode(),
            lambda _: SECRET,
            datetime(2022, 12, 21, tzinfo=UTC),
        )
    # Nothing in it is as long as an access key, a secret or a signature.
    assert re.findall(r"[0-9A-Za-z+/=]{20,}", str(failed.value)) == []


def test_made_keys_have_the_contracts_form_and_are_never_the_same() -> None:
    made = [make_access_key() for _ in range(100)]
    letters = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert all(len(key.access_key) == 20 and set(key.access_key) <= letters for key in made)
    assert all(
        len(key.secret_key) == 40 and set(key.secret_key) <= letters | set("abcdefghijklmnopqrstuvwxyz+/")
        for key in made
    )
    assert len({key.access_key for key in made} | {key.secret_key for key in made}) == 200


def test_sealing_shows_nothing_and_opens_with_its_own_key_only() -> None:
    keyring = Keyring(KEY)
    sealed = keyring.seal(SECRET)
    assert SECRET.encode() not in sealed
    assert sealed != keyring.seal(SECRET)
    assert Keyring(f" {KEY}\n").unseal(sealed) == SECRET
    assert keyring.derive("cursor") == Keyring(KEY).derive("cursor") != keyring.derive("session")
