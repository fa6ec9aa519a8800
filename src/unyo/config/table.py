"""The settings as rows: what flags, the help, `unyo config` and the reference page say of each."""

from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Any, Final, get_args

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from .settings import PREFIX, Settings

CONFIG_VARIABLE: Final = f"{PREFIX}CONFIG"
FILE_SUFFIX: Final = "_file"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: its names, what it takes, its default and its meaning."""

    name: str
    kind: type
    takes: str
    default: str
    group: str
    meaning: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"{PREFIX}{self.name.upper()}"

    @property
    def flag(self) -> str:
        """Its flag; ``""`` for a secret, which a list of processes would show."""
        return "" if self.is_secret else f"--{self.name.replace('_', '-')}"

    @property
    def is_secret(self) -> bool:
        """Whether its value is never shown."""
        return self.kind is SecretStr

    @property
    def has_file(self) -> bool:
        """Whether it may stand in a file of its own, which another setting names."""
        return f"{self.name}{FILE_SUFFIX}" in Settings.model_fields


def _row(name: str, field: FieldInfo) -> Row:
    kind = _kind(field.annotation)
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return Row(name, kind, _takes(kind, field), shown(field.default), str(extra["group"]), field.description or "")


def _kind(annotation: Any) -> type:
    """The type of a value, where there is one."""
    kinds = [each for each in get_args(annotation) if each is not type(None)] if _is_union(annotation) else []
    kind = kinds[0] if kinds else annotation
    assert isinstance(kind, type)
    return kind


def _is_union(annotation: Any) -> bool:
    return isinstance(annotation, UnionType)


def _takes(kind: type, field: FieldInfo) -> str:
    """What may be written, in words."""
    if issubclass(kind, Enum):
        return " or ".join(each.value for each in kind)
    if kind is bool:
        return "true or false"
    if any(getattr(each, "pattern", None) for each in field.metadata):
        return "a URL that begins with http:// or https://"
    words = {int: "a whole number", float: "a number", str: "a text", SecretStr: "a text"}.get(kind, "a file")
    least = next((f" from {m.ge}" for m in field.metadata if isinstance(m, Ge)), "")
    least = next((f" above {m.gt}" for m in field.metadata if isinstance(m, Gt)), least)
    most = next((f" to {m.le}" for m in field.metadata if isinstance(m, Le)), "")
    return words + least + most


def shown(value: Any) -> str:
    """A value as a person writes it; ``""`` where nothing is set."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:g}" if isinstance(value, float) else str(value)


TABLE: Final = {name: _row(name, field) for name, field in Settings.model_fields.items()}
