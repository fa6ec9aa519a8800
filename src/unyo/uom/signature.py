"""Signature version 2, header form, in named steps (contract, section 2).

Texts of headers are Latin-1, as HTTP carries them: every byte that was received is signed as it came.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import quote

SCHEME: Final = "IIJAPI"
PREFIX: Final = "x-iijapi-"
EXPIRE: Final = "x-iijapi-expire"
METHOD: Final = "x-iijapi-signaturemethod"
VERSION: Final = "x-iijapi-signatureversion"
MAX_LIFE: Final = timedelta(hours=24)

_SINGLE = frozenset({"authorization", "content-type", "content-md5"})
_AUTHORIZATION = re.compile(rf"{SCHEME} ([^\s:]+):([^\s:]+)")
# 24 o'clock is left out: later Pythons read it as the next midnight.
_EXPIRE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?!24)[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_MD5_BYTES = 16


class SignatureMethod(StrEnum):
    """The two ways to sign; SHA256 is the one to choose."""

    HMAC_SHA256 = "HmacSHA256"
    HMAC_SHA1 = "HmacSHA1"


_DIGESTS: Final = {SignatureMethod.HMAC_SHA256: "sha256", SignatureMethod.HMAC_SHA1: "sha1"}


class Unverified(Exception):
    """The signature does not hold; the text says which step failed, for a log, never for the caller."""


@dataclass(frozen=True, slots=True)
class CanonicalHeaders:
    """The headers that take part: two by their values, and all that begin with ``x-iijapi-``, sorted."""

    content_md5: str
    content_type: str
    extra: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What a signature is about. ``path`` is decoded and without its query; names come in any case."""

    method: str
    path: str
    headers: Iterable[tuple[str, str]]


def canonical_headers(headers: Iterable[tuple[str, str]]) -> CanonicalHeaders:
    """Lower-case, trim and sort the headers that take part.

    Raises:
        Unverified: one of them, or Authorization, was sent twice.
    """
    return _canonical(_taking_part(headers))


def _taking_part(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for given, value in headers:
        name = given.lower()
        if name in _SINGLE or name.startswith(PREFIX):
            if name in found:
                raise Unverified(f"the header {name} was sent more than once")
            found[name] = value.strip(" \t")
    return found


def _canonical(found: Mapping[str, str]) -> CanonicalHeaders:
    return CanonicalHeaders(
        found.get("content-md5", ""),
        found.get("content-type", ""),
        tuple(sorted((name, value) for name, value in found.items() if name.startswith(PREFIX))),
    )


def string_to_sign(method: str, path: str, headers: CanonicalHeaders) -> str:
    """The text that is signed: method, Content-MD5, Content-Type, the extra headers, the encoded path."""
    extra = [f"{name}:{value}" for name, value in headers.extra]
    return "\n".join([method, headers.content_md5, headers.content_type, *extra, encoded_path(path)])


@lru_cache(64)
def encoded_path(path: str) -> str:
    """The path as it is signed: percent-encoded but for its slashes."""
    return quote(path, safe="/")


def sign(secret_key: str, method: SignatureMethod, text: str) -> str:
    """The signature of a string to sign, in base64."""
    digest = hmac.digest(secret_key.encode(), text.encode("latin-1"), _DIGESTS[method])
    return base64.b64encode(digest).decode()


def content_md5(body: bytes) -> str:
    """The value of Content-MD5 for a body."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def format_expire(moment: datetime) -> str:
    """The value of x-iijapi-Expire."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signed_headers(
    call: SignedCall,
    access_key: str,
    secret_key: str,
    expire: datetime,
    method: SignatureMethod = SignatureMethod.HMAC_SHA256,
) -> dict[str, str]:
    """The headers that a client adds to a call, so that it verifies until ``expire``."""
    added = {
        "x-iijapi-Expire": format_expire(expire),
        "x-iijapi-SignatureMethod": method.value,
        "x-iijapi-SignatureVersion": "2",
    }
    canonical = canonical_headers([*call.headers, *added.items()])
    signature = sign(secret_key, method, string_to_sign(call.method, call.path, canonical))
    return {**added, "Authorization": f"{SCHEME} {access_key}:{signature}"}


def verify(call: SignedCall, body: bytes, secret_of: Callable[[str], str | None], now: datetime) -> str:
    """The access key that signed the call.

    ``secret_of`` gives a key's secret, or None; it must take as long for a key that does not exist.

    Raises:
        Unverified: a step failed; an unknown key is found out last, after the same work as a wrong signature.
    """
    headers = _taking_part(call.headers)
    access_key, signature = _credentials(headers.get("authorization", ""))
    method = _method(headers.get(VERSION, ""), headers.get(METHOD, ""))
    _check_expire(headers.get(EXPIRE, ""), now)
    _check_md5(headers.get("content-md5", ""), body)
    secret = secret_of(access_key)
    expected = sign(secret or "", method, string_to_sign(call.method, call.path, _canonical(headers)))
    matches = hmac.compare_digest(expected.encode(), signature.encode("latin-1"))
    if secret is None or not matches:
        raise Unverified("the access key is unknown or the signature is wrong")
    return access_key


def _credentials(authorization: str) -> tuple[str, str]:
    found = _AUTHORIZATION.fullmatch(authorization)
    if not found:
        raise Unverified(f'Authorization is not "{SCHEME} <access key>:<signature>"')
    return found[1], found[2]


def _method(version: str, method: str) -> SignatureMethod:
    if version != "2":
        raise Unverified("x-iijapi-SignatureVersion is not 2")
    try:
        return SignatureMethod(method)
    except ValueError:
        raise Unverified("x-iijapi-SignatureMethod is neither HmacSHA256 nor HmacSHA1") from None


def _check_expire(text: str, now: datetime) -> None:
    if not _EXPIRE_FORM.fullmatch(text):
        raise Unverified("x-iijapi-Expire is not YYYY-MM-DDThh:mm:ssZ")
    try:
        expire = datetime.fromisoformat(text)
    except ValueError:
        raise Unverified("x-iijapi-Expire is no date") from None
    if not now < expire < now + MAX_LIFE:
        raise Unverified("x-iijapi-Expire is past, or more than 24 hours ahead")


def _check_md5(text: str, body: bytes) -> None:
    """Empty counts as absent; the body is covered only when it is sent."""
    if not text:
        return
    try:
        digest = base64.b64decode(text.encode("latin-1"), validate=True)
    except ValueError:
        raise Unverified("Content-MD5 is not base64") from None
    if len(digest) != _MD5_BYTES or digest != hashlib.md5(body, usedforsecurity=False).digest():
        raise Unverified("Content-MD5 does not match the body")
