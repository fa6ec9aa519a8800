"""What the portal needs of the world beside tickets: passwords, invitations, sessions, what people have chosen.

All times are in UTC. Each method may raise StorageFailed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in on one browser; ``service_code`` is ``""`` until one is chosen."""

    number: str
    """By which its owner can end it; no secret."""
    master_id: str
    service_code: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person has chosen; ``""`` leaves it to the browser, or, for the time zone, to Asia/Tokyo."""

    language: str = ""
    theme: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list that somebody wants to see again: its name, and the query of its address."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has a ticket open."""

    master_id: str
    is_editing: bool


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often signing in failed in a row, and when it last did."""

    failures: int
    last_at: datetime


class People(Protocol):
    """Passwords, invitations, sessions and their throttle. Tokens come in clear and are kept as digests only."""

    def password_of(self, master_id: str) -> str | None:
        """The hash of an account's password; None where it has none, or is disabled or unknown."""

    def set_password(self, master_id: str, hashed: str, now: datetime, *, keep: str = "") -> None:
        """Give an account a password; its sessions end, but for the one of that token."""

    def invited(self, token: str, now: datetime) -> str | None:
        """The account that a one-time link is for; None where it is used, too old or unknown."""

    def use_invitation(self, token: str, hashed: str, now: datetime) -> str | None:
        """Set the password that a one-time link is for, which so is used; the account, or None as above."""

    def begin_session(self, token: str, session: Session) -> None:
        """Keep a new session under its token."""

    def session_of(self, token: str, now: datetime) -> Session | None:
        """A session that has neither expired nor been ended, whose account is there; seen now (to the minute)."""

    def choose_service(self, token: str, service_code: str) -> None:
        """Let a session work in a service code."""

    def sessions_of(self, master_id: str, now: datetime) -> Sequence[Session]:
        """The account's sessions, the last seen first."""

    def end_session(self, token: str) -> None:
        """End a session."""

    def end_sessions(self, master_id: str, *, number: str = "", keep: str = "") -> int:
        """End an account's sessions, or one by its number, but for the one of the token ``keep``; how many."""

    def attempts(self, subject: str) -> Attempts | None:
        """What failed for a subject (an account or an address) lately."""

    def failed(self, subject: str, now: datetime) -> None:
        """Count a failure."""

    def succeeded(self, subject: str) -> None:
        """Forget the failures."""


class Choices(Protocol):
    """What people have chosen, and the lists that they saved."""

    def chosen(self, master_id: str) -> Chosen:
        """What a person has chosen."""

    def choose(self, master_id: str, chosen: Chosen) -> None:
        """Keep what a person chooses."""

    def views(self, service_code: str, master_id: str) -> Sequence[SavedView]:
        """A person's saved lists in a service, by name."""

    def save_view(self, service_code: str, master_id: str, view: SavedView) -> None:
        """Save a list; one of the same name is replaced."""

    def delete_view(self, service_code: str, master_id: str, name: str) -> None:
        """Forget a saved list."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket that somebody changed, registered or opened; ``master_id`` says who."""

    service_code: str
    number: int
    master_id: str = ""
    is_presence: bool = field(default=False)


class Presence(Protocol):
    """Who has which ticket open, on any node. Who does not say so again within `PRESENT_SECONDS` has left."""

    def arrive(self, service_code: str, number: int, master_id: str, now: datetime, *, is_editing: bool) -> None:
        """Somebody has, or still has, a ticket open."""

    def leave(self, service_code: str, number: int, master_id: str) -> None:
        """Somebody has closed it."""

    def present(self, service_code: str, number: int, now: datetime) -> Sequence[Present]:
        """Who has it open."""


PRESENT_SECONDS = 45
