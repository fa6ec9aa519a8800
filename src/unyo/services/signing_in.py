"""People sign in, set and change their password, and end their sessions. What comes of it is data; a door says it."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from pydantic import SecretStr

from unyo.tickets.directory import Directory
from unyo.tickets.text import is_storable

from .hashing import Busy, Hashing
from .passwords import (
    FORGET_AFTER,
    Unfit,
    account_subject,
    address_subject,
    browser_subject,
    is_too_long,
    possible_master_id,
    wait_after,
    why_unfit,
)
from .people import Invitation, People, Purpose, Session, make_token

log = logging.getLogger(__name__)

_LONGEST_KEPT: Final = 200  # characters of what a browser says of itself


class Refusal(Enum):
    """Why somebody was not let in."""

    WRONG = auto()
    """Account or password, which of both is not told; or the account has no password, or is disabled."""
    WAIT = auto()
    """It failed too often in a row."""
    LINK_USED = auto()
    """The one-time link is used, too old or unknown."""
    BUSY = auto()
    """Too many sign in at this moment."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody was not let in; ``wait`` is how long another attempt is of no use."""

    refusal: Refusal
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody is signed in: a new session, and the token that its browser keeps."""

    token: SecretStr
    session: Session


@dataclass(frozen=True, slots=True)
class Changed:
    """The password is another now; the account's other sessions have ended, and its browser keeps a new token."""

    token: SecretStr


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose call it is: the address, what the browser says of itself, and the token of its session, if it has one."""

    address: str = ""
    user_agent: str = ""
    token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lives without, and with, its owner doing something."""

    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)


LIFETIMES: Final = Lifetimes()


class SigningIn:
    """The use case. Each method waits for the database, some for a hash: none belongs into an event loop's thread."""

    def __init__(
        self,
        people: People,
        clock: Callable[[], datetime],
        *,
        hashing: Hashing,
        lifetimes: Lifetimes = LIFETIMES,
        make_token: Callable[[], SecretStr] = make_token,
    ) -> None:
        self._people = people
        self._clock = clock
        self._hashing = hashing
        self._lifetimes = lifetimes
        self._make_token = make_token

    def sign_in(self, master_id: str, password: SecretStr, visitor: Visitor) -> SignedIn | Refused:
        """Sign in with a password."""
        proved = self._prove(possible_master_id(master_id), password, visitor)
        if isinstance(proved, Refused):
            return proved
        return self._begin(master_id, visitor, proved) or Refused(Refusal.WRONG)

    def invited(self, link: SecretStr) -> Invitation | None:
        """What a one-time link is for, while it can be used."""
        return self._people.invited(link, self._clock())

    def sign_in_by_link(self, link: SecretStr, visitor: Visitor) -> SignedIn | Refused:
        """Sign in with a one-time link that is made for it."""
        master_id = self._people.use_to_sign_in(link, self._clock())
        begun = None if master_id is None else self._begin(master_id, visitor, None)
        return begun or Refused(Refusal.LINK_USED)

    def set_password(self, link: SecretStr, password: SecretStr, visitor: Visitor) -> SignedIn | Refused | Unfit:
        """Set the password that a one-time link is for, and sign in; the account's sessions end."""
        invitation = self.invited(link)
        if invitation is None or invitation.purpose is not Purpose.PASSWORD:
            return Refused(Refusal.LINK_USED)
        hashed = self._hash(invitation.master_id, password)
        if not isinstance(hashed, str):
            return hashed
        master_id = self._people.use_for_password(link, hashed, self._clock())
        if master_id is None:
            return Refused(Refusal.LINK_USED)
        self._people.succeeded([account_subject(master_id)])
        return self._begin(master_id, visitor, hashed) or Refused(Refusal.WRONG)

    def change_password(
        self, master_id: str, old: SecretStr, new: SecretStr, visitor: Visitor
    ) -> Changed | Refused | Unfit:
        """Change the password of who is signed in; its other sessions end. The old one is guarded as at signing in."""
        assert visitor.token is not None
        unfit = why_unfit(master_id, new)
        if unfit:
            return unfit
        before = self._prove(master_id, old, visitor)
        if isinstance(before, Refused):
            return before
        hashed = self._hash(master_id, new)
        if not isinstance(hashed, str):
            return hashed
        changed = self._people.change_password(master_id, before, hashed, self._clock(), keep=visitor.token)
        if not changed:
            return Refused(Refusal.WRONG)
        log.info("password changed: %s, from %s", master_id, _kept(visitor.address))
        return Changed(self._renew(visitor.token))

    def session(self, token: SecretStr, *, is_seen: bool = True) -> Session | None:
        """The session of a token, None where it has ended; ``is_seen``: its owner did something, so it lives on."""
        return self._people.session_of(token, self._clock(), self._lifetimes.idle, is_seen=is_seen)

    def sessions(self, master_id: str) -> Sequence[Session]:
        """An account's sessions, the last seen first."""
        return self._people.sessions_of(master_id, self._clock(), self._lifetimes.idle)

    def choose_service(self, signed_in: SignedIn, service_code: str, directory: Directory) -> bool:
        """Let a session work in a service code; False, and it stays where it is, where its account may not."""
        if directory.member(service_code, signed_in.session.master_id) is None:
            return False
        self._people.choose_service(signed_in.token, service_code)
        return True

    def sign_out(self, token: SecretStr) -> None:
        """End a session."""
        self._people.end_session(token)

    def end_session(self, master_id: str, number: str) -> bool:
        """End one of an account's sessions; whether there was one of that number."""
        return is_storable(number) and self._people.end_sessions(master_id, number=number) > 0

    def end_other_sessions(self, master_id: str, keep: SecretStr) -> SecretStr:
        """End an account's sessions but for one; the new token that its browser keeps."""
        self._people.end_sessions(master_id, keep=keep)
        return self._renew(keep)

    def _prove(self, master_id: str, password: SecretStr, visitor: Visitor) -> str | Refused:
        """The hash by which the password is the account's."""
        if is_too_long(password):  # the same for every account, and it costs nothing
            return Refused(Refusal.WRONG)
        subjects = self._subjects(master_id, visitor)
        wait = self._people.attempt(subjects, self._clock(), wait_after, FORGET_AFTER)
        if wait:
            log.info("password refused: too many failures, from %s", _kept(visitor.address))
            return Refused(Refusal.WAIT, wait)
        hashed = self._people.password_of(master_id)
        try:
            if not self._hashing.fits(hashed, password) or hashed is None:
                # What is no account's name may be the password, typed into the wrong field.
                whose = "an account that has none" if hashed is None else master_id
                log.info("password refused: that of %s, from %s", whose, _kept(visitor.address))
                return Refused(Refusal.WRONG)
            if self._hashing.is_outdated(hashed):
                anew = self._hashing.hash(password)
                hashed = anew if self._people.hash_anew(master_id, hashed, anew) else hashed
        except Busy:
            return Refused(Refusal.BUSY)
        self._people.succeeded(subjects)
        return hashed

    def _subjects(self, master_id: str, visitor: Visitor) -> list[str]:
        """Whose failures count: a browser's own where the account was signed in there, so that strangers' do not.

        Else whoever knows a master ID, or sits behind the same address, could keep its owner out for good.
        """
        number = self._people.number_of(visitor.token, master_id) if visitor.token else None
        return [browser_subject(number)] if number else [account_subject(master_id), address_subject(visitor.address)]

    def _renew(self, token: SecretStr) -> SecretStr:
        """A new token in the place of one of which somebody may have a copy."""
        new = self._make_token()
        self._people.renew_session(token, new)
        return new

    def _hash(self, master_id: str, password: SecretStr) -> str | Refused | Unfit:
        unfit = why_unfit(master_id, password)
        if unfit:
            return unfit
        try:
            return self._hashing.hash(password)
        except Busy:
            return Refused(Refusal.BUSY)

    def _begin(self, master_id: str, visitor: Visitor, proved_by: str | None) -> SignedIn | None:
        """A new session under a new token, whatever the browser had before."""
        now, token = self._clock(), self._make_token()
        session = Session(
            number=secrets.token_hex(8),
            master_id=master_id,
            service_code="",
            created_at=now,
            seen_at=now,
            expires_at=now + self._lifetimes.longest,
            address=_kept(visitor.address),
            user_agent=_kept(visitor.user_agent),
        )
        begun = self._people.begin_session(token, session, proved_by=proved_by, instead_of=visitor.token)
        if not begun:
            return None
        log.info("signed in: %s, from %s", master_id, session.address)
        return SignedIn(token, session)


def _kept(told: str) -> str:
    """What is kept of what a caller tells: one line of what can be printed, and not too much of it."""
    return "".join(letter for letter in told[:_LONGEST_KEPT] if letter.isprintable())
