"""What the kit's own methods take, as JSON: read from their signatures, so that it is said once."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from itertools import pairwise
from typing import Annotated, Any, Final, TypeVar, get_type_hints

from pydantic import BaseModel, Field, ValidationError, WithJsonSchema, create_model
from pydantic.fields import FieldInfo

from unyo.cast import Actor
from unyo.client import AnyKind, MemoOperation

from .values import CHANGES, MEMO_OPERATIONS, STRICT, MemoOperations, Moment, Someone

Shape = type[BaseModel]
T = TypeVar("T")

# What stands for a type in JSON, and for what a method takes by any names.
_KINDS: Final[Mapping[Any, Any]] = {
    datetime: Moment,
    Actor: Someone,
    Actor | str: Someone,
    AnyKind | str: str,
    Sequence[MemoOperation]: MemoOperations,
    Sequence[str]: list[str],
}
_BY_ANY_NAME: Final[Mapping[str, Any]] = {
    "changes": CHANGES,
    "fields": Annotated[dict[str, Any], WithJsonSchema({"title": "fields of the ticket by our names"})],
    "values": Annotated[dict[str, Any], WithJsonSchema({"title": "values of the body by the wire's names"})],
}


class NotFit(Exception):
    """What was sent cannot be used; the text is one sentence that names the member and what would be right."""


def shape_of(method: Callable[..., Any], *, without: Sequence[str] = (), **more: Any) -> Shape:
    """What a method takes: a member a parameter, those by any name in one of its own, and ``more`` members."""
    hints = get_type_hints(method)
    members = {
        name: _member(parameter, hints.get(name))
        for name, parameter in inspect.signature(method).parameters.items()
        if name not in {"self", *without}
    }
    given: dict[str, Any] = members | {name: (kind, Field(default=None)) for name, kind in more.items()}
    return create_model(method.__name__, __config__=STRICT, **given)


def _member(parameter: inspect.Parameter, hint: Any) -> tuple[Any, Any]:
    if parameter.kind is inspect.Parameter.VAR_KEYWORD:
        return _BY_ANY_NAME[parameter.name], Field(default=None)
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        return list[hint], ...
    default = ... if parameter.default is inspect.Parameter.empty else parameter.default
    return _KINDS.get(hint, hint), default


def called(method: Callable[..., T], given: BaseModel | None, *first: Any) -> T:
    """Call a method with what was given, and nothing for what was not."""
    positional: list[Any] = list(first)
    named: dict[str, Any] = {}
    for name, value in _values(given).items():
        kind = inspect.signature(method).parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            named |= _values(value)
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            positional += value
        else:
            named[name] = value
    return method(*positional, **named)


def _values(given: BaseModel | Mapping[str, Any] | None) -> dict[str, Any]:
    """The members that were given; their values as they are, which a dump would take apart."""
    if isinstance(given, BaseModel):
        return {name: getattr(given, name) for name in given.model_fields_set}
    return dict(given or {})


def read(shape: Shape, content: bytes) -> BaseModel:
    """What a body says; an empty one says nothing.

    Raises:
        NotFit: it is not of that shape.
    """
    try:
        return shape.model_validate_json(content or b"{}")
    except ValidationError as error:
        raise NotFit(_sentence(error, shape)) from None


def read_values(shape: Shape, values: Mapping[str, Any], within: str = "") -> BaseModel:
    """The same of values that have been read.

    Raises:
        NotFit: they are not of that shape.
    """
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise NotFit(_sentence(error, shape, within)) from None


def described(shape: Shape) -> dict[str, str]:
    """What each member is, in words."""
    return {name: kind + _unless_given(shape.model_fields[name]) for name, kind in _kinds(shape).items()}


def _unless_given(member: FieldInfo) -> str:
    if member.is_required():
        return ""
    value = member.default.master_id if isinstance(member.default, Actor) else member.default
    return f", else {json.dumps(value)}" if value or value is False else ", optional"


def _kinds(shape: Shape) -> dict[str, str]:
    found = shape.model_json_schema()
    return {name: _kind(member, found.get("$defs", {})) for name, member in found.get("properties", {}).items()}


def _sentence(error: ValidationError, shape: Shape, within: str = "") -> str:
    """What is wrong first, and what would be right."""
    wrong = error.errors(include_url=False)[0]
    path = _without_tags([str(part) for part in wrong["loc"]])
    named = ".".join([*filter(None, [within]), *path]) or "the body"
    right = _right(shape, path)
    match wrong["type"]:
        case "missing":
            return f"{named} is missing" + (f": it is {right}" if right else "")
        case "union_tag_invalid" | "union_tag_not_found":
            return f"{named}.operation must be one of {', '.join(MEMO_OPERATIONS)}"
        case "extra_forbidden":
            return f"there is no {named} here: {_near(path[-1], _inner(shape, path))}"
        case "json_invalid":
            return f"the body is not JSON: {wrong['msg'].removeprefix('Invalid JSON: ')}"
        case kind if kind.endswith("_type") and right:
            return f"{named} must be {right}"
        case _:
            return f"{named} {wrong['msg'].replace('Input should', 'must')}"


def _without_tags(path: Sequence[str]) -> list[str]:
    """A path without what pydantic puts into it of its own: which of the operations stands there."""
    return [part for before, part in pairwise(["", *path]) if not (before.isdigit() and part in MEMO_OPERATIONS)]


def _right(shape: Shape, path: Sequence[str]) -> str:
    inner = _inner(shape, path)
    return _kinds(inner).get(path[-1], "") if inner and path else ""


def _near(name: str, shape: Shape | None) -> str:
    known = list(shape.model_fields) if shape else []
    near = get_close_matches(name, known, 1)
    if near:
        return f"is it {near[0]}?"
    return f"there are {', '.join(known)}" if known else "it takes nothing"


def _inner(shape: Shape, path: Sequence[str]) -> Shape | None:
    """The shape in which the last part of a path stands; None inside what has several."""
    for part in path[:-1]:
        inner = shape.model_fields[part].annotation if part in shape.model_fields else None
        if not (inspect.isclass(inner) and issubclass(inner, BaseModel)):
            return None
        shape = inner
    return shape


def _kind(member: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    """A JSON type in words."""
    match member:
        case {"anyOf": several} | {"oneOf": several}:
            return " or ".join(dict.fromkeys(_kind(each, names) for each in several))
        case {"enum": values}:
            return "one of " + ", ".join(map(str, values))
        case {"$ref": where}:
            return _kind(names[where.rpartition("/")[2]], names)
        case {"type": "array", "items": items}:
            return f"a list, each {_kind(items, names)}"
        case {"type": "object", "properties": members}:
            return f"an object with any of {', '.join(members)}"
        case {"type": kind}:
            return _TYPES[kind]
        case {"title": title}:
            return str(title)
    return "anything"


_TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "null": "null",
    "array": "a list",
}
