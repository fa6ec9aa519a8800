"""Reads a cassette, and says on which line it is none."""

import re
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import Any, Final

import yaml

from unyo.uom.actions import ACTIONS

from .form import NAME, VERSION, Answered, Call, Cassette, Message, can_be_told

# Some hundred thousand calls; more is a mistake.
_MOST_BYTES: Final = 512 * 1024**2
# Ten times as fast, where libyaml is there; it does not read half a surrogate pair, which a body may hold.
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Nobody waits for an answer longer than a day.
_MOST_SECONDS: Final = 86_400
_SURROGATE: Final = re.compile(r"\\u[Dd][89A-Fa-f]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# More than an HTTP server takes.
_LONGEST_PATH: Final = 8192


class NotACassette(Exception):
    """The file is no cassette; the message names the file, the line and what is wrong there."""


class _Wrong(Exception):
    """What is wrong with a part of the file."""


def read_cassette(path: Path) -> Cassette:
    """The recording in a file.

    Raises:
        NotACassette: it holds none.
        OSError: it cannot be read.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise NotACassette(f"{path} is larger than a cassette can be")
    try:
        text = path.read_text(encoding="utf-8")
        loader = (yaml.SafeLoader if _SURROGATE.search(text) else _Fast)(text)
        try:
            return _cassette(path, loader, loader.get_single_node())
        finally:
            loader.dispose()
    except UnicodeDecodeError:
        raise NotACassette(f"{path} is no cassette: it is no text in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise NotACassette(f"{path}{where}: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise NotACassette(f"{path} is no cassette: {' '.join(str(error).split())}") from None


def _cassette(path: Path, loader: Any, root: yaml.Node | None) -> Cassette:
    if not isinstance(root, yaml.MappingNode):
        raise _wrong(path, 1, f"a cassette begins with {NAME}: {VERSION}")
    parts = {key.value: value for key, value in root.value if isinstance(key, yaml.ScalarNode)}
    version, endpoint, calls = (parts.get(name) for name in (NAME, "endpoint", "calls"))
    if version is None:
        raise _wrong(path, 1, f"a cassette begins with {NAME}: {VERSION}")
    if version.value != str(VERSION):
        raise _wrong(path, _line(version), f"this release reads cassettes of version {VERSION}, not {version.value}")
    if calls is None or not (isinstance(calls, yaml.SequenceNode) or calls.value == ""):
        raise _wrong(path, _line(calls or root), "calls must be a list")
    found = []
    for number, node in enumerate(calls.value, 1):
        try:
            found.append(_call(number, _line(node), _value(loader, node)))
        except _Wrong as error:
            raise _wrong(path, _line(node), f"call {number}: {error}") from None
    return Cassette(str(endpoint.value) if endpoint else "", tuple(found))


def _value(loader: Any, node: yaml.Node) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except (ArithmeticError, AttributeError, LookupError, ValueError):  # by which PyYAML tells of a 13th month
        raise _Wrong("a value in it is none of YAML's: put quotes around what is a text") from None


def _wrong(path: Path, line: int, message: str) -> NotACassette:
    return NotACassette(f"{path}, line {line}: {message}")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _call(number: int, line: int, given: Any) -> Call:
    if not isinstance(given, dict):
        raise _Wrong("it must be a mapping")
    request = _of(given, "request", dict)
    answer = given.get("answer")
    return Call(
        number=number,
        at=_moment(_of(given, "time", str)),
        took=_seconds(given.get("seconds", 0)),
        method=_of(request, "method", str),
        path=_path(_of(request, "path", str)),
        has_query="query" in request,
        action=_action(_of(given, "action", str)),
        request=_message(request, "request"),
        answer=None if answer is None else _answered(answer),
        trouble="" if answer is not None else _of(given, "trouble", str),
        line=line,
    )


def _answered(given: Any) -> Answered:
    if not isinstance(given, dict):
        raise _Wrong("answer must be a mapping")
    return Answered(_of(given, "status", int), _message(given, "answer"))


def _message(given: dict[str, Any], what: str) -> Message:
    headers = given.get("headers", {})
    if not isinstance(headers, dict) or not all(map(_is_of_a_head, [*headers, *headers.values()])):
        raise _Wrong(f"the headers of its {what} must be texts by name, such as HTTP carries")
    if "body" in given:
        body = _of(given, "body", dict)
        if not _is_json(body):
            raise _Wrong(f"the body of its {what} holds what JSON cannot: put quotes around what is a text")
        return Message(headers, body)
    return Message(headers, None, _of(given, "text", str))


def _action(text: str) -> str:
    if text and text not in ACTIONS:
        raise _Wrong(f"action must be empty, or one of {', '.join(ACTIONS)}")
    return text


def _path(text: str) -> str:
    if not text.startswith("/") or len(text) > _LONGEST_PATH or _SURROGATES.search(text):
        raise _Wrong("path must be that of a URL, such as /r/20221221/UpdateTicket.json")
    return text


def _is_of_a_head(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_json(inside) for name, inside in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and isfinite(value))


def _seconds(given: Any) -> timedelta:
    if not isinstance(given, int | float) or not 0 <= given <= _MOST_SECONDS:
        raise _Wrong(f"seconds must be a number from 0 to {_MOST_SECONDS}")
    return timedelta(seconds=given)


def _of(given: dict[str, Any], name: str, kind: type) -> Any:
    if name not in given:
        raise _Wrong(f"{name} is missing")
    if not isinstance(given[name], kind):
        raise _Wrong(f"{name} must be {_KINDS[kind]}")
    return given[name]


_KINDS: Final = {dict: "a mapping", str: "a text", int: "a whole number"}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not can_be_told(moment):
        raise _Wrong("time must be such as 2026-04-01T09:00:00+09:00")
    return moment
