"""People sign in: what opens the portal, what does not, what ends it; on both databases."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from support.faults import after_a_statement, connected, wait_for_waiter
from support.people import HOME, OTHER_PASSWORD, PASSWORD, WRONG, Lobby, cheap, lobby
from support.processes import PATIENCE
from unyo.cast import ITO, OTHER_SERVICE, SATO, SERVICE, SUZUKI, YAMADA
from unyo.services.passwords import FREE_FAILURES, Unfit
from unyo.services.people import INVITED_FOR, Purpose, Session, make_token
from unyo.services.ports import StorageFailed
from unyo.services.signing_in import Changed, Refusal, Refused, SignedIn, Visitor
from unyo.storage import administration
from unyo.storage.directory import DirectoryCache
from unyo.storage.tables import attempts, invitations, passwords, sessions

SA = YAMADA.master_id
REFUSED = Refused(Refusal.WRONG)
USED = Refused(Refusal.LINK_USED)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def desk_lobby(filled_url: str) -> Iterator[Lobby]:
    with lobby(filled_url) as opened:
        yield opened


def _sign_in(at: Lobby, password: SecretStr = PASSWORD, master_id: str = SA, visitor: Visitor = HOME) -> Any:
    return at.signing_in.sign_in(master_id, password, visitor)


def _session(at: Lobby, signed_in: SignedIn, *, is_seen: bool = True) -> Session | None:
    return at.signing_in.session(signed_in.token, is_seen=is_seen)


def _rows(at: Lobby, table: sa.Table) -> int:
    with at.engines.reading.begin() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_who_sets_a_password_by_a_link_is_signed_in_and_signs_in_with_it_later(desk_lobby: Lobby) -> None:
    link = desk_lobby.link()
    invited = desk_lobby.signing_in.invited(link)
    assert invited is not None
    assert (invited.master_id, invited.purpose) == (SA, Purpose.PASSWORD)
    first = desk_lobby.signing_in.set_password(link, PASSWORD, HOME)
    assert isinstance(first, SignedIn)
    assert _session(desk_lobby, first) == first.session
    assert (first.session.master_id, first.session.address, first.session.user_agent) == (SA, "192.0.2.7", "Firefox")
    second = _sign_in(desk_lobby)
    assert isinstance(second, SignedIn)
    assert second.token.get_secret_value() != first.token.get_secret_value()
    assert _session(desk_lobby, second) is not None


def test_a_link_is_used_once_by_one_of_many_who_use_it_at_once(desk_lobby: Lobby) -> None:
    link = desk_lobby.link()
    with ThreadPoolExecutor(6) as pool:
        outcomes = [
            each.result(PATIENCE)
            for each in [pool.submit(desk_lobby.signing_in.set_password, link, PASSWORD, HOME) for _ in range(6)]
        ]
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert outcomes.count(USED) == 5
    assert desk_lobby.signing_in.invited(link) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda at: at.clock.move(seconds=INVITED_FOR.total_seconds()),
        lambda at: at.link(),
        lambda at: _administer(at, lambda by: administration.enable_account(by, SA, enabled=False)),
        lambda at: _administer(at, lambda by: administration.disable_password(by, SA)),
    ],
    ids=["it is three days old", "there is a newer one", "the account is disabled", "passwords are disabled"],
)
def test_a_link_opens_nothing_once(desk_lobby: Lobby, spoil: Callable[[Lobby], object]) -> None:
    link = desk_lobby.link()
    desk_lobby.clock.move(seconds=INVITED_FOR.total_seconds() - 1)
    assert desk_lobby.signing_in.invited(link) is not None
    desk_lobby.clock.move(seconds=1 - INVITED_FOR.total_seconds())
    spoil(desk_lobby)
    assert desk_lobby.signing_in.invited(link) is None
    assert desk_lobby.signing_in.set_password(link, PASSWORD, HOME) == USED
    assert _rows(desk_lobby, passwords) == 0


def test_a_link_does_what_it_is_made_for_and_nothing_else(desk_lobby: Lobby) -> None:
    to_sign_in = desk_lobby.link(purpose=Purpose.SIGN_IN)
    assert desk_lobby.signing_in.set_password(to_sign_in, PASSWORD, HOME) == USED
    assert isinstance(desk_lobby.signing_in.sign_in_by_link(to_sign_in, HOME), SignedIn)
    assert desk_lobby.signing_in.sign_in_by_link(to_sign_in, HOME) == USED
    for_a_password = desk_lobby.link()
    assert desk_lobby.signing_in.sign_in_by_link(for_a_password, HOME) == USED
    assert desk_lobby.signing_in.set_password(for_a_password, SecretStr("short"), HOME) is Unfit.TOO_SHORT
    assert isinstance(desk_lobby.signing_in.set_password(for_a_password, PASSWORD, HOME), SignedIn)


def test_wrong_unknown_disabled_and_without_password_are_answered_alike_and_all_are_hashed(filled_url: str) -> None:
    hashing = cheap()
    verified = []
    with lobby(filled_url, hashing) as at:
        at.member()
        at.member(SATO.master_id)
        _administer(at, lambda by: administration.enable_account(by, SATO.master_id, enabled=False))
        fits = hashing.fits

        def _watched(hashed: str | None, password: SecretStr) -> bool:
            verified.append(password)
            return fits(hashed, password)

        hashing.fits = _watched  # type: ignore[method-assign]  # watches what is really done
        tried = [(SA, WRONG), ("SA9999999", PASSWORD), (SATO.master_id, PASSWORD), (SUZUKI.master_id, PASSWORD)]
        tried += [("", PASSWORD), ("\0", PASSWORD), ("\ud800", PASSWORD), ("x" * 5000, PASSWORD)]
        for place, (master_id, password) in enumerate(tried):
            assert _sign_in(at, password, master_id, Visitor(f"198.51.100.{place}")) == REFUSED
        assert len(verified) == len(tried)


def test_a_password_is_the_same_from_every_keyboard_and_no_other(desk_lobby: Lobby) -> None:
    desk_lobby.member(password=SecretStr("ｐａｓｓ－がぎぐげご－ｗｏｒｄ"))
    assert isinstance(_sign_in(desk_lobby, SecretStr("pass-か\u3099ぎぐげご-word")), SignedIn)
    assert _sign_in(desk_lobby, SecretStr("Pass-がぎぐげご-word")) == REFUSED


def test_from_the_fifth_failure_on_an_account_waits_twice_as_long_each_time(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    for attempt in range(FREE_FAILURES + 1):
        assert _sign_in(desk_lobby, WRONG, visitor=Visitor(f"192.0.2.{attempt}")) == REFUSED
    for wait in (1, 2, 4):
        desk_lobby.clock.move(seconds=wait - 0.25)
        # The right password waits as well; to ask too early is not counted.
        assert _sign_in(desk_lobby, visitor=Visitor("192.0.2.99")) == Refused(Refusal.WAIT, A_SECOND / 4)
        desk_lobby.clock.move(seconds=0.25)
        assert _sign_in(desk_lobby, WRONG, visitor=Visitor(f"192.0.2.10{wait}")) == REFUSED
    desk_lobby.clock.move(seconds=8)
    assert isinstance(_sign_in(desk_lobby), SignedIn)
    assert _rows(desk_lobby, attempts) == FREE_FAILURES + 1 + 3  # the addresses that failed
    for _ in range(FREE_FAILURES + 1):
        assert _sign_in(desk_lobby, WRONG) == REFUSED


def test_an_address_waits_too_whatever_accounts_it_tries_and_others_do_not(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    for attempt in range(FREE_FAILURES + 1):
        visitor = Visitor(f"2001:db8:0:1::{attempt + 1}")
        assert _sign_in(desk_lobby, WRONG, f"SA000010{attempt}", visitor) == REFUSED
    assert _sign_in(desk_lobby, visitor=Visitor("2001:db8:0:1:ffff::1")) == Refused(Refusal.WAIT, A_SECOND)
    assert isinstance(_sign_in(desk_lobby, visitor=Visitor("2001:db8:0:2::1")), SignedIn)


def test_where_somebody_was_signed_in_strangers_keep_nobody_out(desk_lobby: Lobby) -> None:
    member, stranger = desk_lobby.member(), desk_lobby.member(SATO.master_id)
    desk_lobby.clock.move(hours=13)
    assert _session(desk_lobby, member) is None  # it has run out, as it does over night
    for _ in range(FREE_FAILURES + 1):
        assert _sign_in(desk_lobby, WRONG) == REFUSED
    for token in (None, make_token(), stranger.token):
        assert _sign_in(desk_lobby, visitor=Visitor("192.0.2.7", "", token)) == Refused(Refusal.WAIT, A_SECOND)
    assert isinstance(_sign_in(desk_lobby, visitor=Visitor("192.0.2.7", "", member.token)), SignedIn)
    assert _sign_in(desk_lobby) == Refused(Refusal.WAIT, A_SECOND)  # which gives strangers no more guesses


def test_where_somebody_was_signed_in_guesses_wait_as_well(desk_lobby: Lobby) -> None:
    visitor = Visitor("192.0.2.7", "", desk_lobby.member().token)
    for _ in range(FREE_FAILURES + 1):
        assert _sign_in(desk_lobby, WRONG, visitor=visitor) == REFUSED
    assert _sign_in(desk_lobby, visitor=visitor) == Refused(Refusal.WAIT, A_SECOND)


@pytest.mark.parametrize(
    "end",
    [
        lambda at, token: at.signing_in.sign_out(token),
        lambda at, _: _administer(at, lambda by: administration.sign_out(by, SA)),
    ],
    ids=["signed out", "signed out by an administrator"],
)
def test_a_browser_whose_session_was_ended_is_any_browser(
    desk_lobby: Lobby, end: Callable[[Lobby, SecretStr], object]
) -> None:
    member = desk_lobby.member()
    end(desk_lobby, member.token)
    for _ in range(FREE_FAILURES + 1):
        _sign_in(desk_lobby, WRONG)
    assert _sign_in(desk_lobby, visitor=Visitor("192.0.2.7", "", member.token)) == Refused(Refusal.WAIT, A_SECOND)


def test_to_ask_while_one_has_to_wait_costs_no_write(desk_lobby: Lobby) -> None:
    for _ in range(FREE_FAILURES + 1):
        _sign_in(desk_lobby, WRONG)
    written = []

    @sa.event.listens_for(desk_lobby.engines.writing, "begin")
    def _count(_connection: object) -> None:
        written.append(desk_lobby.clock.now)

    for each in range(10):
        assert _sign_in(desk_lobby, WRONG, f"SA000010{each}") == Refused(Refusal.WAIT, A_SECOND)
    assert written == []


def test_attempts_at_the_same_moment_are_counted_one_after_the_other(filled_url: str) -> None:
    with lobby(filled_url) as one, lobby(filled_url, clock=one.clock) as other, ThreadPoolExecutor(12) as pool:
        one.member()
        tried = [
            pool.submit(_sign_in, (one, other)[place % 2], WRONG, SA, Visitor(f"192.0.2.{place}"))
            for place in range(24)
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
            assert _sign_in(one, WRONG) == REFUSED
        tried: list[Future[Any]] = []

        def _try_elsewhere() -> None:
            tried.append(pool.submit(_sign_in, other, WRONG, SA, Visitor("192.0.2.99")))
            wait_for_waiter(connection, "transactionid")

        with after_a_statement(one.engines.writing, "ORDER BY attempts.subject", _try_elsewhere):
            assert _sign_in(one, WRONG) == REFUSED
        assert tried[0].result(PATIENCE) == Refused(Refusal.WAIT, A_SECOND)


def test_failures_are_forgotten_after_a_day_without_one(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    for _ in range(FREE_FAILURES + 1):
        _sign_in(desk_lobby, WRONG)
    desk_lobby.clock.move(days=1)
    for _ in range(FREE_FAILURES + 1):
        assert _sign_in(desk_lobby, WRONG) == REFUSED
    assert _sign_in(desk_lobby, WRONG) == Refused(Refusal.WAIT, A_SECOND)


def test_changing_a_password_asks_for_the_old_one_and_ends_the_other_sessions(desk_lobby: Lobby) -> None:
    here, elsewhere = desk_lobby.member(), _sign_in(desk_lobby)
    stranger = desk_lobby.member(SATO.master_id)
    visitor = Visitor("192.0.2.7", "", here.token)
    change = desk_lobby.signing_in.change_password
    assert change(SA, WRONG, OTHER_PASSWORD, visitor) == REFUSED
    assert change(SA, PASSWORD, SecretStr("sa1234567-12"), visitor) is Unfit.LIKE_MASTER_ID
    assert _session(desk_lobby, elsewhere) is not None
    changed = change(SA, PASSWORD, OTHER_PASSWORD, visitor)
    assert isinstance(changed, Changed)
    assert _session(desk_lobby, elsewhere) is None
    # Whoever has a copy of the browser's token is out too; the browser goes on with another.
    assert _session(desk_lobby, here) is None
    assert desk_lobby.signing_in.session(changed.token) == here.session
    assert _session(desk_lobby, stranger) is not None
    assert _sign_in(desk_lobby) == REFUSED
    assert isinstance(_sign_in(desk_lobby, OTHER_PASSWORD), SignedIn)


def test_guesses_at_the_old_password_wait_as_guesses_at_the_door_do(desk_lobby: Lobby) -> None:
    here = desk_lobby.member()
    visitor = Visitor("192.0.2.7", "", here.token)
    for _ in range(FREE_FAILURES + 1):
        assert desk_lobby.signing_in.change_password(SA, WRONG, OTHER_PASSWORD, visitor) == REFUSED
    assert desk_lobby.signing_in.change_password(SA, PASSWORD, OTHER_PASSWORD, visitor) == (
        Refused(Refusal.WAIT, A_SECOND)
    )


def test_a_hash_of_other_parameters_is_made_anew_at_signing_in_and_no_session_ends(filled_url: str) -> None:
    with lobby(filled_url) as before:
        member = before.member()
        old = before.people.password_of(SA)
        with lobby(filled_url, cheap(time_cost=2), before.clock) as after:
            assert isinstance(_sign_in(after), SignedIn)
            new = after.people.password_of(SA)
            assert new is not None
            assert (",t=1," in str(old), ",t=2," in new) == (True, True)
            assert _session(after, member) is not None
            assert isinstance(_sign_in(after), SignedIn)
            assert after.people.password_of(SA) == new


def test_a_session_ends_when_it_was_idle_for_twelve_hours_or_is_seven_days_old(desk_lobby: Lobby) -> None:
    idle, busy = desk_lobby.member(), _sign_in(desk_lobby)
    for _ in range(24):
        desk_lobby.clock.move(hours=7)
        if desk_lobby.clock.now < busy.session.expires_at:
            assert _session(desk_lobby, busy) is not None
    assert _session(desk_lobby, idle) is None
    assert _session(desk_lobby, busy) is None
    assert _rows(desk_lobby, sessions) == 2
    _sign_in(desk_lobby)
    assert _rows(desk_lobby, sessions) == 1  # those that have expired were swept away


def test_what_a_page_does_by_itself_keeps_no_session_alive(desk_lobby: Lobby) -> None:
    member = desk_lobby.member()
    desk_lobby.clock.move(hours=11)
    assert _session(desk_lobby, member, is_seen=False) is not None
    desk_lobby.clock.move(hours=1)
    assert _session(desk_lobby, member, is_seen=False) is None


def test_signing_in_takes_the_place_of_the_browsers_session(desk_lobby: Lobby) -> None:
    first = desk_lobby.member()
    second = _sign_in(desk_lobby, visitor=Visitor("192.0.2.7", "Firefox", first.token))
    assert _session(desk_lobby, first) is None
    assert _session(desk_lobby, second) is not None


def test_sessions_are_listed_and_ended_by_their_owner_only(desk_lobby: Lobby) -> None:
    here = desk_lobby.member()
    desk_lobby.clock.move(minutes=5)
    there, stranger = _sign_in(desk_lobby, visitor=Visitor("192.0.2.8", "Safari")), desk_lobby.member(ITO.master_id)
    signing_in = desk_lobby.signing_in
    assert [each.user_agent for each in signing_in.sessions(SA)] == ["Safari", "Firefox"]
    assert not signing_in.end_session(ITO.master_id, there.session.number)
    assert signing_in.end_session(SA, there.session.number)
    assert not signing_in.end_session(SA, there.session.number)
    assert [each.number for each in signing_in.sessions(SA)] == [here.session.number]
    more = [_sign_in(desk_lobby) for _ in range(3)]
    token = signing_in.end_other_sessions(SA, here.token)
    assert [_session(desk_lobby, each) for each in (*more, here)] == [None] * 4
    assert [each.number for each in signing_in.sessions(SA)] == [here.session.number]
    assert signing_in.session(token) is not None
    signing_in.sign_out(token)
    assert signing_in.session(token) is None
    assert _session(desk_lobby, stranger) is not None


def test_a_session_works_in_the_service_that_was_chosen_where_its_account_may(desk_lobby: Lobby) -> None:
    member = desk_lobby.member()
    directory = DirectoryCache(desk_lobby.engines.reading).current()

    def _works_in() -> str | None:
        session = _session(desk_lobby, member)
        return session.service_code if session else None

    assert desk_lobby.signing_in.choose_service(member, SERVICE, directory)
    assert _works_in() == SERVICE
    for not_theirs in (OTHER_SERVICE, "uom00000000", ""):
        assert not desk_lobby.signing_in.choose_service(member, not_theirs, directory)
        assert _works_in() == SERVICE


@pytest.mark.parametrize(
    "end",
    [
        lambda by: administration.enable_account(by, SA, enabled=False),
        lambda by: administration.sign_out(by, SA),
        lambda by: administration.disable_password(by, SA),
        lambda by: administration.reset_password(by, SA, make_token()),
    ],
    ids=["disabled", "signed out", "password disabled", "password reset"],
)
def test_what_an_administrator_does_ends_the_sessions_at_once(
    desk_lobby: Lobby, end: Callable[[administration.Admin], None]
) -> None:
    member, stranger = desk_lobby.member(), desk_lobby.member(SATO.master_id)
    _administer(desk_lobby, end)
    assert _session(desk_lobby, member) is None
    assert _session(desk_lobby, stranger) is not None
    assert _rows(desk_lobby, sessions) == 1


def test_a_session_begun_while_the_account_is_disabled_does_not_come_back_with_it(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    hashed = desk_lobby.people.password_of(SA)
    _administer(desk_lobby, lambda by: administration.enable_account(by, SA, enabled=False))
    now = desk_lobby.clock()
    late = Session("late", SA, "", now, now, now + timedelta(days=7))
    for proved_by in (hashed, None):
        assert not desk_lobby.people.begin_session(make_token(), late, proved_by=proved_by, instead_of=None)
    _administer(desk_lobby, lambda by: administration.enable_account(by, SA, enabled=True))
    assert isinstance(_sign_in(desk_lobby), SignedIn)  # with its password, which it kept
    assert not desk_lobby.people.begin_session(make_token(), late, proved_by="another hash", instead_of=None)


def test_a_deleted_account_leaves_nothing_of_its_owner(desk_lobby: Lobby) -> None:
    newcomer = "SA0000009"
    _administer(desk_lobby, lambda by: administration.add_account(by, newcomer, "新人"))
    member = desk_lobby.member(newcomer)
    desk_lobby.link(newcomer)
    _administer(desk_lobby, lambda by: administration.delete_account(by, newcomer))
    assert _session(desk_lobby, member) is None
    assert [_rows(desk_lobby, table) for table in (passwords, sessions, invitations)] == [0, 0, 0]
    assert _sign_in(desk_lobby, master_id=newcomer) == REFUSED


def test_a_page_that_is_looked_at_costs_a_write_once_a_minute(desk_lobby: Lobby) -> None:
    member = desk_lobby.member()
    written = []

    @sa.event.listens_for(desk_lobby.engines.writing, "begin")
    def _count(_connection: object) -> None:
        written.append(desk_lobby.clock.now)

    for _ in range(180):
        assert _session(desk_lobby, member) is not None
        desk_lobby.clock.move(seconds=1)
    assert len(written) == 2


def test_a_page_is_shown_though_nothing_can_be_written(desk_lobby: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    member = desk_lobby.member()
    desk_lobby.clock.move(minutes=2)

    @sa.event.listens_for(desk_lobby.engines.writing, "begin")
    def _fail(_connection: object) -> None:
        raise OSError("no space left")

    with caplog.at_level(logging.WARNING):
        assert _session(desk_lobby, member) is not None
    assert [record.message for record in caplog.records] == ["noting a session as seen: OSError: no space left"]
    with pytest.raises(StorageFailed):
        desk_lobby.signing_in.sign_out(member.token)


def test_however_many_sign_in_at_once_they_hold_one_of_the_connections_that_write(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    most, held, lock = [0], [0], threading.Lock()

    @sa.event.listens_for(desk_lobby.engines.writing, "checkout")
    def _out(*_: object) -> None:
        with lock:
            held[0] += 1
            most[0] = max(most[0], held[0])

    @sa.event.listens_for(desk_lobby.engines.writing, "checkin")
    def _in(*_: object) -> None:
        with lock:
            held[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        tried = [pool.submit(_sign_in, desk_lobby, visitor=Visitor(f"192.0.2.{each}")) for each in range(4)]
        assert all(isinstance(each.result(PATIENCE), SignedIn) for each in tried)
    assert most == [1]


def test_no_password_token_or_hash_is_in_what_is_shown_logged_or_told(
    desk_lobby: Lobby, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        link = desk_lobby.link()
        member = desk_lobby.signing_in.set_password(link, PASSWORD, HOME)
        assert isinstance(member, SignedIn)
        visitor = Visitor("192.0.2.7", "", member.token)
        shown = [member, visitor, link, PASSWORD, _sign_in(desk_lobby, WRONG), desk_lobby.signing_in.invited(link)]
        with desk_lobby.engines.writing.begin() as connection:
            connection.execute(sa.text("DROP TABLE sessions"))
        with pytest.raises(StorageFailed) as failed:
            _sign_in(desk_lobby)
    told = " ".join(map(repr, shown)) + caplog.text + "".join(_told(failed.value))
    hashed = desk_lobby.people.password_of(SA)
    assert hashed is not None
    secrets = [PASSWORD, WRONG, link, member.token]
    assert [each for each in (*(secret.get_secret_value() for secret in secrets), hashed) if each in told] == []


def test_the_log_tells_who_signs_in_and_whom_it_refuses_but_not_what_may_be_a_password(
    desk_lobby: Lobby, caplog: pytest.LogCaptureFixture
) -> None:
    member = desk_lobby.member()
    with caplog.at_level(logging.INFO, "unyo"):
        _sign_in(desk_lobby)
        _sign_in(desk_lobby, WRONG)
        _sign_in(desk_lobby, WRONG, PASSWORD.get_secret_value(), Visitor("192.0.2.8\x1b[31m"))
        desk_lobby.signing_in.change_password(SA, PASSWORD, OTHER_PASSWORD, Visitor("192.0.2.9", "", member.token))
        for _ in range(FREE_FAILURES + 1):
            _sign_in(desk_lobby, WRONG)
    assert [record.message for record in caplog.records][:4] == [
        f"signed in: {SA}, from 192.0.2.7",
        f"password refused: that of {SA}, from 192.0.2.7",
        "password refused: that of an account that has none, from 192.0.2.8[31m",
        f"password changed: {SA}, from 192.0.2.9",
    ]
    assert caplog.records[-1].message == "password refused: too many failures, from 192.0.2.7"


def test_only_digests_are_kept(desk_lobby: Lobby) -> None:
    link = desk_lobby.link(SATO.master_id)
    member = desk_lobby.member()
    _sign_in(desk_lobby, WRONG, PASSWORD.get_secret_value())  # typed into the wrong field
    with desk_lobby.engines.reading.begin() as connection:
        tables = passwords, sessions, invitations, attempts
        kept = repr([connection.execute(sa.select(table)).all() for table in tables])
    assert [each for each in (PASSWORD, link, member.token) if each.get_secret_value() in kept] == []
    assert kept.count("$argon2id$") == 1


def _administer(at: Lobby, change: Callable[[administration.Admin], None]) -> None:
    with at.administering() as admin:
        change(admin)


def _told(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield repr(error) + str(error)
        error = error.__cause__ or error.__context__
