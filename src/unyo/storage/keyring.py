"""Secrets at rest: access keys' secrets are encrypted, since a signature needs them in clear."""

import hashlib
import hmac
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

_KNOWN_TEXT = b"unyo"


class WrongKey(Exception):
    """The key does not open what is stored, or is none; the message says what to do."""


class Keyring:
    """The key that encrypts the secrets of one installation, and what is derived from it."""

    def __init__(self, key: str) -> None:
        """Take a key as `make_key` writes it.

        Raises:
            WrongKey: the text is no such key.
        """
        try:
            self._fernet = Fernet(key.strip().encode("ascii"))
        except ValueError:
            raise WrongKey("the secret key is damaged: it must be the line that unyo wrote into its key file") from None
        self._key = key.strip().encode("ascii")

    def __repr__(self) -> str:
        return "<Keyring>"

    def seal(self, secret: str) -> bytes:
        """Encrypt a secret."""
        return self._fernet.encrypt(secret.encode())

    def unseal(self, sealed: bytes) -> str:
        """Decrypt a secret.

        Raises:
            WrongKey: it was encrypted with another key.
        """
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise WrongKey(
                "the secret key is not the one that this database's secrets were encrypted with; "
                "give the key file that `unyo init` wrote"
            ) from None

    def check(self) -> bytes:
        """A sealed known text, by which a later start tells whether it has the same key."""
        return self._fernet.encrypt(_KNOWN_TEXT)

    def derive(self, purpose: str) -> bytes:
        """A secret of its own for another purpose, the same on every node."""
        return hmac.digest(self._key, purpose.encode(), hashlib.sha256)


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
        OSError: the file can be neither read nor made.
    """
    if path.exists():
        return read_key(path)
    try:
        descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # its mode is 0600
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        Path(made).unlink()
    return read_key(path)
