"""What of a call's head may stand in a cassette, header by header, each with the form that its value must have."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from unyo.uom.actions import CALL_ID_HEADER
from unyo.uom.signature import EXPIRE, METHOD, PREFIX, SCHEME, VERSION, content_md5

from .form import Call

SCRUBBED: Final = "<scrubbed>"
REPEATED: Final = "<repeated>"
PRESENT: Final = "<present>"
ANOTHER: Final = "<of another body>"
NO_DIGEST: Final = "<of another form>"
AUTHORIZATION: Final = "authorization"
MD5: Final = "content-md5"
MORE: Final = f"{PREFIX}*"
"""Stands for the headers that take part in the signature beside those of the contract."""
QUERY: Final = "query"

_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,30}(?: ?; ?charset=\"?[a-zA-Z0-9_-]{1,15}\"?)?", re.IGNORECASE)
_DATE: Final = r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT"
_ZONE: Final = r"(?:Z|z|UTC|GMT| ?[+-]\d{2}:?\d{2})"
# The contract's form, and others in which a moment can be told; none is as long as a key without its signs.
_MOMENT: Final = rf"\d{{4}}-?\d{{2}}-?\d{{2}}[Tt ]?\d{{2}}:?\d{{2}}(?::?\d{{2}}(?:[.,]\d{{1,9}})?)?{_ZONE}?"
# The headers that are kept, each with the form that its value must have; a value of another form is left out.
_OF_A_CALL: Final[Mapping[str, re.Pattern[str]]] = {
    "content-type": _MEDIA_TYPE,
    "content-encoding": re.compile(r"identity|gzip|deflate|br|zstd"),
    EXPIRE: re.compile(rf"{_MOMENT}|\d{{10}}|\d{{13}}|{_DATE}"),
    METHOD: re.compile(r"hmac-?(?:md|sha)-?\d{1,3}", re.IGNORECASE),
    VERSION: re.compile(r"\d(?:\.\d)?"),
    CALL_ID_HEADER: re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE),
}
_OF_AN_ANSWER: Final[Mapping[str, re.Pattern[str]]] = {
    "content-type": _MEDIA_TYPE,
    "date": re.compile(_DATE),
    "retry-after": re.compile(r"\d{1,6}"),
    "allow": re.compile(r"[A-Z]+(?:, ?[A-Z]+)*"),
    "x-request-id": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{8}){4}"),
    "x-unyo-version": re.compile(r"[0-9]+(?:\.[0-9a-z]+){1,4}"),
    "x-unyo-replayed": re.compile("1"),
}
# As the contract has it, or nearly so.
_CREDENTIALS: Final = re.compile(rf"({SCHEME}\s+)([^\s:]+)(\s*:\s*)(\S+)", re.IGNORECASE)
_LABELLED: Final = re.compile(rf"{SCHEME}\s+(KEY\d+)\s*:\s*<[^<>]*>", re.IGNORECASE)
# HMAC-SHA1 and HMAC-SHA256, in bytes.
_DIGESTS: Final = (20, 32)
_MD5_BYTES: Final = 16

Headers = Iterable[tuple[str, str]]


def label_of(call: Call) -> str:
    """Under which label the call's access key was recorded; ``""`` where it was none."""
    found = _LABELLED.fullmatch(call.request.headers.get(AUTHORIZATION, ""))
    return found[1] if found else ""


def access_key_of(headers: Headers) -> str:
    """The access key that signed a call; ``""`` where none did."""
    given = [value.strip() for name, value in headers if name == AUTHORIZATION]
    found = _CREDENTIALS.fullmatch(given[0]) if len(given) == 1 else None
    return found[2] if found else ""


def kept_of_a_call(headers: list[tuple[str, str]], content: bytes, label: str) -> dict[str, str]:
    """What is kept of a call's headers, by name; ``label`` stands for the access key that signed it."""
    times, kept, more = Counter(name for name, _ in headers), dict[str, str](), 0
    for name, given in headers:
        value = given.strip()
        if name == AUTHORIZATION:
            kept[name] = _authorization(value, label)
        elif name == MD5 and value:
            kept[name] = _digest(value, content)
        elif name in _OF_A_CALL:
            kept[name] = value if _OF_A_CALL[name].fullmatch(value) else SCRUBBED
        elif name.startswith(PREFIX):
            more += 1
        if name in kept and times[name] > 1:
            kept[name] = REPEATED
    return dict(sorted({**kept, **({MORE: f"<{more} more>"} if more else {})}.items()))


def kept_of_an_answer(headers: Headers) -> dict[str, str]:
    """What is kept of an answer's headers."""
    return {
        name: value.strip() if _OF_AN_ANSWER[name].fullmatch(value.strip()) else SCRUBBED
        for name, value in headers
        if name in _OF_AN_ANSWER
    }


def left_out(headers: Headers, kept: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers of which a value is not kept as it was."""
    return [(name, value) for name, value in headers if kept.get(name) != value.strip()]


def _authorization(value: str, label: str) -> str:
    found = _CREDENTIALS.fullmatch(value)
    if not found or not label:
        return SCRUBBED
    return f"{found[1]}{label}{found[3]}{SCRUBBED if _bytes_of(found[4]) in _DIGESTS else NO_DIGEST}"


def _digest(value: str, content: bytes) -> str:
    """Not as it was: it would tell of the body what was scrubbed in it."""
    if value == content_md5(content):
        return PRESENT
    return ANOTHER if _bytes_of(value) == _MD5_BYTES else NO_DIGEST


def _bytes_of(text: str) -> int | None:
    """How many bytes a text in base64 is; None where it is none."""
    try:
        return len(base64.b64decode(text.encode("latin-1"), validate=True))
    except binascii.Error:
        return None
