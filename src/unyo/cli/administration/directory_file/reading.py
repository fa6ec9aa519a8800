"""YAML into the file's shape. Every scalar is a text, so that no value turns into a number, a date or a truth."""

from difflib import get_close_matches
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from unyo.storage.administration import NotPossible

from .shape import AccountPart, DirectoryFile, KeyPart, RolePart, ServicePart, Value

Path = tuple[str | int, ...]

# A file of references to references could stand for more than any memory holds.
_MOST_NODES: Final = 1_000_000
_SAID: Final = {
    "missing": "is missing",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
}


class Places:
    """Where in the file each part of it stands."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: dict[Path, int] = {}

    def note(self, path: Path, node: yaml.Node) -> None:
        """Remember where a part stands: the place that is noted last."""
        self._lines[path] = node.start_mark.line + 1

    def wrong(self, path: Path, message: str) -> NotPossible:
        """What is wrong with a part of the file, or with the nearest one around it that the file holds."""
        while path and path not in self._lines:
            path = path[:-1]
        told = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        return NotPossible(f"{self._name}, line {self._lines.get(path, 1)}{f' ({told})' if told else ''}: {message}")


def read_file(text: str, name: str) -> tuple[DirectoryFile, Places]:
    """The file of that text, and where what stands in it.

    Raises:
        NotPossible: it is none; the message says where and why.
    """
    places = Places(name)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        given = _Plain(places).of(node, ()) if node else {}
    except yaml.YAMLError as error:
        raise NotPossible(f"{name} is no YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise NotPossible(f"{name} is nested too deeply") from None
    try:
        return DirectoryFile.model_validate(given), places
    except ValidationError as error:
        first, *others = error.errors(include_url=False)
        more = f" (and {len(others)} more)" if others else ""
        raise places.wrong(_path_of(first), _said(first) + more) from None


class _Plain:
    """Nodes of YAML as mappings, lists and texts."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._nodes = 0

    def of(self, node: yaml.Node, path: Path) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise self._places.wrong(path, "the file is too large")
        self._places.note(path, node)
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.of(each, (*path, place)) for place, each in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._places.wrong(path, "a name must be a text")
            inside = (*path, key.value)
            self._places.note(inside, key)
            if key.value in found:
                raise self._places.wrong(inside, f"{key.value} is there twice")
            found[key.value] = self.of(value, inside)
            self._places.note(inside, key)
        return found


def _path_of(error: ErrorDetails) -> Path:
    """The place in the file; what the shape put between is left out."""
    return tuple(part for part in error["loc"] if part not in {"", "[key]"})


def _said(error: ErrorDetails) -> str:
    name = str(error["loc"][-1]) if error["loc"] else "the file"
    if error["type"] == "extra_forbidden":
        known = _names_beside(error["loc"])
        near = get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"what may stand here is {', '.join(known)}"
        return f"{name} is unknown: {hint}"
    if error["type"] == "missing" and name == "unyo":
        return "the file must begin with unyo: 1"
    if error["type"] in _SAID:
        return f"{name} {_SAID[error['type']]}"
    given = error["input"]
    wanted = str(error.get("ctx", {}).get("expected", "")).replace("'", "")
    return f"{given if isinstance(given, str) else name} is none of {wanted}"


def _names_beside(loc: tuple[int | str, ...]) -> list[str]:
    """What may stand in the part of the file in which an unknown name stands."""
    match loc:
        case (_,):
            shape: type[BaseModel] = DirectoryFile
        case ("services", _, _):
            shape = ServicePart
        case ("accounts", _, _):
            shape = AccountPart
        case ("accounts", _, "roles", _, _):
            shape = RolePart
        case ("accounts", _, "keys", _, _):
            shape = KeyPart
        case _:
            shape = Value
    return [*shape.model_fields]
