"""Who may do what, and which values a service offers: services, members, roles, option lists, keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Final

from .errors import Reason, Refusal
from .model import UNRESTRICTED, Glimpse, Ticket, TicketKind


class Right(Enum):
    """What a role may allow (contract, section 7)."""

    READ = auto()
    WRITE = auto()
    DELETE = auto()
    SETTINGS = auto()
    TEMPLATES = auto()


class Role(StrEnum):
    """The vendor's roles; one is held per master ID and service code."""

    OWNER = "特権ユーザ"
    ADMINISTRATOR = "管理ユーザ"
    UPDATER = "更新ユーザ"
    READER = "参照ユーザ"


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OWNER: frozenset(Right),
    Role.ADMINISTRATOR: frozenset(Right),
    Role.UPDATER: frozenset({Right.READ, Right.WRITE, Right.TEMPLATES}),
    Role.READER: frozenset({Right.READ}),
}


@dataclass(frozen=True, slots=True)
class Member:
    """An account in one service: its role, approval right (承認権限) and management groups there."""

    master_id: str
    role: Role
    may_approve: bool = False
    groups: frozenset[str] = frozenset()

    def may(self, right: Right) -> bool:
        """Whether this member's role allows it."""
        return right in RIGHTS[self.role]

    def may_see(self, ticket: Ticket | Glimpse) -> bool:
        """Whether the ticket's management group shows it to this member (contract, section 7)."""
        return self.may_see_group(ticket.management_group)

    def may_see_group(self, group: str) -> bool:
        """Whether tickets of that management group are shown to this member."""
        return not self.groups or group in self.groups or group in {"", UNRESTRICTED}


@dataclass(frozen=True, slots=True)
class Option:
    """A value of an option list; ``parameter`` is our name, ``parent`` the value it depends on."""

    kind: TicketKind
    parameter: str
    value: str
    parent: str = ""


@dataclass(frozen=True)
class Service:
    """A service code (tenant): its members and its option lists, in their order, retired values left out.

    ``names`` are the names of all accounts: a ticket may tell of one that is a member no more.
    """

    code: str
    members: Mapping[str, Member]
    options: tuple[Option, ...]
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = ""
    _offered: dict[tuple[TicketKind, str], dict[tuple[str, str], int]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for option in self.options:
            offered = self._offered.setdefault((option.kind, option.parameter), {})
            offered.setdefault((option.value, option.parent), len(offered))

    @property
    def approvers(self) -> tuple[Member, ...]:
        """The members with approval right, in their order."""
        return tuple(member for member in self.members.values() if member.may_approve)

    def name_of(self, master_id: str) -> str:
        """The account's name, or its master ID where it has none."""
        return self.names.get(master_id) or master_id

    def offers(self, kind: TicketKind, parameter: str, value: str, parent: str = "") -> bool:
        """Whether the value stands in the list (under that parent)."""
        return (value, parent) in self._offered.get((kind, parameter), ())

    def order_of(self, kind: TicketKind, parameter: str) -> dict[str, int]:
        """Each value of a list with its position in it, counted from 0."""
        return {value: position for (value, _), position in self._offered.get((kind, parameter), {}).items()}


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key, its owner's master ID and its secret, which stays encrypted until it is needed."""

    access_key: str
    owner: str
    sealed_secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that is administered, as of one version; a newer version replaces it whole."""

    version: int
    services: Mapping[str, Service]
    keys: Mapping[str, AccessKey]

    def services_of(self, master_id: str) -> Sequence[Service]:
        """The services in which an account is a member, by their codes."""
        return [found for _, found in sorted(self.services.items()) if master_id in found.members]

    def member(self, service_code: str, master_id: str) -> Member | None:
        """The account as a member of a service; None where it is not one, or there is no such service."""
        service = self.services.get(service_code)
        return service.members.get(master_id) if service else None

    def name_of(self, master_id: str) -> str:
        """An account's name, which is the same in every service; its master ID where it has none."""
        return next((found.name_of(master_id) for found in self.services.values()), master_id)

    def admit(self, *, owner: str, master_id: str, service_code: str, right: Right) -> tuple[Service, Member] | Refusal:
        """Check 8: the master ID is the caller's own, belongs to the service, and its role allows it."""
        service, member = self.services.get(service_code), self.member(service_code, master_id)
        if service is None or member is None or owner != master_id or not member.may(right):
            return Refusal(Reason.NOT_A_MEMBER)
        return service, member
