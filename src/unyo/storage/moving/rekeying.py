"""Another key for the stored secrets: the key file holds it before anything is encrypted with it, and the old one too.

Each function locks the installation's row first, so that of two who change keys the later sees what the earlier did.
What changes the secrets is in the audit trail.
"""

import os
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.storage.administration import Admin, NotPossible
from unyo.storage.keyring import Keyring, make_key, read_key
from unyo.storage.new_files import rewritten_file
from unyo.storage.tables import access_keys, installation

# What the audit trail calls it.
_OBJECT: Final = "secret key"


def prepare(connection: Connection, path: Path) -> bool:
    """Have the key file hold a key that is newer than the one in use; whether one was added.

    Raises:
        WrongKey: the file does not open the secrets.
        NotWritten: the file cannot be written.
        NotPossible: the database is no installation yet.
    """
    check = _locked(connection)
    keyring = Keyring(read_key(path))
    keyring.unseal(check)
    if not keyring.is_newest(check):
        return False
    _write(path, [*read_key(path).split(), make_key()])
    return True


def rotate(admin: Admin, path: Path) -> int:
    """Encrypt every secret anew with the file's newest key; how many access keys there are.

    Raises:
        WrongKey: the file does not open all of them.
    """
    count = _reseal(admin.connection, path)
    admin.record("secret-key.rotate", _OBJECT, after={"access_keys": count})
    return count


def _reseal(connection: Connection, path: Path) -> int:
    _locked(connection)
    keyring = Keyring(read_key(path))
    found = connection.execute(sa.select(access_keys.c.access_key, access_keys.c.sealed_secret)).all()
    for access_key, sealed in found:
        connection.execute(
            sa.update(access_keys)
            .where(access_keys.c.access_key == access_key)
            .values(sealed_secret=keyring.seal(keyring.unseal(sealed)))
        )
    connection.execute(sa.update(installation).values(key_check=keyring.check()))
    return len(found)


def prepare_to_retire(connection: Connection, path: Path) -> None:
    """Have no secret need an older key of the file any more, such as one of an access key that was added meanwhile.

    Raises:
        WrongKey: the file does not open the secrets.
        NotPossible: there is nothing to retire.
    """
    check = _locked(connection)
    keyring = Keyring(read_key(path))
    keyring.unseal(check)
    if len(keyring) == 1:
        raise NotPossible(f"{path} holds one key only: there is none to retire")
    if not keyring.is_newest(check):
        raise NotPossible(f"the newest key of {path} is not in use yet: run `unyo secret-key rotate` first")
    _reseal(connection, path)


def retire(admin: Admin, path: Path) -> None:
    """Leave the newest key alone in the file.

    Raises:
        NotPossible: a secret needs another one.
        NotWritten: the file cannot be written.
    """
    check = _locked(admin.connection)
    *older, newest = read_key(path).split()
    alone = Keyring(newest)
    sealed = admin.connection.execute(sa.select(access_keys.c.sealed_secret)).scalars()
    if not all(alone.is_newest(each) for each in (check, *sealed)):
        raise NotPossible("an access key was just added with an older key: try again")
    admin.record("secret-key.retire", _OBJECT, before={"keys": len(older) + 1}, after={"keys": 1})
    _write(path, [newest])


def count_lost(connection: Connection, keyring: Keyring | None) -> int:
    """How many access keys would be lost with the key that encrypted them, if all that is left is this one.

    Raises:
        NotPossible: this key opens the secrets; there is nothing to replace.
    """
    check = _locked(connection)
    if keyring is None or not keyring.opens(check):
        return connection.execute(sa.select(sa.func.count()).select_from(access_keys)).scalar_one()
    raise NotPossible("this key opens the stored secrets: nothing is lost. `unyo secret-key rotate` makes a new one")


def replace(admin: Admin, keyring: Keyring) -> None:
    """Make this key the installation's, and delete every access key: without the lost key none of them is of use."""
    count_lost(admin.connection, keyring)
    lost = admin.connection.execute(sa.select(access_keys.c.access_key).order_by(access_keys.c.access_key)).scalars()
    admin.record("secret-key.replace", _OBJECT, before={"access_keys": list(lost)}, after={"access_keys": []})
    admin.connection.execute(sa.delete(access_keys))
    admin.connection.execute(sa.update(installation).values(key_check=keyring.check()))


def _locked(connection: Connection) -> bytes:
    """Lock the installation and move the directory's version; the known text under the key in use."""
    connection.execute(sa.update(installation).values(directory_version=installation.c.directory_version + 1))
    check = connection.execute(sa.select(installation.c.key_check)).scalar_one_or_none()
    if check is None:
        raise NotPossible("this database holds no service yet: run `unyo init` first")
    return bytes(check)


def _write(path: Path, keys: list[str]) -> None:
    """Write the key file anew; who may read it stays as it was."""
    path = path.resolve()  # what a link points to, not the link
    before = path.stat()
    with rewritten_file(path) as file:
        os.fchown(file.fileno(), before.st_uid, before.st_gid)
        os.fchmod(file.fileno(), before.st_mode & 0o777)
        file.write("".join(f"{key}\n" for key in keys).encode())
