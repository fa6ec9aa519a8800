"""Signature version 2, step by step, by the vectors (contract, section 2)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.tickets.dates import JAPAN
from unyo.uom.signature import (
    SignatureMethod,
    SignedCall,
    Unverified,
    canonical_headers,
    content_md5,
    format_expire,
    sign,
    signed_headers,
    string_to_sign,
    verify,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "signature"
KEY, SECRET = "1234567890ABCDEFGHIJ", "1234567890ABCDEFGHIJabcdefghijklmnopqr+1"
PATH = "/r/20221221/UpdateTicket.json"
EXPIRE = datetime(2022, 12, 21, 1, tzinfo=UTC)
NOW = EXPIRE - timedelta(hours=1)
ADDED = {"x-iijapi-expire", "x-iijapi-signaturemethod", "x-iijapi-signatureversion"}
JSON = [("Content-Type", "application/json; charset=utf-8")]

Vector = dict[str, Any]


def load(name: str) -> Any:
    return yaml.safe_load((VECTORS / name).read_text(encoding="utf-8"))


def named(vectors: list[Vector]) -> list[Any]:
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


ACCEPTED = named(load("check_values.yaml") + load("accepted.yaml"))
REFUSED = load("refused.yaml")


def pairs(given: list[list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in given]


def secret_of(access_key: str) -> str | None:
    return {KEY: SECRET}.get(access_key)


def signed(call: SignedCall, expire: datetime = EXPIRE, **options: Any) -> SignedCall:
    return SignedCall(
        call.method, call.path, [*call.headers, *signed_headers(call, KEY, SECRET, expire, **options).items()]
    )


def test_the_check_values_are_the_contracts_own() -> None:
    assert [(v["signature_method"], v["headers"][0][1], v["signature"]) for v in load("check_values.yaml")] == [
        ("HmacSHA256", "application/json; charset=utf-8", "SwYGXHzDhz6/P49yngXtMGVqRv891nu+4s3WsGL+H5w="),
        ("HmacSHA1", "application/json; charset=utf-8", "wgsZgXqDJ52g+hfG9hcAEMS+XnU="),
        ("HmacSHA256", "application/json", "6soA7R6pKAUThN1qFGkNxKIYWYcKgb+JqGPjMq4Ttuo="),
    ]


@pytest.mark.parametrize("vector", ACCEPTED)
def test_the_headers_that_take_part_are_lower_cased_trimmed_and_sorted(vector: Vector) -> None:
    expected = vector["canonical_headers"]
    found = canonical_headers(pairs(vector["headers"]))
    assert found.content_md5 == expected["content_md5"]
    assert found.content_type == expected["content_type"]
    assert list(found.extra) == pairs(expected["extra"])


@pytest.mark.parametrize("vector", ACCEPTED)
def test_the_string_to_sign_has_these_lines(vector: Vector) -> None:
    canonical = canonical_headers(pairs(vector["headers"]))
    assert string_to_sign(vector["method"], vector["path"], canonical) == "\n".join(vector["string_to_sign"])


@pytest.mark.parametrize("vector", ACCEPTED)
def test_the_string_to_sign_has_this_signature(vector: Vector) -> None:
    method = SignatureMethod(vector["signature_method"])
    assert sign(vector["secret_key"], method, "\n".join(vector["string_to_sign"])) == vector["signature"]


@pytest.mark.parametrize("vector", ACCEPTED)
def test_a_client_adds_four_headers(vector: Vector) -> None:
    own = [(name, value) for name, value in pairs(vector["headers"]) if name.lower() not in ADDED]
    call = SignedCall(vector["method"], vector["path"], own)
    added = signed_headers(call, KEY, vector["secret_key"], EXPIRE, SignatureMethod(vector["signature_method"]))
    assert added == {
        "x-iijapi-Expire": "2022-12-21T01:00:00Z",
        "x-iijapi-SignatureMethod": vector["signature_method"],
        "x-iijapi-SignatureVersion": "2",
        "Authorization": f"IIJAPI {KEY}:{vector['signature']}",
    }


@pytest.mark.parametrize("vector", ACCEPTED)
def test_a_call_signed_so_verifies_and_tells_its_access_key(vector: Vector) -> None:
    headers = [*pairs(vector["headers"]), ("Authorization", f"IIJAPI {KEY}:{vector['signature']}")]
    call = SignedCall(vector["method"], vector["path"], headers)
    assert verify(call, vector.get("body", "").encode(), secret_of, NOW) == KEY


@given(st.data())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_order_of_the_headers_means_nothing(data: st.DataObject) -> None:
    vector: Vector = data.draw(st.sampled_from(ACCEPTED)).values[0]
    headers = pairs(vector["headers"])
    assert canonical_headers(data.draw(st.permutations(headers))) == canonical_headers(headers)


@pytest.mark.parametrize("vector", named(REFUSED["refused"]))
def test_a_call_fails_at_this_step(vector: Vector) -> None:
    headers = {**REFUSED["base"], **vector["headers"]}
    sent = [(name, value) for name, value in headers.items() if value is not None] + pairs(vector.get("also", []))
    call = SignedCall("POST", REFUSED["path"], sent)
    with pytest.raises(Unverified) as failed:
        verify(call, REFUSED["body"].encode(), secret_of, datetime.fromisoformat(REFUSED["now"]))
    assert vector["step"] in str(failed.value)


@pytest.mark.parametrize(
    "ahead",
    [timedelta(seconds=1), timedelta(hours=10), timedelta(hours=24, seconds=-1)],
    ids=["one second", "ten hours, as an old client in Japan", "a second less than a day"],
)
def test_an_expiry_in_the_future_and_less_than_a_day_ahead_passes(ahead: timedelta) -> None:
    assert verify(signed(SignedCall("POST", PATH, JSON), NOW + ahead), b"", secret_of, NOW) == KEY


def test_an_expiry_is_judged_to_the_fraction_of_a_second() -> None:
    call = signed(SignedCall("POST", PATH, JSON))
    assert verify(call, b"", secret_of, EXPIRE - timedelta(microseconds=1)) == KEY
    with pytest.raises(Unverified, match="past"):
        verify(call, b"", secret_of, EXPIRE)


@pytest.mark.parametrize("method", SignatureMethod)
def test_a_clients_time_zone_does_not_change_the_expiry(method: SignatureMethod) -> None:
    assert format_expire(EXPIRE.astimezone(JAPAN)) == "2022-12-21T01:00:00Z"
    assert (
        verify(signed(SignedCall("POST", PATH, JSON), EXPIRE.astimezone(JAPAN), method=method), b"", secret_of, NOW)
        == KEY
    )


@pytest.mark.parametrize("body", [b"", b"{}", "通知".encode(), bytes(range(256))])
def test_a_body_with_its_content_md5_verifies_and_another_does_not(body: bytes) -> None:
    call = signed(SignedCall("POST", PATH, [*JSON, ("content-md5", content_md5(body))]))
    assert verify(call, body, secret_of, NOW) == KEY
    with pytest.raises(Unverified, match="Content-MD5 does not match"):
        verify(call, body + b" ", secret_of, NOW)


def test_an_unknown_key_is_refused_though_it_was_signed_with_an_empty_secret() -> None:
    call = SignedCall("POST", PATH, JSON)
    headers = [*JSON, *signed_headers(call, "NOBODY", "", EXPIRE).items()]
    with pytest.raises(Unverified, match="unknown or the signature is wrong"):
        verify(SignedCall("POST", PATH, headers), b"", lambda _: None, NOW)


@pytest.mark.parametrize("secret", [None, SECRET[::-1]], ids=["unknown key", "wrong secret"])
def test_the_secret_is_asked_for_once_whether_the_key_is_known_or_not(secret: str | None) -> None:
    asked: list[str] = []

    def _secret_of(access_key: str) -> str | None:
        asked.append(access_key)
        return secret

    with pytest.raises(Unverified) as failed:
        verify(signed(SignedCall("POST", PATH, JSON)), b"", _secret_of, NOW)
    assert asked == [KEY]
    assert str(failed.value) == "the access key is unknown or the signature is wrong"


def test_a_header_that_http_cannot_carry_is_not_signed_as_something_else() -> None:
    with pytest.raises(UnicodeEncodeError):
        signed_headers(SignedCall("POST", PATH, [*JSON, ("x-iijapi-note", "電話")]), KEY, SECRET, EXPIRE)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Authorization", "Content-MD5", "Content-Type", "x-iijapi-Expire", "X-iijapi-Note"])
            | st.text(st.characters(max_codepoint=255), max_size=20),
            st.text(st.characters(max_codepoint=255), max_size=60),
        ),
        max_size=8,
    ),
    st.text(max_size=10),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_latin_1_headers_are_unverified_and_nothing_else(headers: list[tuple[str, str]], method: str) -> None:
    with pytest.raises(Unverified):
        verify(SignedCall(method, PATH, headers), b"{}", secret_of, NOW)
    good = [*JSON, *signed_headers(SignedCall("POST", PATH, JSON), KEY, "wrong", EXPIRE).items()]
    with pytest.raises(Unverified):
        verify(SignedCall("POST", PATH, [*good, *headers]), b"{}", secret_of, NOW)
