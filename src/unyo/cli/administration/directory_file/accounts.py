"""The differences of accounts: names, states, roles with their groups, access keys that are there."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from unyo.storage import administration
from unyo.storage.administration import AccountState, RoleState

from .reading import Path
from .shape import AccountPart, KeyPart, RolePart
from .steps import Sign, Step, added, state_word


def account_steps(have: AccountState | None, master_id: str, want: AccountPart, *, prune: bool) -> Iterator[Step]:
    """What makes an account as the file says; with ``prune`` roles, groups and keys that it does not name are taken."""
    path: Path = ("accounts", master_id)
    if have is None:
        name = want.name or ""
        do = partial(administration.add_account, master_id=master_id, name=name)
        yield Step(Sign.ADD, f"account {master_id}{f' {name}' if name else ''}", path, do)
        have = AccountState(master_id, name, True, {}, ())
    if want.name not in {None, have.name}:
        do = partial(administration.rename_account, master_id=master_id, name=want.name or "")
        text = f"account {master_id}: name {have.name or '-'} → {want.name or '-'}"
        yield Step(Sign.CHANGE, text, (*path, "name"), do)
    if want.enabled not in {None, have.enabled}:
        yield _enabling(master_id, (*path, "enabled"), enabled=bool(want.enabled))
    for code, part in (want.roles or {}).items():
        yield from _role_steps(master_id, code, have.roles.get(code), part, prune=prune)
    yield from _key_steps(have, want.keys or {})
    if prune:
        yield from _pruned(have, want)


def pruned_account(have: AccountState) -> Iterator[Step]:
    """What takes away an account that the file does not name: it is disabled."""
    if have.enabled:
        yield _enabling(have.master_id, ("accounts",), enabled=False)


def unknown_keys(have: AccountState | None, master_id: str, want: AccountPart) -> Iterator[str]:
    """What is to be said of keys that the account does not have, and that no file can make."""
    there = {each.access_key for each in have.keys} if have else set()
    for key in want.keys or {}:
        if key not in there:
            yield f"{master_id} has no access key {key}; a file makes none: `unyo key add {master_id}` makes a new one"


def _enabling(master_id: str, path: Path, *, enabled: bool) -> Step:
    sign = Sign.CHANGE if enabled else Sign.TAKE
    do = partial(administration.enable_account, master_id=master_id, enabled=enabled)
    return Step(sign, f"account {master_id}: {state_word(enabled=enabled)}", path, do)


def _role_steps(master_id: str, code: str, have: RoleState | None, want: RolePart, *, prune: bool) -> Iterator[Step]:
    path: Path = ("accounts", master_id, "roles", code)
    about = f"{code}/{master_id}"
    right = want.may_approve if want.may_approve is not None else bool(have and have.may_approve)
    told = f"{want.role}{', may approve' if right else ''}"
    key: dict[str, Any] = {"service_code": code, "master_id": master_id}
    if have is None:
        do = partial(administration.add_member, role=want.role, may_approve=right, **key)
        yield Step(Sign.ADD, f"role {about}: {told}", path, do)
    elif (have.role, have.may_approve) != (want.role, right):
        do = partial(administration.set_role, role=want.role, may_approve=right, **key)
        before = f"{have.role}{', may approve' if have.may_approve else ''}"
        yield Step(Sign.CHANGE, f"role {about}: {before} → {told}", path, do)
    inside = have.groups if have else ()
    for name in dict.fromkeys(added(inside, want.groups or ())):
        do = partial(administration.join_group, name=name, **key)
        yield Step(Sign.ADD, f"role {about}: group {name}", (*path, "groups"), do)
    if prune and want.groups is not None:
        for name in added(want.groups, inside):
            do = partial(administration.leave_group, name=name, **key)
            yield Step(Sign.TAKE, f"role {about}: group {name}", (*path, "groups"), do)


def _key_steps(have: AccountState, want: dict[str, KeyPart]) -> Iterator[Step]:
    for key in have.keys:
        part = want.get(key.access_key, KeyPart())
        path: Path = ("accounts", have.master_id, "keys", key.access_key)
        if part.label not in {None, key.label}:
            do = partial(administration.label_key, access_key=key.access_key, label=part.label or "")
            text = f"key {key.access_key}: label {key.label or '-'} → {part.label or '-'}"
            yield Step(Sign.CHANGE, text, (*path, "label"), do)
        if part.enabled not in {None, key.enabled}:
            yield _enabling_key(key.access_key, (*path, "enabled"), enabled=bool(part.enabled))


def _enabling_key(access_key: str, path: Path, *, enabled: bool) -> Step:
    do = partial(administration.enable_key, access_key=access_key, enabled=enabled)
    sign = Sign.CHANGE if enabled else Sign.TAKE
    return Step(sign, f"key {access_key}: {state_word(enabled=enabled)}", path, do)


def _pruned(have: AccountState, want: AccountPart) -> Iterator[Step]:
    path: Path = ("accounts", have.master_id)
    for code in added([*want.roles], [*have.roles]) if want.roles is not None else ():
        do = partial(administration.remove_member, service_code=code, master_id=have.master_id)
        yield Step(Sign.TAKE, f"role {code}/{have.master_id}: {have.roles[code].role}", (*path, "roles"), do)
    for key in have.keys:
        if want.keys is not None and key.enabled and key.access_key not in want.keys:
            yield _enabling_key(key.access_key, (*path, "keys"), enabled=False)
