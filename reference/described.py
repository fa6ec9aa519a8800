"""Signatures, types and docstrings as a page shows them."""

import inspect
import re
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

from .markdown import plain


class _Named:
    """A default value that is shown by the name of its constant."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def signature(name: str, method: Any, constants: Mapping[Any, str] = MappingProxyType({})) -> str:
    """How a method is called, by that name; a class is called without a result. Constants are shown by their names."""
    found = inspect.signature(method)
    kept = [
        each.replace(default=_Named(constants[each.default]))
        if isinstance(each.default, Hashable) and each.default in constants
        else each
        for each in found.parameters.values()
        if each.name != "self"
    ]
    return name + plain_types(
        str(found.replace(parameters=kept)).replace(" -> None", "" if inspect.isclass(method) else " -> None")
    )


def plain_types(text: str) -> str:
    """Types as one writes them, whichever Python shows them."""
    text = re.sub(r"<function (\w+) at \w+>|<built-in function (\w+)>|\*?<class '([\w.]+)'>", r"\1\2\3", text)
    text = re.sub(r"\b(?:unyo(?:\.\w+)*|typing|collections\.abc|datetime|httpx2(?:\.\w+)*)\.(?=\w)", "", text)
    parts = re.compile(r"(?:[^\[\],]|\[[^\]]*\])+")
    return re.sub(
        r"\bUnion\[((?:[^\[\]]|\[[^\]]*\])*)\]",
        lambda found: " | ".join(each.strip().replace("NoneType", "None") for each in parts.findall(found[1])),
        text,
    )


def type_of(kind: Any) -> str:
    """A type as one writes it."""
    return kind.__name__ if isinstance(kind, type) else plain_types(str(kind))


def first_sentence(kind: Any) -> str:
    """What a docstring begins with, for a cell of a table."""
    return plain(described(kind).partition("\n\n")[0].replace("\n", " "))


def described(found: Any) -> str:
    """A docstring as Markdown: its literals, and its errors as a list."""
    text = str(inspect.getdoc(found)).replace("``", "`")
    told, _, raised = text.partition("Raises:\n")
    listed = "".join(
        f"- `{name}`: {' '.join(what.split())}\n"
        for name, what in re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", raised, re.MULTILINE)
    )
    return told.strip() + (f"\n\nRaises\n\n{listed}".rstrip() if listed else "")
