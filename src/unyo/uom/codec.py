"""JSON as the contract reads and writes it (section 1)."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 32

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# Strings are passed over whole, and without going back, so that a long one stays linear.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class NotJson(Exception):
    """The body is no JSON object that the contract takes; the text says why."""


def decode(body: bytes) -> dict[str, Any]:
    r"""Read one object; a number becomes None, since it is a wrong type whatever its value.

    A stray ``\'``, which the page's quoting rule produces, is read as ``'``.

    Raises:
        NotJson: not UTF-8, not JSON, ``NaN`` or ``Infinity``, nested deeper than 32, or no object.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotJson("the body is not UTF-8") from None
    if r"\'" in text:
        text = _ESCAPE.sub(lambda found: "'" if found[1] == "'" else found[0], text)
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"the body is not JSON: {error.msg}") from None
    if not isinstance(value, dict):
        raise NotJson("the body is no object")
    return value


def encode(value: Mapping[str, Any]) -> bytes:
    """Write an answer in UTF-8; a lone surrogate, which a parameter's name may hold, is written escaped."""
    return _ENCODER.encode(value).encode("utf-8", "backslashreplace")


def _number(_digits: str) -> None:
    return None


def _constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_number, parse_float=_number, parse_constant=_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise NotJson(f"the body is nested deeper than {MAX_DEPTH}")
        elif found[0] in "]}":
            depth -= 1
