"""Files: who may read them, and whether there is room."""

import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from unyo.api.tls import Certificate, UnusableCertificate
from unyo.config.settings import Settings

from .findings import Finding, bad, doubtful, good

_MIB = 1024 * 1024
# So much free space is little for a database that has to write on.
_LITTLE = 1024 * _MIB
_SOON = timedelta(days=14)


def key_file(settings: Settings) -> Iterator[Finding]:
    """The file with the key that opens the stored secrets: it is for its owner only."""
    if settings.secret_key is not None:
        yield good("key file", "the key is given by itself, not as a file")
        return
    path = settings.secret_key_file
    try:
        mode = path.stat().st_mode
        path.read_bytes()
    except OSError as error:
        yield bad(
            "key file",
            f"{path} cannot be read: {error.strerror}",
            "name the file that `unyo init` made by secret_key_file, and see that this user may read it",
        )
        return
    yield from _private("key file", path, mode, "whoever reads it and the database can sign as anybody")


def certificate(settings: Settings) -> Iterator[Finding]:
    """The certificate for TLS, where one is given: whether it can be used, and how long."""
    if settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        Certificate(settings.tls_cert, settings.tls_key).open()
    except UnusableCertificate as error:
        yield bad("certificate", str(error), "write the right files: a running server goes on with those before them")
        return
    ends = load_pem_x509_certificates(settings.tls_cert.read_bytes())[0].not_valid_after_utc
    says = f"{settings.tls_cert} is valid until {ends:%Y-%m-%d %H:%M} UTC"
    if ends < datetime.now(UTC):
        yield bad("certificate", f"{settings.tls_cert} is not valid any more", "renew it")
    elif ends < datetime.now(UTC) + _SOON:
        yield doubtful("certificate", says, "renew it")
    else:
        yield good("certificate", says)
    mode = settings.tls_key.stat().st_mode
    yield from _private("certificate's key", settings.tls_key, mode, "whoever reads it can pose as this server")


def settings_file(path: Path | None) -> Iterator[Finding]:
    """The settings file, where one is used: whoever may write it decides what is served."""
    if path is None or not path.is_file():
        return  # it comes from a pipe, or is the empty one that every system has
    mode = path.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield bad("settings file", f"others may write {path} ({stat.filemode(mode)})", f"chmod go-w {path}")
    else:
        yield good("settings file", f"{path}")


def database_file(path: Path) -> Iterator[Finding]:
    """SQLite's file, and the room on its disk."""
    yield from _private("database file", path, path.stat().st_mode, "it holds everything that users wrote")
    free = shutil.disk_usage(path.parent).free
    said = f"{free // _MIB:,} MiB are free where {path} lies"
    if free < _LITTLE:
        yield doubtful("disk", said, "make room: on a full disk every change is refused")
    else:
        yield good("disk", said)


def _private(about: str, path: Path, mode: int, why: str) -> Iterator[Finding]:
    others = mode & (stat.S_IRWXG | stat.S_IRWXO)
    if others & stat.S_IRWXO:
        yield bad(about, f"others may read or write {path} ({stat.filemode(mode)}): {why}", f"chmod 600 {path}")
    elif others:
        yield doubtful(about, f"its group may read or write {path} ({stat.filemode(mode)})", f"chmod 600 {path}")
    else:
        yield good(about, f"{path} is its owner's alone")
