"""Passwords are hashed with Argon2id, by the parameters that RFC 9106 recommends for servers (argon2-cffi's own)."""

import secrets
import threading
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

from .passwords import normal

# A hash takes 64 MiB and four threads; more at once would only make each of them slower.
AT_ONCE: Final = 2
PATIENCE_SECONDS: Final = 10.0


class Busy(Exception):
    """Too many passwords are being hashed for this one to get its turn."""


class Hashing:
    """Hashes passwords, a few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None, patience: float = PATIENCE_SECONDS) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._patience = patience

    def hash(self, password: SecretStr) -> str:
        """The hash of a password, which names its parameters.

        Raises:
            Busy: no turn came in time.
        """
        self._take_turn()
        try:
            return self._hasher.hash(_bytes(password))
        finally:
            self._turns.release()

    def fits(self, hashed: str | None, password: SecretStr) -> bool:
        """Whether it is the password of a hash; None, that of nobody, takes as long and never is.

        Raises:
            Busy: no turn came in time.
        """
        self._take_turn()
        try:
            nobodys = self._nobodys  # whoever comes first waits for it, known or not
            return self._hasher.verify(hashed or nobodys, _bytes(password)) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._turns.release()

    def is_outdated(self, hashed: str) -> bool:
        """Whether it was made with other parameters than are recommended now."""
        return self._hasher.check_needs_rehash(hashed)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_bytes(32))

    def _take_turn(self) -> None:
        if not self._turns.acquire(timeout=self._patience):
            raise Busy


def _bytes(password: SecretStr) -> bytes:
    return normal(password).get_secret_value().encode("utf-8", "surrogatepass")
