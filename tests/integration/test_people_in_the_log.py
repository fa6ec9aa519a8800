"""What the log, an error and the database tell of people who sign in, and what they never tell."""

import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from support.people import AT_HOME, OTHER_PASSWORD, PASSWORD, WRONG, Lobby
from unyo.cast import SATO, YAMADA
from unyo.services.passwords import FREE_FAILURES
from unyo.services.ports import StorageFailed
from unyo.services.signing_in import SignedIn, Visitor
from unyo.storage.tables import attempts, invitations, passwords, sessions

SA = YAMADA.master_id


def test_no_password_token_or_hash_is_in_what_is_shown_logged_or_told(
    desk_lobby: Lobby, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        link = desk_lobby.link()
        member = desk_lobby.signing_in.set_password(link, PASSWORD, AT_HOME)
        assert isinstance(member, SignedIn)
        visitor = Visitor("192.0.2.7", "", member.token)
        shown = [member, visitor, link, PASSWORD, desk_lobby.sign_in(WRONG), desk_lobby.signing_in.invited(link)]
        with desk_lobby.engines.writing.begin() as connection:
            connection.execute(sa.text("DROP TABLE sessions"))
        with pytest.raises(StorageFailed) as failed:
            desk_lobby.sign_in()
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
        desk_lobby.sign_in()
        desk_lobby.sign_in(WRONG)
        desk_lobby.sign_in(WRONG, PASSWORD.get_secret_value(), Visitor("192.0.2.8\x1b[31m"))
        desk_lobby.signing_in.change_password(SA, PASSWORD, OTHER_PASSWORD, Visitor("192.0.2.9", "", member.token))
        for _ in range(FREE_FAILURES + 1):
            desk_lobby.sign_in(WRONG)
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
    desk_lobby.sign_in(WRONG, PASSWORD.get_secret_value())  # typed into the wrong field
    with desk_lobby.engines.reading.begin() as connection:
        tables = passwords, sessions, invitations, attempts
        kept = repr([connection.execute(sa.select(table)).all() for table in tables])
    assert [each for each in (PASSWORD, link, member.token) if each.get_secret_value() in kept] == []
    assert kept.count("$argon2id$") == 1


def _told(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield repr(error) + str(error)
        error = error.__cause__ or error.__context__
