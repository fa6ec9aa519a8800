"""People sign in: what opens the portal, and what does not; on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from support.people import AT_HOME, OTHER_PASSWORD, PASSWORD, REFUSED, WRONG, Lobby, cheap, lobby
from support.processes import PATIENCE
from unyo.cast import SATO, SUZUKI, YAMADA
from unyo.services.passwords import Unfit
from unyo.services.people import INVITED_FOR, Purpose
from unyo.services.signing_in import Changed, Refusal, Refused, SignedIn, Visitor
from unyo.storage import administration
from unyo.storage.tables import passwords

SA = YAMADA.master_id

USED = Refused(Refusal.LINK_USED)


def test_who_sets_a_password_by_a_link_is_signed_in_and_signs_in_with_it_later(desk_lobby: Lobby) -> None:
    link = desk_lobby.link()
    invited = desk_lobby.signing_in.invited(link)
    assert invited is not None
    assert (invited.master_id, invited.purpose) == (SA, Purpose.PASSWORD)
    first = desk_lobby.signing_in.set_password(link, PASSWORD, AT_HOME)
    assert isinstance(first, SignedIn)
    assert desk_lobby.session(first) == first.session
    assert (first.session.master_id, first.session.address, first.session.user_agent) == (SA, "192.0.2.7", "Firefox")
    second = desk_lobby.sign_in()
    assert isinstance(second, SignedIn)
    assert second.token.get_secret_value() != first.token.get_secret_value()
    assert desk_lobby.session(second) is not None


def test_a_link_is_used_once_by_one_of_many_who_use_it_at_once(desk_lobby: Lobby) -> None:
    link = desk_lobby.link()
    with ThreadPoolExecutor(6) as pool:
        outcomes = [
            each.result(PATIENCE)
            for each in [pool.submit(desk_lobby.signing_in.set_password, link, PASSWORD, AT_HOME) for _ in range(6)]
        ]
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert outcomes.count(USED) == 5
    assert desk_lobby.signing_in.invited(link) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda at: at.clock.move(seconds=INVITED_FOR.total_seconds()),
        lambda at: at.link(),
        lambda at: at.administer(lambda by: administration.enable_account(by, SA, enabled=False)),
        lambda at: at.administer(lambda by: administration.disable_password(by, SA)),
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
    assert desk_lobby.signing_in.set_password(link, PASSWORD, AT_HOME) == USED
    assert desk_lobby.rows(passwords) == 0


def test_a_link_does_what_it_is_made_for_and_nothing_else(desk_lobby: Lobby) -> None:
    to_sign_in = desk_lobby.link(purpose=Purpose.SIGN_IN)
    assert desk_lobby.signing_in.set_password(to_sign_in, PASSWORD, AT_HOME) == USED
    assert isinstance(desk_lobby.signing_in.sign_in_by_link(to_sign_in, AT_HOME), SignedIn)
    assert desk_lobby.signing_in.sign_in_by_link(to_sign_in, AT_HOME) == USED
    for_a_password = desk_lobby.link()
    assert desk_lobby.signing_in.sign_in_by_link(for_a_password, AT_HOME) == USED
    assert desk_lobby.signing_in.set_password(for_a_password, SecretStr("short"), AT_HOME) is Unfit.TOO_SHORT
    assert isinstance(desk_lobby.signing_in.set_password(for_a_password, PASSWORD, AT_HOME), SignedIn)


def test_wrong_unknown_disabled_and_without_password_are_answered_alike_and_all_are_hashed(filled_url: str) -> None:
    hashing = cheap()
    verified = []
    with lobby(filled_url, hashing) as at:
        at.member()
        at.member(SATO.master_id)
        at.administer(lambda by: administration.enable_account(by, SATO.master_id, enabled=False))
        fits = hashing.fits

        def _watched(hashed: str | None, password: SecretStr) -> bool:
            verified.append(password)
            return fits(hashed, password)

        hashing.fits = _watched  # type: ignore[method-assign]  # watches what is really done
        tried = [(SA, WRONG), ("SA9999999", PASSWORD), (SATO.master_id, PASSWORD), (SUZUKI.master_id, PASSWORD)]
        tried += [("", PASSWORD), ("\0", PASSWORD), ("\ud800", PASSWORD), ("x" * 5000, PASSWORD)]
        for place, (master_id, password) in enumerate(tried):
            assert at.sign_in(password, master_id, Visitor(f"198.51.100.{place}")) == REFUSED
        assert len(verified) == len(tried)


def test_a_password_is_the_same_from_every_keyboard_and_no_other(desk_lobby: Lobby) -> None:
    desk_lobby.member(password=SecretStr("ｐａｓｓ－がぎぐげご－ｗｏｒｄ"))
    assert isinstance(desk_lobby.sign_in(SecretStr("pass-か\u3099ぎぐげご-word")), SignedIn)
    assert desk_lobby.sign_in(SecretStr("Pass-がぎぐげご-word")) == REFUSED


def test_changing_a_password_asks_for_the_old_one_and_ends_the_other_sessions(desk_lobby: Lobby) -> None:
    here, elsewhere = desk_lobby.member(), desk_lobby.sign_in()
    stranger = desk_lobby.member(SATO.master_id)
    visitor = Visitor("192.0.2.7", "", here.token)
    change = desk_lobby.signing_in.change_password
    assert change(SA, WRONG, OTHER_PASSWORD, visitor) == REFUSED
    assert change(SA, PASSWORD, SecretStr("sa1234567-12"), visitor) is Unfit.LIKE_MASTER_ID
    assert desk_lobby.session(elsewhere) is not None
    changed = change(SA, PASSWORD, OTHER_PASSWORD, visitor)
    assert isinstance(changed, Changed)
    assert desk_lobby.session(elsewhere) is None
    # Whoever has a copy of the browser's token is out too; the browser goes on with another.
    assert desk_lobby.session(here) is None
    assert desk_lobby.signing_in.session(changed.token) == here.session
    assert desk_lobby.session(stranger) is not None
    assert desk_lobby.sign_in() == REFUSED
    assert isinstance(desk_lobby.sign_in(OTHER_PASSWORD), SignedIn)


def test_a_hash_of_other_parameters_is_made_anew_at_signing_in_and_no_session_ends(filled_url: str) -> None:
    with lobby(filled_url) as before:
        member = before.member()
        old = before.people.password_of(SA)
        with lobby(filled_url, cheap(time_cost=2), before.clock) as after:
            assert isinstance(after.sign_in(), SignedIn)
            new = after.people.password_of(SA)
            assert new is not None
            assert (",t=1," in str(old), ",t=2," in new) == (True, True)
            assert after.session(member) is not None
            assert isinstance(after.sign_in(), SignedIn)
            assert after.people.password_of(SA) == new


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
        tried = [pool.submit(desk_lobby.sign_in, visitor=Visitor(f"192.0.2.{each}")) for each in range(4)]
        assert all(isinstance(each.result(PATIENCE), SignedIn) for each in tried)
    assert most == [1]
