"""Certificates as a test needs them, and what a server presents."""

import shutil
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from unyo.bootstrap.loopback import LOOPBACK
from unyo.testkit import certificates

from .processes import PATIENCE


@dataclass(frozen=True)
class Pair(certificates.Pair):
    """A certificate and its key, for servers of tests."""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that have a server use them."""
        return "--tls-cert", str(self.certificate), "--tls-key", str(self.key)

    @property
    def pem(self) -> str:
        return self.certificate.read_text()

    def trust(self) -> ssl.SSLContext:
        """A client that trusts this certificate, and no other."""
        return ssl.create_default_context(cafile=self.certificate)

    def copy_to(self, other: "Pair") -> None:
        """Write them into another pair's files, the certificate first."""
        shutil.copyfile(self.certificate, other.certificate)
        shutil.copyfile(self.key, other.key)


def make_pair(folder: Path, name: str, password: bytes | None = None, days: int = 30) -> Pair:
    """A pair for loopback; names and keys differ from each other's."""
    made = certificates.make_pair(folder, name, password, days)
    return Pair(made.certificate, made.key)


def presented(port: int) -> str:
    """The certificate that a new connection gets to see."""
    anyones = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyones.check_hostname = False
    anyones.verify_mode = ssl.CERT_NONE
    with socket.create_connection((LOOPBACK, port), PATIENCE) as plain, anyones.wrap_socket(plain) as encrypted:
        found = encrypted.getpeercert(binary_form=True)
    assert found
    return ssl.DER_cert_to_PEM_cert(found)
