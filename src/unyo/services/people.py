"""What is kept of people beside tickets: passwords, one-time links, sessions, what they have chosen, who is there.

Tokens come in clear and are kept as digests only. All times are in UTC. Each method may raise StorageFailed.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from pydantic import SecretStr

LINK_PATH: Final = "/link/"
"""Where a one-time link leads on the portal; its token stands behind it."""
INVITED_FOR: Final = timedelta(hours=72)
"""How long a one-time link can be used."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How often it is written down that a session, or somebody who has a ticket open, is still there."""
PRESENT_FOR: Final = timedelta(seconds=100)
"""How long somebody counts as having a ticket open after it was last written down that they are there."""


def link_of(portal_url: str, token: SecretStr) -> SecretStr:
    """The one-time link with that token, on the portal at that URL."""
    return SecretStr(portal_url.rstrip("/") + LINK_PATH + token.get_secret_value())


def make_token() -> SecretStr:
    """A random token of 256 bits, which nobody can guess."""
    return SecretStr(secrets.token_urlsafe(32))


class Purpose(StrEnum):
    """What a one-time link does."""

    PASSWORD = "PASSWORD"  # noqa: S105 - a word of ours, no password
    """It lets the account's owner set a password."""
    SIGN_IN = "SIGN_IN"
    """It signs in; the demonstration makes such."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link that can be used."""

    master_id: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in on one browser; ``service_code`` is ``""`` until one is chosen."""

    number: str
    """What its owner ends it by; not a secret."""
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


class Passwords(Protocol):
    """The hashes of passwords."""

    def password_of(self, master_id: str) -> str | None:
        """The hash of an account's password; None where it has none, or is disabled or unknown."""

    def change_password(self, master_id: str, before: str, hashed: str, now: datetime, *, keep: SecretStr) -> bool:
        """Exchange a hash; the account's sessions end, but for one. False where it has another hash by now."""

    def hash_anew(self, master_id: str, before: str, hashed: str) -> bool:
        """Keep the same password under another hash; False where it has another one by now."""


class Invitations(Protocol):
    """One-time links; who administers makes them."""

    def invited(self, token: SecretStr, now: datetime) -> Invitation | None:
        """What a link is for; None where it is used, too old or unknown, or its account is disabled."""

    def use_to_sign_in(self, token: SecretStr, now: datetime) -> str | None:
        """Use a link that signs in; its account, or None as above."""

    def use_for_password(self, token: SecretStr, hashed: str, now: datetime) -> str | None:
        """Use a link to set the password; the account's sessions and other links end. Its account, or None as above."""


class Sessions(Protocol):
    """Who is signed in. A session whose account is disabled or gone is none."""

    def begin_session(
        self, token: SecretStr, session: Session, *, proved_by: str | None, instead_of: SecretStr | None
    ) -> bool:
        """Keep a new session in the place of an older one of the same browser.

        False, and nothing is kept, where the account is disabled meanwhile, or its hash is not that which proved
        who it is (None: something else than a password did).
        """

    def session_of(self, token: SecretStr, now: datetime, idle: timedelta, *, is_seen: bool) -> Session | None:
        """The session, unless it has ended, expired, or been idle for that long.

        ``is_seen`` says that its owner did something, which is written down once every `SEEN_EVERY`.
        """

    def number_of(self, token: SecretStr, master_id: str) -> str | None:
        """The number of the account's session of that token, be it that it has run out; None where it was ended."""

    def renew_session(self, token: SecretStr, new: SecretStr) -> None:
        """Let a session go on under another token."""

    def choose_service(self, token: SecretStr, service_code: str) -> None:
        """Let a session work in a service code."""

    def sessions_of(self, master_id: str, now: datetime, idle: timedelta) -> Sequence[Session]:
        """The account's sessions, the last seen first."""

    def end_session(self, token: SecretStr) -> None:
        """End a session."""

    def end_sessions(self, master_id: str, *, number: str | None = None, keep: SecretStr | None = None) -> int:
        """End an account's sessions, or the one of that number, but for the one of the token ``keep``; how many."""


class Attempts(Protocol):
    """Attempts to sign in, by subject: an account, an address, or a browser in which the account was signed in."""

    def attempt(
        self, subjects: Sequence[str], now: datetime, wait_after: Callable[[int], timedelta], forget: timedelta
    ) -> timedelta:
        """Count an attempt of these subjects as failed; where one has to wait, count nothing and say how long.

        ``wait_after`` says how long to wait after a number of failures in a row; ``forget``, how long after the last
        one they are remembered. Attempts at the same moment are counted one after the other.
        """

    def succeeded(self, subjects: Sequence[str]) -> None:
        """Forget the subjects' failures."""


class People(Passwords, Invitations, Sessions, Attempts, Protocol):
    """All that signing in needs to be kept."""


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


class Presence(Protocol):
    """Who has which ticket open, on any node; who says nothing for `PRESENT_FOR` has left."""

    def arrive(self, service_code: str, number: int, master_id: str, now: datetime, *, is_editing: bool) -> None:
        """Somebody has, or still has, a ticket open."""

    def leave(self, service_code: str, number: int, master_id: str) -> None:
        """Somebody has closed it."""

    def present(self, service_code: str, number: int, now: datetime) -> Sequence[Present]:
        """Who has it open, by master ID."""
