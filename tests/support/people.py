"""People who sign in, on a database of a test's own; their hashes cost next to nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from pydantic import SecretStr

from unyo.cast import YAMADA
from unyo.services.hashing import Hashing
from unyo.services.people import Purpose, Session, make_token
from unyo.services.signing_in import Refusal, Refused, SignedIn, SigningIn, Visitor
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.people import Keeping, SqlChoices, SqlPeople, SqlPresence

from .clock import Clock

PASSWORD = SecretStr("六月の雨は静かに降る rain")
OTHER_PASSWORD = SecretStr("七月の空は高く晴れる sky")
WRONG = SecretStr("八月の海は遠く光る sea")
AT_HOME = Visitor("192.0.2.7", "Firefox")
REFUSED = Refused(Refusal.WRONG)


def cheap(time_cost: int = 1) -> Hashing:
    """Hashes in a fraction of a millisecond."""
    return Hashing(PasswordHasher(time_cost=time_cost, memory_cost=8, parallelism=1))


@dataclass(frozen=True)
class Lobby:
    """Where people sign in."""

    engines: Engines
    clock: Clock
    signing_in: SigningIn
    people: SqlPeople
    choices: SqlChoices
    presence: SqlPresence

    def link(self, master_id: str = YAMADA.master_id, purpose: Purpose = Purpose.PASSWORD) -> SecretStr:
        """The token of a new one-time link."""
        token = make_token()
        with self.administering() as admin:
            administration.invite(admin, master_id, token, purpose)
        return token

    def member(self, master_id: str = YAMADA.master_id, password: SecretStr = PASSWORD) -> SignedIn:
        """Somebody who has set a password, and is signed in."""
        signed_in = self.signing_in.set_password(self.link(master_id), password, AT_HOME)
        assert isinstance(signed_in, SignedIn)
        return signed_in

    def sign_in(
        self, password: SecretStr = PASSWORD, master_id: str = YAMADA.master_id, visitor: Visitor = AT_HOME
    ) -> Any:
        """What comes of an attempt to sign in."""
        return self.signing_in.sign_in(master_id, password, visitor)

    def session(self, signed_in: SignedIn, *, is_seen: bool = True) -> Session | None:
        """The session of somebody who signed in, if it has not ended."""
        return self.signing_in.session(signed_in.token, is_seen=is_seen)

    def rows(self, table: sa.Table) -> int:
        """How many rows there are."""
        with self.engines.reading.begin() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()

    def administer(self, change: Callable[[Admin], None]) -> None:
        """Have an administrator change something."""
        with self.administering() as admin:
            change(admin)

    @contextmanager
    def administering(self) -> Iterator[Admin]:
        """A transaction in which something administered is changed."""
        with self.engines.writing.begin() as connection:
            yield Admin(connection, Author("tests"), self.clock())


@contextmanager
def lobby(url: str, hashing: Hashing | None = None, clock: Clock | None = None) -> Iterator[Lobby]:
    """Open one on a filled database."""
    engines, clock = open_engines(parse_url(url)), clock or Clock()
    keeping = Keeping(engines.reading, engines.writing)
    people = SqlPeople(keeping)
    signing_in = SigningIn(people, clock, hashing=hashing or cheap())
    try:
        yield Lobby(engines, clock, signing_in, people, SqlChoices(keeping), SqlPresence(keeping))
    finally:
        engines.dispose()
