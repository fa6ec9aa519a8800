"""The directory is half a second old at most and of one version; a writer judges by what its transaction sees."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from support.desks import NEW_INCIDENT, DeskUnderTest
from support.directories import admin
from support.faults import after_a_statement
from support.gate import outcome_of, write_call
from support.processes import wait_until
from unyo.cast import SATO, SERVERS, SERVICE, YAMADA
from unyo.storage import administration
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.tables import accounts
from unyo.tickets.directory import Directory, Member, Role
from unyo.tickets.errors import Reason, Refusal

HALF_A_SECOND = 0.5
NEWCOMER = "SA0000009"


@pytest.fixture
def engines(filled_url: str) -> Iterator[Engines]:
    """The database from beside the desk, as another node sees it."""
    with _opened(filled_url) as engines:
        yield engines


@contextmanager
def _opened(url: str) -> Iterator[Engines]:
    engines = open_engines(parse_url(url))
    try:
        yield engines
    finally:
        engines.dispose()


@contextmanager
def _changing(engines: Engines) -> Iterator[Connection]:
    """A change of what is administered, by another node; it is committed at the end."""
    with engines.writing.begin() as connection:
        yield connection


def _add_newcomer(connection: Connection) -> None:
    """A member who may see the servers' tickets only, added in one go."""
    administration.add_account(admin(connection), NEWCOMER, "新人")
    administration.add_member(admin(connection), SERVICE, NEWCOMER, Role.UPDATER, groups=[SERVERS])


def _is_stale(cache: DirectoryCache, asked: tuple[float, float]) -> bool:
    """Whether the directory is not at hand; it must be for half a second after it was asked for, and then no more."""
    before = time.monotonic()
    found = cache.peek()
    after = time.monotonic()
    assert after - asked[0] > HALF_A_SECOND if found is None else before - asked[1] <= HALF_A_SECOND
    return found is None


def test_a_directory_is_at_hand_for_half_a_second(engines: Engines) -> None:
    cache = DirectoryCache(engines.reading)
    assert cache.peek() is None
    for _ in range(2):  # it is asked for anew
        start = time.monotonic()
        cache.current()
        is_stale = partial(_is_stale, cache, (start, time.monotonic()))
        wait_until("the directory is stale", is_stale)


def test_a_directory_stays_the_same_until_its_version_moves_and_is_then_replaced_whole(engines: Engines) -> None:
    cache = DirectoryCache(engines.reading)
    seen = partial(_seen, cache, engines)
    first = seen()
    with _changing(engines) as connection:
        connection.execute(sa.update(accounts).values(name="版を動かさない変更"))
    assert seen() is first
    with _changing(engines) as connection:
        _add_newcomer(connection)
    second = seen()
    assert second.version > first.version
    assert NEWCOMER not in first.services[SERVICE].members
    assert second.services[SERVICE].members[NEWCOMER] == Member(NEWCOMER, Role.UPDATER, groups=frozenset({SERVERS}))
    assert second.services[SERVICE].name_of(SATO.master_id) == "版を動かさない変更"


def _seen(cache: DirectoryCache, engines: Engines) -> Directory:
    with engines.reading.begin() as connection:
        return cache.for_writing(connection)[0]


@pytest.mark.parametrize("words", ["FROM installation", "FROM group_members", "FROM services"])
def test_a_reader_never_sees_half_of_a_change(engines: Engines, words: str) -> None:
    with after_a_statement(engines.reading, words, partial(_change, engines)):
        old = DirectoryCache(engines.reading).current()
    new = DirectoryCache(engines.reading).current()
    assert NEWCOMER not in old.services[SERVICE].members
    assert new.services[SERVICE].members[NEWCOMER].groups == {SERVERS}
    assert new.version > old.version


# SQLite lets nobody else write while a transaction does.
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize("words", ["FROM installation", "FROM group_members", "FROM services"])
def test_a_writing_transaction_never_sees_half_of_a_change(filled_url: str, engines: Engines, words: str) -> None:
    cache = DirectoryCache(engines.reading)
    with (
        _opened(filled_url) as other,
        after_a_statement(engines.writing, words, partial(_change, other)),
        engines.writing.begin() as connection,
    ):
        seen = cache.for_writing(connection)[0]
        assert cache.for_writing(connection)[0] is seen
    assert seen.services[SERVICE].members[NEWCOMER].groups == {SERVERS}


def _change(engines: Engines) -> None:
    with _changing(engines) as connection:
        _add_newcomer(connection)


def test_a_right_that_was_taken_away_is_judged_by_at_once_when_something_is_written(
    desk: DeskUnderTest, engines: Engines
) -> None:
    body = desk.echo(writer=SATO)
    assert desk.call("UpdateTicket", body, actor=SATO).error is None
    with _changing(engines) as connection:
        administration.set_role(admin(connection), SERVICE, SATO.master_id, Role.READER, may_approve=False)
    answer = desk.call("UpdateTicket", {**body, "Title": "もう書けない"}, actor=SATO)
    assert answer.error == ("PARAMETER_ERROR", "指定されたSAアカウントまたはサービスコードが不正です。")


def test_a_right_that_was_given_holds_at_once_when_something_is_written(desk: DeskUnderTest, engines: Engines) -> None:
    body = {**desk.echo(writer=SATO), "StateCode": "クローズ", "FinishApprovalUserId": YAMADA.master_id}
    assert desk.call("UpdateTicket", body, actor=SATO).error_type == "NO_ROLES_TO_CLOSE"
    with _changing(engines) as connection:
        administration.set_role(admin(connection), SERVICE, SATO.master_id, Role.UPDATER, may_approve=True)
    assert desk.call("UpdateTicket", body, actor=SATO).error is None


def test_a_value_that_was_retired_is_refused_at_once_when_something_is_written(
    desk: DeskUnderTest, engines: Engines
) -> None:
    desk.register({**NEW_INCIDENT, "Priority": "低"})
    with _changing(engines) as connection:
        administration.retire_option(admin(connection), SERVICE, "1", "priority", "低")
    outcome = outcome_of(desk.desk.writer.submit(write_call("RegisterTicket", {**NEW_INCIDENT, "Priority": "低"})))
    assert outcome == Refusal(Reason.WRONG, ("Priority",))


def test_a_call_whose_key_was_deleted_while_it_waited_is_not_carried_out(desk: DeskUnderTest, engines: Engines) -> None:
    call = write_call("RegisterTicket", NEW_INCIDENT, SATO)
    with _changing(engines) as connection:
        administration.delete_key(admin(connection), SATO.key.access_key)
    assert outcome_of(desk.desk.writer.submit(call)) == Refusal(Reason.UNAUTHENTICATED)


def test_a_deleted_key_opens_nothing_after_half_a_second(desk: DeskUnderTest, engines: Engines) -> None:
    assert desk.detail(actor=SATO)
    with _changing(engines) as connection:
        administration.delete_key(admin(connection), SATO.key.access_key)
    deleted = time.monotonic()
    body = {"ServiceCode": SERVICE, "MasterID": SATO.master_id}

    def _is_refused() -> bool:
        asked = time.monotonic()
        answer = desk.call("GetOptionList", body, actor=SATO)
        assert answer.error_type == "AUTH_FAILURE" or asked - deleted <= HALF_A_SECOND
        return answer.error_type == "AUTH_FAILURE"

    wait_until("the key is refused", _is_refused)
