"""Access keys: made at random, five an account at the most, the secret shown once and stored encrypted."""

import secrets
import string
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from unyo.storage.keyring import Keyring
from unyo.storage.tables import access_keys

from .accounts import find_account
from .changing import Admin, NotPossible
from .checks import check_name

KEYS_PER_ACCOUNT: Final = 5
_ACCESS_KEY_LETTERS = string.digits + string.ascii_uppercase
_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"


@dataclass(frozen=True, slots=True)
class NewKey:
    """An access key and its secret, which is shown once and never again."""

    access_key: str
    secret_key: str = field(repr=False)


def make_key() -> NewKey:
    """An access key and a secret at random."""
    return NewKey(
        "".join(secrets.choice(_ACCESS_KEY_LETTERS) for _ in range(20)),
        "".join(secrets.choice(_SECRET_LETTERS) for _ in range(40)),
    )


def add_key(admin: Admin, keyring: Keyring, master_id: str, key: NewKey, label: str = "") -> None:
    """Give an account an access key; the secret is stored encrypted.

    Raises:
        NotPossible: the account has five already, there is this key or no such account, or the label cannot be stored.
    """
    check_name("a key's label", label)
    admin.wait()  # of two who add a key at once the later counts the earlier's too
    find_account(admin, master_id)
    admin.check_absent(access_keys, f"the access key {key.access_key} exists already", access_key=key.access_key)
    owned = sa.select(sa.func.count()).where(access_keys.c.master_id == master_id)
    if admin.connection.execute(owned).scalar_one() >= KEYS_PER_ACCOUNT:
        raise NotPossible(f"{master_id} has {KEYS_PER_ACCOUNT} access keys already: delete one first")
    admin.connection.execute(
        sa.insert(access_keys).values(
            access_key=key.access_key,
            master_id=master_id,
            sealed_secret=keyring.seal(key.secret_key),
            created_at=admin.now,
            label=label,
        )
    )
    admin.record("key.add", f"key {key.access_key}", None, {"master_id": master_id, "label": label})


def label_key(admin: Admin, access_key: str, label: str) -> None:
    """Give a key another label, by which people know it.

    Raises:
        NotPossible: there is no such key, or the label cannot be stored.
    """
    check_name("a key's label", label)
    admin.wait()
    before = find_key(admin, access_key).label
    admin.update(access_keys, {"label": label}, access_key=access_key)
    admin.record("key.change", f"key {access_key}", {"label": before}, {"label": label})


def enable_key(admin: Admin, access_key: str, *, enabled: bool) -> None:
    """Let a key open its account again, or no longer.

    Raises:
        NotPossible: there is no such key.
    """
    admin.wait()
    before = not find_key(admin, access_key).is_disabled
    admin.update(access_keys, {"is_disabled": not enabled}, access_key=access_key)
    action = "key.enable" if enabled else "key.disable"
    admin.record(action, f"key {access_key}", {"enabled": before}, {"enabled": enabled})


def delete_key(admin: Admin, access_key: str) -> None:
    """Delete an access key; it can never be restored.

    Raises:
        NotPossible: there is no such key.
    """
    admin.wait()
    row = find_key(admin, access_key)
    admin.delete(access_keys, access_key=access_key)
    admin.record("key.delete", f"key {access_key}", {"master_id": row.master_id, "label": row.label}, None)


def find_key(admin: Admin, access_key: str) -> sa.Row[Any]:
    """The row of an access key, disabled ones included.

    Raises:
        NotPossible: there is none.
    """
    return admin.find(access_keys, f"there is no access key {access_key}", access_key=access_key)
