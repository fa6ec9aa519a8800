"""TLS of our own: a certificate and its key, which may be exchanged while the server serves."""

import logging
import ssl
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1
"""How often the files are looked at."""
# Of TLS 1.2 only what has forward secrecy and authenticates what it encrypts; TLS 1.3 has nothing else.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"

_Seen = list[tuple[int, ...] | str]


class UnusableCertificate(Exception):
    """The files hold no certificate with its key; the message says what to do."""


class Certificate:
    """PEM files: the certificate, with what it is issued by after it, and its key.

    A new pair is read as a whole, apart from the one in use, and takes its place from the next handshake on. Each
    process has one of its own.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate = certificate
        self._key = key
        self._seen: _Seen = []
        self._newest: ssl.SSLContext | None = None

    def open(self, *_uvicorn: object) -> ssl.SSLContext:
        """What handshakes begin with.

        Raises:
            UnusableCertificate: the files cannot be used.
        """
        self._seen = self._look()
        first = self._newest = self._read()
        first.sni_callback = self._choose  # called for every handshake, whether it names a server or not
        return first

    async def exchange(self) -> None:
        """Take the files anew where they have changed; where they cannot be used, what is in use stays."""
        seen = self._look()
        if seen == self._seen:
            return
        self._seen = seen  # before they are read: what changes from here on is seen next time
        try:
            self._newest = self._read()
        except UnusableCertificate as error:
            log.error("the certificate in use stays: %s", error)  # noqa: TRY400 - the traceback tells nothing more
        else:
            log.info("new connections get the certificate that is in %s now", self._certificate)

    def _choose(self, handshake: ssl.SSLObject, _name: str | None, _first: ssl.SSLContext) -> None:
        assert self._newest is not None
        handshake.context = self._newest

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_CIPHERS)
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._certificate, self._key, password="")
        except ssl.SSLError:
            raise UnusableCertificate(
                f"{self._certificate} and {self._key} are no certificate and its key: give PEM files that belong "
                "together, the key without a password"
            ) from None
        except OSError as error:
            raise UnusableCertificate(
                f"{self._certificate} or {self._key} cannot be read ({error.strerror}): name files that this user "
                "may read"
            ) from None
        return context

    def _look(self) -> _Seen:
        return [_state(path) for path in (self._certificate, self._key)]


def _state(path: Path) -> tuple[int, ...] | str:
    """What changes whenever the file is written, replaced, or allowed to be read."""
    try:
        found = path.stat()
    except OSError as error:
        return str(error.strerror)
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)
