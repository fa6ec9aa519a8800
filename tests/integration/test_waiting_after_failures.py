"""Whoever fails to sign in waits, by account and by address, and keeps nobody else out; on both databases."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from support.faults import after_a_statement, connected, wait_for_waiter
from support.people import OTHER_PASSWORD, PASSWORD, REFUSED, WRONG, Lobby, lobby
from support.processes import PATIENCE
from unyo.cast import SATO, YAMADA
from unyo.services.passwords import FREE_FAILURES
from unyo.services.people import make_token
from unyo.services.signing_in import Refusal, Refused, SignedIn, Visitor
from unyo.storage import administration
from unyo.storage.tables import attempts

SA = YAMADA.master_id

A_SECOND = timedelta(seconds=1)


def test_from_the_fifth_failure_on_an_account_waits_twice_as_long_each_time(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    for attempt in range(FREE_FAILURES + 1):
        assert desk_lobby.sign_in(WRONG, visitor=Visitor(f"192.0.2.{attempt}")) == REFUSED
    for wait in (1, 2, 4):
        desk_lobby.clock.move(seconds=wait - 0.25)
        # The right password waits as well; to ask too early is not counted.
        assert desk_lobby.sign_in(visitor=Visitor("192.0.2.99")) == Refused(Refusal.WAIT, A_SECOND / 4)
        desk_lobby.clock.move(seconds=0.25)
        assert desk_lobby.sign_in(WRONG, visitor=Visitor(f"192.0.2.10{wait}")) == REFUSED
    desk_lobby.clock.move(seconds=8)
    assert isinstance(desk_lobby.sign_in(), SignedIn)
    assert desk_lobby.rows(attempts) == FREE_FAILURES + 1 + 3  # the addresses that failed
    for _ in range(FREE_FAILURES + 1):
        assert desk_lobby.sign_in(WRONG) == REFUSED


def test_an_address_waits_too_whatever_accounts_it_tries_and_others_do_not(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    for attempt in range(FREE_FAILURES + 1):
        visitor = Visitor(f"2001:db8:0:1::{attempt + 1}")
        assert desk_lobby.sign_in(WRONG, f"SA000010{attempt}", visitor) == REFUSED
    assert desk_lobby.sign_in(visitor=Visitor("2001:db8:0:1:ffff::1")) == Refused(Refusal.WAIT, A_SECOND)
    assert isinstance(desk_lobby.sign_in(visitor=Visitor("2001:db8:0:2::1")), SignedIn)


def test_where_somebody_was_signed_in_strangers_keep_nobody_out(desk_lobby: Lobby) -> None:
    member, stranger = desk_lobby.member(), desk_lobby.member(SATO.master_id)
    desk_lobby.clock.move(hours=13)
    assert desk_lobby.session(member) is None  # it has run out, as it does over night
    for _ in range(FREE_FAILURES + 1):
        assert desk_lobby.sign_in(WRONG) == REFUSED
    for token in (None, make_token(), stranger.token):
        assert desk_lobby.sign_in(visitor=Visitor("192.0.2.7", "", token)) == Refused(Refusal.WAIT, A_SECOND)
    assert isinstance(desk_lobby.sign_in(visitor=Visitor("192.0.2.7", "", member.token)), SignedIn)
    assert desk_lobby.sign_in() == Refused(Refusal.WAIT, A_SECOND)  # which gives strangers no more guesses


def test_where_somebody_was_signed_in_guesses_wait_as_well(desk_lobby: Lobby) -> None:
    visitor = Visitor("192.0.2.7", "", desk_lobby.member().token)
    for _ in range(FREE_FAILURES + 1):
        assert desk_lobby.sign_in(WRONG, visitor=visitor) == REFUSED
    assert desk_lobby.sign_in(visitor=visitor) == Refused(Refusal.WAIT, A_SECOND)


@pytest.mark.parametrize(
    "end",
    [
        lambda at, token: at.signing_in.sign_out(token),
        lambda at, _: at.administer(lambda by: administration.sign_out(by, SA)),
    ],
    ids=["signed out", "signed out by an administrator"],
)
def test_a_browser_whose_session_was_ended_is_any_browser(
    desk_lobby: Lobby, end: Callable[[Lobby, SecretStr], object]
) -> None:
    member = desk_lobby.member()
    end(desk_lobby, member.token)
    for _ in range(FREE_FAILURES + 1):
        desk_lobby.sign_in(WRONG)
    assert desk_lobby.sign_in(visitor=Visitor("192.0.2.7", "", member.token)) == Refused(Refusal.WAIT, A_SECOND)


def test_to_ask_while_one_has_to_wait_costs_no_write(desk_lobby: Lobby) -> None:
    for _ in range(FREE_FAILURES + 1):
        desk_lobby.sign_in(WRONG)
    written = []

    @sa.event.listens_for(desk_lobby.engines.writing, "begin")
    def _count(_connection: object) -> None:
        written.append(desk_lobby.clock.now)

    for each in range(10):
        assert desk_lobby.sign_in(WRONG, f"SA000010{each}") == Refused(Refusal.WAIT, A_SECOND)
    assert written == []


def test_attempts_at_the_same_moment_are_counted_one_after_the_other(filled_url: str) -> None:
    with lobby(filled_url) as one, lobby(filled_url, clock=one.clock) as other, ThreadPoolExecutor(12) as pool:
        one.member()
        tried = [
            pool.submit((one, other)[place % 2].sign_in, WRONG, SA, Visitor(f"192.0.2.{place}")) for place in range(24)
        ]
        outcomes = [each.result(PATIENCE) for each in tried]
    assert outcomes.count(REFUSED) == FREE_FAILURES + 1
    assert outcomes.count(Refused(Refusal.WAIT, A_SECOND)) == 24 - FREE_FAILURES - 1


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_an_attempt_waits_until_one_on_another_node_is_counted(filled_url: str) -> None:
    with (
        lobby(filled_url) as one,
        lobby(filled_url, clock=one.clock) as other,
        connected(filled_url) as connection,
        ThreadPoolExecutor(1) as pool,
    ):
        for _ in range(FREE_FAILURES):
            assert one.sign_in(WRONG) == REFUSED
        tried: list[Future[Any]] = []

        def _try_elsewhere() -> None:
            tried.append(pool.submit(other.sign_in, WRONG, SA, Visitor("192.0.2.99")))
            wait_for_waiter(connection, "transactionid")

        with after_a_statement(one.engines.writing, "ORDER BY attempts.subject", _try_elsewhere):
            assert one.sign_in(WRONG) == REFUSED
        assert tried[0].result(PATIENCE) == Refused(Refusal.WAIT, A_SECOND)


def test_failures_are_forgotten_after_a_day_without_one(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    for _ in range(FREE_FAILURES + 1):
        desk_lobby.sign_in(WRONG)
    desk_lobby.clock.move(days=1)
    for _ in range(FREE_FAILURES + 1):
        assert desk_lobby.sign_in(WRONG) == REFUSED
    assert desk_lobby.sign_in(WRONG) == Refused(Refusal.WAIT, A_SECOND)


def test_guesses_at_the_old_password_wait_as_guesses_at_the_door_do(desk_lobby: Lobby) -> None:
    here = desk_lobby.member()
    visitor = Visitor("192.0.2.7", "", here.token)
    for _ in range(FREE_FAILURES + 1):
        assert desk_lobby.signing_in.change_password(SA, WRONG, OTHER_PASSWORD, visitor) == REFUSED
    assert desk_lobby.signing_in.change_password(SA, PASSWORD, OTHER_PASSWORD, visitor) == (
        Refused(Refusal.WAIT, A_SECOND)
    )
