"""`unyo account invite`, `reset-password`, `disable-password`, `sign-out`: one-time links, and what ends a session."""

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from support.administering import Unyo, done
from support.clock import Clock
from support.people import AT_HOME, PASSWORD, lobby
from unyo.bootstrap.clock import system_clock
from unyo.cast import SATO, YAMADA
from unyo.services.people import LINK_PATH
from unyo.services.signing_in import Refusal, Refused, SignedIn

SA = YAMADA.master_id
LINK = re.compile(rf"^(https?://\S+){LINK_PATH}([A-Za-z0-9_-]{{43}})$", re.MULTILINE)


def _link(shown: str) -> tuple[str, SecretStr]:
    """Where the only link of an output leads, and its token."""
    ((url, token),) = LINK.findall(shown)
    return url, SecretStr(token)


def test_an_account_is_invited_sets_a_password_and_signs_in(run: Unyo, filled_url: str) -> None:
    shown = done(run("account", "invite", SA, variables={"COLUMNS": "20"}))
    assert shown.splitlines()[0].startswith(f"One-time link for {SA}, good until 2")
    url, link = _link(shown)
    assert url == "http://127.0.0.1:8080"
    with lobby(filled_url, clock=Clock(system_clock())) as at:
        assert isinstance(at.signing_in.set_password(link, PASSWORD, AT_HOME), SignedIn)
        assert isinstance(at.signing_in.sign_in(SA, PASSWORD, AT_HOME), SignedIn)


@pytest.mark.parametrize(
    ("settings", "flags", "url"),
    [
        ("", ["--portal-url", "https://desk.example/"], "https://desk.example"),
        ('portal_url = "https://desk.example:8443"', [], "https://desk.example:8443"),
        ("port = 9000", [], "http://127.0.0.1:9000"),
        ('port = 8443\ntls_cert = "a"\ntls_key = "b"', [], "https://127.0.0.1:8443"),
    ],
)
def test_a_link_leads_to_where_browsers_reach_the_server(
    run: Unyo, tmp_path: Path, settings: str, flags: list[str], url: str
) -> None:
    (tmp_path / "unyo.toml").write_text(settings)
    shown = json.loads(done(run("account", "invite", SA, "--json", *flags, "--config", str(tmp_path / "unyo.toml"))))
    assert shown["master_id"] == SA
    assert _link(shown["link"])[0] == url


@pytest.mark.parametrize("url", ["desk.example", "ftp://desk.example", "https://desk.example/portal", "https://a@b"])
def test_what_is_no_url_of_a_portal_is_refused(run: Unyo, url: str) -> None:
    refused = run("account", "invite", SA, "--portal-url", url)
    assert refused.status == 2
    assert refused.err == "unyo: portal_url (flag --portal-url) takes a URL that begins with http:// or https://\n"


def test_a_reset_takes_password_and_sessions_away_and_gives_a_link(run: Unyo, filled_url: str) -> None:
    with lobby(filled_url, clock=Clock(system_clock())) as at:
        member = at.member()
        assert run("account", "reset-password", SA).status == 1  # nobody is there to answer
        assert at.signing_in.session(member.token) is not None
        _, link = _link(done(run("account", "reset-password", SA, "--yes")))
        assert at.signing_in.session(member.token) is None
        assert at.signing_in.sign_in(SA, PASSWORD, AT_HOME) == Refused(Refusal.WRONG)
        assert isinstance(at.signing_in.set_password(link, PASSWORD, AT_HOME), SignedIn)


def test_a_disabled_password_lets_nobody_in_and_keys_go_on(run: Unyo, filled_url: str) -> None:
    with lobby(filled_url, clock=Clock(system_clock())) as at:
        member, link = at.member(), at.link()
        assert "unyo account invite" in done(run("account", "disable-password", SA, "--yes"))
        assert done(run("account", "disable-password", SA, "--yes")) == "It is so already: nothing was changed.\n"
        assert at.signing_in.session(member.token) is None
        assert at.signing_in.invited(link) is None
        assert at.signing_in.sign_in(SA, PASSWORD, AT_HOME) == Refused(Refusal.WRONG)
    assert SA in done(run("key", "list", SA))


def test_signing_an_account_out_ends_its_sessions_and_no_others(run: Unyo, filled_url: str) -> None:
    with lobby(filled_url, clock=Clock(system_clock())) as at:
        member, other = at.member(), at.member(SATO.master_id)
        assert done(run("account", "sign-out", SA)) == f"Signed {SA} out everywhere.\n"
        assert at.signing_in.session(member.token) is None
        assert at.signing_in.session(other.token) is not None
        assert isinstance(at.signing_in.sign_in(SA, PASSWORD, AT_HOME), SignedIn)


@pytest.mark.parametrize("command", ["invite", "reset-password", "disable-password", "sign-out"])
def test_an_account_that_is_not_there_is_refused(run: Unyo, command: str) -> None:
    more = ["--yes"] if command.endswith("password") else []
    assert run("account", command, "SA9999999", *more).refusal == "unyo: there is no account SA9999999"


def test_a_disabled_account_is_not_invited(run: Unyo) -> None:
    done(run("account", "disable", SA))
    assert run("account", "invite", SA).refusal == (
        f"unyo: {SA} is disabled, so nobody can sign in: `unyo account enable {SA}` first"
    )


def test_all_of_it_is_in_the_audit_trail_and_no_token_is(run: Unyo, filled_url: str) -> None:
    tokens = [_link(done(run("account", "invite", SA)))[1]]
    tokens.append(_link(done(run("account", "reset-password", SA, "--yes")))[1])
    with lobby(filled_url, clock=Clock(system_clock())) as at:
        at.signing_in.set_password(tokens[-1], PASSWORD, AT_HOME)
    done(run("account", "sign-out", SA))
    done(run("account", "disable-password", SA, "--yes"))
    trail = done(run("audit", "--json"))
    assert [each["action"] for each in json.loads(trail)][:5] == [
        "account.disable-password",
        "account.sign-out",
        "account.invite",
        "account.disable-password",
        "account.invite",
    ]
    assert [each for each in tokens if each.get_secret_value() in trail] == []
