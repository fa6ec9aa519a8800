"""What is administered: a change moves the directory's version; what cannot be done is refused and does nothing."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from support.desks import DeskUnderTest
from support.directories import admin
from support.gate import at_once
from support.installations import contents
from support.processes import PATIENCE, wait_until
from unyo.cast import ITO, OTHER_SERVICE, SATO, SECRET_KEY, SERVERS, SERVICE, YAMADA
from unyo.storage import administration
from unyo.storage.administration import Admin, NewKey, NotPossible, make_key
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.keyring import Keyring, WrongKey
from unyo.storage.keyring import make_key as make_sealing_key
from unyo.storage.migrations import migrate
from unyo.storage.tables import installation
from unyo.tickets.directory import Directory, Member, Role
from unyo.tickets.model import TicketKind

KEYRING = Keyring(SECRET_KEY)
NEW_SERVICE, NEWCOMER = "uom00000009", "SA0000009"
KEY = NewKey("NEWKEY00000000000009", "NewSecretNewSecretNewSecretNewSecret0009")
Change = Callable[[Admin], None]


@pytest.fixture
def engine(filled_url: str) -> Iterator[Engine]:
    engines = open_engines(parse_url(filled_url))
    yield engines.writing
    engines.dispose()


@contextmanager
def _undone(desk: DeskUnderTest) -> Iterator[Connection]:
    """A transaction that is rolled back, so that the tests can share a database."""
    with desk.desk.engines.writing.connect() as connection:
        yield connection
        connection.rollback()


def _version(connection: Connection) -> int:
    return int(connection.execute(sa.select(installation.c.directory_version)).scalar_one())


def _directory(connection: Connection) -> Directory:
    return DirectoryCache(connection.engine).for_writing(connection)[0]


def _add_key(by: Admin, key: NewKey = KEY, master_id: str = SATO.master_id) -> None:
    administration.add_key(by, KEYRING, master_id, key)


CHANGES: Mapping[str, tuple[Change, Callable[[Directory], Any], Any]] = {
    "a service is added": (
        lambda by: administration.add_service(by, NEW_SERVICE, "新しいお客様", ["一班", "二班"]),
        lambda seen: [
            each.value for each in seen.services[NEW_SERVICE].options if each.parameter == "management_group"
        ],
        ["制限しない", "一班", "二班"] * 2,
    ),
    "a member is added": (
        lambda by: administration.add_member(by, OTHER_SERVICE, SATO.master_id, Role.ADMINISTRATOR, may_approve=True),
        lambda seen: seen.services[OTHER_SERVICE].members[SATO.master_id],
        Member(SATO.master_id, Role.ADMINISTRATOR, may_approve=True),
    ),
    "a key is added": (
        _add_key,
        lambda seen: (seen.keys[KEY.access_key].owner, KEYRING.unseal(seen.keys[KEY.access_key].sealed_secret)),
        (SATO.master_id, KEY.secret_key),
    ),
    "a key is deleted": (
        lambda by: administration.delete_key(by, SATO.key.access_key),
        lambda seen: (SATO.key.access_key in seen.keys, YAMADA.key.access_key in seen.keys),
        (False, True),
    ),
    "a role is set": (
        lambda by: administration.set_role(by, SERVICE, SATO.master_id, Role.READER, may_approve=True),
        lambda seen: seen.services[SERVICE].members[SATO.master_id],
        Member(SATO.master_id, Role.READER, may_approve=True),
    ),
    "an option is retired": (
        lambda by: administration.retire_option(by, SERVICE, "1", "priority", "中"),
        lambda seen: [
            [*seen.services[code].order_of(kind, "priority")]
            for code in (SERVICE, OTHER_SERVICE)
            for kind in TicketKind
        ],
        [["高", "低"], *[["高", "中", "低"]] * 3],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_moves_the_version_and_shows_in_the_directory(shared_desk: DeskUnderTest, name: str) -> None:
    change, shown, expected = CHANGES[name]
    with _undone(shared_desk) as connection:
        before = _version(connection)
        change(admin(connection))
        assert _version(connection) > before
        assert shown(_directory(connection)) == expected


def test_an_account_is_added_once_and_moves_the_version_once(shared_desk: DeskUnderTest) -> None:
    with _undone(shared_desk) as connection:
        before = _version(connection)
        administration.add_account(admin(connection), NEWCOMER, "新人")
        moved = _version(connection)
        with pytest.raises(NotPossible, match=f"^the account {NEWCOMER} exists already$"):
            administration.add_account(admin(connection), NEWCOMER, "別の名前")
        assert before < moved == _version(connection)
        administration.add_member(admin(connection), SERVICE, NEWCOMER, Role.READER, groups=[SERVERS])
        seen = _directory(connection).services[SERVICE].members[NEWCOMER]
    assert seen == Member(NEWCOMER, Role.READER, groups=frozenset({SERVERS}))


REFUSED: Mapping[str, tuple[Change, str]] = {
    "a service that exists": (
        lambda by: administration.add_service(by, SERVICE),
        f"the service code {SERVICE} exists already",
    ),
    "a member who is one": (
        lambda by: administration.add_member(by, SERVICE, SATO.master_id, Role.OWNER),
        f"{SATO.master_id} is a member of {SERVICE} already",
    ),
    "a key that exists": (
        partial(_add_key, key=NewKey(YAMADA.key.access_key, KEY.secret_key)),
        f"the access key {YAMADA.key.access_key} exists already",
    ),
    "deleting an unknown key": (
        lambda by: administration.delete_key(by, KEY.access_key),
        f"there is no access key {KEY.access_key}",
    ),
    "a role of an unknown account": (
        lambda by: administration.set_role(by, SERVICE, NEWCOMER, Role.OWNER, may_approve=True),
        f"{NEWCOMER} is no member of {SERVICE}",
    ),
    "a role in another service": (
        lambda by: administration.set_role(by, SERVICE, ITO.master_id, Role.OWNER, may_approve=True),
        f"{ITO.master_id} is no member of {SERVICE}",
    ),
    "retiring an unknown value": (
        lambda by: administration.retire_option(by, SERVICE, "1", "priority", "最高"),
        "Priority has no value 最高",
    ),
    "retiring another kind's value": (
        lambda by: administration.retire_option(by, SERVICE, "2", "impact", "有"),
        "Impact has no value 有",
    ),
    "claiming a demonstration": (
        lambda by: administration.claim_installation(by, KEYRING, demo=False),
        "this database was made by `unyo demo`: its secrets are published. Take another one",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused_and_changes_nothing(shared_desk: DeskUnderTest, name: str) -> None:
    change, message = REFUSED[name]
    before = contents(shared_desk.url)
    with pytest.raises(NotPossible) as refused:
        _in_a_transaction(shared_desk.desk.engines.writing, change)
    assert str(refused.value) == message
    assert contents(shared_desk.url) == before


def test_an_account_has_five_keys_at_most_and_another_once_one_was_deleted(engine: Engine, filled_url: str) -> None:
    with engine.begin() as connection:
        for _ in range(4):
            _add_key(admin(connection), make_key())
    before = contents(filled_url)
    with pytest.raises(NotPossible, match=r"^SA7654321 has 5 access keys already: delete one first$"):
        _in_a_transaction(engine, partial(_add_key, key=make_key()))
    assert contents(filled_url) == before
    _in_a_transaction(engine, partial(_add_key, key=make_key(), master_id=YAMADA.master_id))
    _in_a_transaction(engine, lambda by: administration.delete_key(by, SATO.key.access_key))
    _in_a_transaction(engine, partial(_add_key, key=make_key()))


def test_of_several_who_add_the_fifth_key_at_once_one_does(engine: Engine) -> None:
    with engine.begin() as connection:
        for _ in range(3):
            _add_key(admin(connection), make_key())
    done = at_once(*(partial(_is_done, engine, partial(_add_key, key=make_key())) for _ in range(3)))
    assert sorted(done) == [False, False, True]
    with engine.begin() as connection:
        owned = [key for key in _directory(connection).keys.values() if key.owner == SATO.master_id]
    assert len(owned) == administration.KEYS_PER_ACCOUNT == 5


# On SQLite there is one writer anyway.
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_whoever_administers_waits_for_another_and_sees_what_that_one_did(engine: Engine) -> None:
    with engine.begin() as connection:
        for _ in range(3):
            _add_key(admin(connection), make_key())
    with ThreadPoolExecutor(1) as other:
        with engine.begin() as connection:
            _add_key(admin(connection), make_key())
            second = other.submit(_in_a_transaction, engine, partial(_add_key, key=make_key()))
            wait_until("the other waits", partial(_somebody_waits, connection))
        with pytest.raises(NotPossible, match="has 5 access keys already"):
            second.result(PATIENCE)


def _somebody_waits(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM pg_locks WHERE NOT granted").first() is not None


def _in_a_transaction(engine: Engine, change: Change) -> None:
    with engine.begin() as connection:
        change(admin(connection))


def _is_done(engine: Engine, change: Change) -> bool:
    try:
        _in_a_transaction(engine, change)
    except NotPossible:
        return False
    return True


def test_an_installation_is_claimed_once_and_opens_with_its_own_key_only(empty_url: str) -> None:
    engines = open_engines(parse_url(empty_url))
    migrate(engines.writing)
    with engines.writing.begin() as connection:
        with pytest.raises(NotPossible, match="holds no service yet: run `unyo init` first"):
            administration.check_key(connection, KEYRING)
        administration.claim_installation(admin(connection), KEYRING, demo=False)
        administration.check_key(connection, KEYRING)
        with pytest.raises(WrongKey, match="not the one that this database's secrets were encrypted with"):
            administration.check_key(connection, Keyring(make_sealing_key()))
        with pytest.raises(NotPossible, match=r"^this database is an installation already"):
            administration.claim_installation(admin(connection), KEYRING, demo=False)
    engines.dispose()
