"""Secrets at rest: access keys' secrets are encrypted, since a signature needs them in clear."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .new_files import AlreadyThere, new_file

_KNOWN_TEXT = b"unyo"


class WrongKey(Exception):
    """The key does not open what is stored, or is none; the message says what to do."""


class Keyring:
    """The keys that encrypt the secrets of one installation, and what is derived from the newest of them.

    There is one, but while it is rotated: then the newest, which stands last, seals, and each opens what it sealed.
    """

    def __init__(self, text: str, reread: Callable[[], str] | None = None) -> None:
        """Take keys as `make_key` writes them, one a line, oldest first.

        ``reread`` gets the text anew when something does not open: it may have been rotated since.

        Raises:
            WrongKey: the text is none.
        """
        self._keys = _parse(text)
        self._newest = self._keys[-1]
        self._opening = _opening(self._keys)
        self._reread = reread

    def __repr__(self) -> str:
        return "<Keyring>"

    def __len__(self) -> int:
        return len(self._keys)

    def seal(self, secret: str) -> bytes:
        """Encrypt a secret with the newest key."""
        return Fernet(self._newest).encrypt(secret.encode())

    def unseal(self, sealed: bytes) -> str:
        """Decrypt a secret.

        Raises:
            WrongKey: it was encrypted with another key.
        """
        try:
            try:
                return self._opening.decrypt(sealed).decode()
            except InvalidToken:
                self._learn()
                return self._opening.decrypt(sealed).decode()
        except InvalidToken:
            raise WrongKey(
                "the secret key is not the one that this database's secrets were encrypted with; "
                "give the key file that `unyo init` wrote"
            ) from None

    def opens(self, sealed: bytes) -> bool:
        """Whether one of the keys opens it."""
        try:
            self.unseal(sealed)
        except WrongKey:
            return False
        return True

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key opens it."""
        try:
            Fernet(self._newest).decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def _learn(self) -> None:
        """Open with keys that have come since, too; what seals and is derived stays as it was."""
        if self._reread is None:
            return
        with suppress(OSError, WrongKey):
            found = _parse(self._reread())
            self._keys = [*self._keys, *(key for key in found if key not in self._keys)]
            self._opening = _opening(self._keys)

    def check(self) -> bytes:
        """A sealed known text, by which a later start tells whether it has the same key."""
        return Fernet(self._newest).encrypt(_KNOWN_TEXT)

    def derive(self, purpose: str) -> bytes:
        """A secret of its own for another purpose, the same on every node."""
        return hmac.digest(self._newest, purpose.encode(), hashlib.sha256)


def _parse(text: str) -> list[bytes]:
    try:
        keys = [line.encode("ascii") for line in text.split() or [""]]
        for key in keys:
            Fernet(key)
    except ValueError:
        raise WrongKey("the secret key is damaged: it must be the line that unyo wrote into its key file") from None
    return keys


def _opening(keys: Sequence[bytes]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in reversed(keys)])


def make_key() -> str:
    """A new key at random."""
    return Fernet.generate_key().decode()


def read_key(path: Path) -> str:
    """The key in the file; what is no text is no key either, and refused as such by the keyring.

    Raises:
        OSError: the file cannot be read.
    """
    return path.read_text(encoding="ascii", errors="replace").strip()


def read_or_make_key(path: Path) -> str:
    """The key in the file; a new one is made, readable by its owner only, where there is no file.

    The file appears whole or not at all: a crash leaves no empty key, and of two that make one at once both read
    the same.

    Raises:
        OSError: the file cannot be read.
        NotWritten: it cannot be made.
    """
    if not path.exists():
        with suppress(AlreadyThere), new_file(path) as file:
            file.write(f"{make_key()}\n".encode())
    return read_key(path)
