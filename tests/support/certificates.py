"""Certificates that sign themselves, as a test needs them, and what a server presents."""

import shutil
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .processes import PATIENCE

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path

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
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    sealed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    pem = serialization.Encoding.PEM
    pair.certificate.write_bytes(certificate.public_bytes(pem))
    pair.key.touch(0o600)
    pair.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, sealed))
    return pair


def presented(port: int) -> str:
    """The certificate that a new connection gets to see."""
    anyones = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyones.check_hostname = False
    anyones.verify_mode = ssl.CERT_NONE
    with socket.create_connection((LOOPBACK, port), PATIENCE) as plain, anyones.wrap_socket(plain) as encrypted:
        found = encrypted.getpeercert(binary_form=True)
    assert found
    return ssl.DER_cert_to_PEM_cert(found)
