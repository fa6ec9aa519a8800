"""The shape of the file. What is left out is None: it stays as it is."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from unyo.tickets.directory import Role
from unyo.tickets.model import TicketKind


class KindName(StrEnum):
    """The kinds of ticket, each with option lists of its own."""

    INCIDENT = "incident"
    REQUEST = "request"

    @property
    def kind(self) -> TicketKind:
        """The kind of that name."""
        return TicketKind[self.name]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Strict):
    """A value of an option list: its text, or that with ``retired``."""

    value: str
    retired: bool = False


def _as_value(given: Any) -> Any:
    return {"value": given} if isinstance(given, str) else given


def _by_parent(given: Any) -> Any:
    """A list that depends on no other is told by ``""``, as if that were what it depends on."""
    return {"": given} if isinstance(given, list) else given


Lists = Annotated[dict[str, list[Annotated[Value, BeforeValidator(_as_value)]]], BeforeValidator(_by_parent)]


class ServicePart(_Strict):
    """A service code; its option lists are by ticket kind and the parameter's name on the wire."""

    name: str | None = None
    enabled: bool | None = None
    groups: list[str] | None = None
    options: dict[KindName, dict[str, Lists]] | None = None


class RolePart(_Strict):
    """What an account is in a service."""

    role: Role
    may_approve: bool | None = None
    groups: list[str] | None = None


class KeyPart(_Strict):
    """An access key that is there already: a file makes none, since it holds no secret."""

    label: str | None = None
    enabled: bool | None = None


class AccountPart(_Strict):
    """An account; roles are by service code, keys by access key."""

    name: str | None = None
    enabled: bool | None = None
    roles: dict[str, RolePart] | None = None
    keys: dict[str, KeyPart] | None = None


class DirectoryFile(_Strict):
    """The whole file; ``unyo`` is the version of its shape."""

    unyo: Literal["1"]
    services: dict[str, ServicePart] | None = None
    accounts: dict[str, AccountPart] | None = None
