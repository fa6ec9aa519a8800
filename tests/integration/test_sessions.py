"""Sessions: what ends them, whose they are, and what they cost; on both databases."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from support.people import REFUSED, Lobby
from unyo.cast import ITO, OTHER_SERVICE, SATO, SERVICE, YAMADA
from unyo.services.people import Session, make_token
from unyo.services.ports import StorageFailed
from unyo.services.signing_in import SignedIn, Visitor
from unyo.storage import administration
from unyo.storage.directory import DirectoryCache
from unyo.storage.tables import invitations, passwords, sessions

SA = YAMADA.master_id


def test_a_session_ends_when_it_was_idle_for_twelve_hours_or_is_seven_days_old(desk_lobby: Lobby) -> None:
    idle, busy = desk_lobby.member(), desk_lobby.sign_in()
    for _ in range(24):
        desk_lobby.clock.move(hours=7)
        if desk_lobby.clock.now < busy.session.expires_at:
            assert desk_lobby.session(busy) is not None
    assert desk_lobby.session(idle) is None
    assert desk_lobby.session(busy) is None
    assert desk_lobby.rows(sessions) == 2
    desk_lobby.sign_in()
    assert desk_lobby.rows(sessions) == 1  # those that have expired were swept away


def test_what_a_page_does_by_itself_keeps_no_session_alive(desk_lobby: Lobby) -> None:
    member = desk_lobby.member()
    desk_lobby.clock.move(hours=11)
    assert desk_lobby.session(member, is_seen=False) is not None
    desk_lobby.clock.move(hours=1)
    assert desk_lobby.session(member, is_seen=False) is None


def test_signing_in_takes_the_place_of_the_browsers_session(desk_lobby: Lobby) -> None:
    first = desk_lobby.member()
    second = desk_lobby.sign_in(visitor=Visitor("192.0.2.7", "Firefox", first.token))
    assert desk_lobby.session(first) is None
    assert desk_lobby.session(second) is not None


def test_sessions_are_listed_and_ended_by_their_owner_only(desk_lobby: Lobby) -> None:
    here = desk_lobby.member()
    desk_lobby.clock.move(minutes=5)
    there, stranger = desk_lobby.sign_in(visitor=Visitor("192.0.2.8", "Safari")), desk_lobby.member(ITO.master_id)
    signing_in = desk_lobby.signing_in
    assert [each.user_agent for each in signing_in.sessions(SA)] == ["Safari", "Firefox"]
    assert not signing_in.end_session(ITO.master_id, there.session.number)
    assert signing_in.end_session(SA, there.session.number)
    assert not signing_in.end_session(SA, there.session.number)
    assert [each.number for each in signing_in.sessions(SA)] == [here.session.number]
    more = [desk_lobby.sign_in() for _ in range(3)]
    token = signing_in.end_other_sessions(SA, here.token)
    assert [desk_lobby.session(each) for each in (*more, here)] == [None] * 4
    assert [each.number for each in signing_in.sessions(SA)] == [here.session.number]
    assert signing_in.session(token) is not None
    signing_in.sign_out(token)
    assert signing_in.session(token) is None
    assert desk_lobby.session(stranger) is not None


def test_a_session_works_in_the_service_that_was_chosen_where_its_account_may(desk_lobby: Lobby) -> None:
    member = desk_lobby.member()
    directory = DirectoryCache(desk_lobby.engines.reading).current()

    def _works_in() -> str | None:
        session = desk_lobby.session(member)
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
    desk_lobby.administer(end)
    assert desk_lobby.session(member) is None
    assert desk_lobby.session(stranger) is not None
    assert desk_lobby.rows(sessions) == 1


def test_a_session_begun_while_the_account_is_disabled_does_not_come_back_with_it(desk_lobby: Lobby) -> None:
    desk_lobby.member()
    hashed = desk_lobby.people.password_of(SA)
    desk_lobby.administer(lambda by: administration.enable_account(by, SA, enabled=False))
    now = desk_lobby.clock()
    late = Session("late", SA, "", now, now, now + timedelta(days=7))
    for proved_by in (hashed, None):
        assert not desk_lobby.people.begin_session(make_token(), late, proved_by=proved_by, instead_of=None)
    desk_lobby.administer(lambda by: administration.enable_account(by, SA, enabled=True))
    assert isinstance(desk_lobby.sign_in(), SignedIn)  # with its password, which it kept
    assert not desk_lobby.people.begin_session(make_token(), late, proved_by="another hash", instead_of=None)


def test_a_deleted_account_leaves_nothing_of_its_owner(desk_lobby: Lobby) -> None:
    newcomer = "SA0000009"
    desk_lobby.administer(lambda by: administration.add_account(by, newcomer, "新人"))
    member = desk_lobby.member(newcomer)
    desk_lobby.link(newcomer)
    desk_lobby.administer(lambda by: administration.delete_account(by, newcomer))
    assert desk_lobby.session(member) is None
    assert [desk_lobby.rows(table) for table in (passwords, sessions, invitations)] == [0, 0, 0]
    assert desk_lobby.sign_in(master_id=newcomer) == REFUSED


def test_a_page_that_is_looked_at_costs_a_write_once_a_minute(desk_lobby: Lobby) -> None:
    member = desk_lobby.member()
    written = []

    @sa.event.listens_for(desk_lobby.engines.writing, "begin")
    def _count(_connection: object) -> None:
        written.append(desk_lobby.clock.now)

    for _ in range(180):
        assert desk_lobby.session(member) is not None
        desk_lobby.clock.move(seconds=1)
    assert len(written) == 2


def test_a_page_is_shown_though_nothing_can_be_written(desk_lobby: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    member = desk_lobby.member()
    desk_lobby.clock.move(minutes=2)

    @sa.event.listens_for(desk_lobby.engines.writing, "begin")
    def _fail(_connection: object) -> None:
        raise OSError("no space left")

    with caplog.at_level(logging.WARNING):
        assert desk_lobby.session(member) is not None
    assert [record.message for record in caplog.records] == ["noting a session as seen: OSError: no space left"]
    with pytest.raises(StorageFailed):
        desk_lobby.signing_in.sign_out(member.token)
