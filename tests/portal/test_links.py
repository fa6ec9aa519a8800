"""One-time links: what each is for, that looking does not use it up, and that its token is told nobody."""

import io
import logging
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from support.desks import DeskUnderTest, desk_on
from support.people import OTHER_PASSWORD, PASSWORD, Lobby, lobby
from support.portal import Browser, fields_of, signed_in
from unyo.bootstrap.desk import Watching
from unyo.cast import SATO, YAMADA
from unyo.services.people import INVITED_FOR, Purpose
from unyo.storage import administration
from unyo.watching.figures import Figures
from unyo.watching.logs import CallLog
from unyo.watching.traces import Traces

NEW = {"password": PASSWORD.get_secret_value()}


@pytest.fixture
def people(desk: DeskUnderTest) -> Iterator[Lobby]:
    with lobby(desk.url, clock=desk.clock) as opened:
        yield opened


def _link(people: Lobby, purpose: Purpose = Purpose.PASSWORD) -> str:
    return f"/link/{people.link(YAMADA.master_id, purpose).get_secret_value()}"


def test_an_invitation_says_for_whom_it_is_and_sets_the_password(desk: DeskUnderTest, people: Lobby) -> None:
    link, browser = _link(people), Browser(desk)
    shown = browser.get(link)
    assert "山田 太郎" in shown.main.text
    assert "12文字以上" in shown.main.one(id="hint-password").text
    form = shown.main.one("form")
    assert fields_of(form) == {"master_id": YAMADA.master_id, "password": ""}
    assert form.one("input", id="password").attributes["autocomplete"] == "new-password"
    gone = browser.post(link, NEW)
    assert (gone.status, gone.location) == (303, "/")
    browser.cookie = gone.cookie
    assert browser.get("/").status == 200
    assert Browser(desk).post("/sign-in", NEW | {"master_id": YAMADA.master_id}).status == 303


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", "12文字以上で入力してください。"),
        ("kurz", "12文字以上で入力してください。"),
        ("長" * 400, "パスワードが長すぎます。"),
        ("SA1234567abc", "マスターIDに近いため、使用できません。"),
        (
            "password12345",
            "推測されやすいため、使用できません。他の人が使わないものにしてください。",
        ),
    ],
)
def test_a_password_that_does_not_do_is_told_beside_it_and_the_link_lives(
    desk: DeskUnderTest, people: Lobby, password: str, fault: str
) -> None:
    link, browser = _link(people), Browser(desk)
    page = browser.post(link, {"password": password})
    assert (page.status, page.main.one(id="fault-password").text) == (422, fault)
    assert "fault-password" in page.main.one("input", id="password").attributes["aria-describedby"]
    assert "set-cookie" not in page.answer.headers
    assert browser.post(link, NEW).status == 303


def test_a_sign_in_link_lets_in_by_one_button(desk: DeskUnderTest, people: Lobby) -> None:
    link, browser = _link(people, Purpose.SIGN_IN), Browser(desk, language="en")
    page = browser.get(link)
    assert page.main.one("h1").text == "Sign in as 山田 太郎"
    assert [button.text for button in page.main.all("button")] == ["Sign in"]
    gone = browser.post(link)
    assert (gone.status, gone.location) == (303, "/")
    browser.cookie = gone.cookie
    assert browser.get("/").status == 200


@pytest.mark.parametrize("purpose", Purpose)
def test_programs_that_look_at_a_link_do_not_use_it_up(desk: DeskUnderTest, people: Lobby, purpose: Purpose) -> None:
    link, browser = _link(people, purpose), Browser(desk)
    for _ in range(3):
        assert browser.get(link).status == 200
        assert desk.transport.request("HEAD", link, b"", []).status == 200
        assert browser.post(link, NEW, sec_fetch_site="cross-site").status == 403
    assert browser.post(link, NEW).status == 303


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_works_once_and_a_used_one_looks_like_one_that_never_was(
    desk: DeskUnderTest, people: Lobby, purpose: Purpose
) -> None:
    link, browser = _link(people, purpose), Browser(desk)
    assert browser.post(link, NEW).status == 303
    told = {browser.get(path).html for path in (link, "/link/nonsense", "/link/%00")}
    told |= {browser.post(path, NEW).html for path in (link, "/link/nonsense")}
    assert len(told) == 1
    assert browser.get(link).status == 404
    assert browser.get(link).main.one("h1").text == "このリンクは使えません"


@pytest.mark.parametrize("why", ["too old", "disabled"])
def test_a_link_that_is_too_old_or_whose_account_is_disabled_lets_nobody_in(
    desk: DeskUnderTest, people: Lobby, why: str
) -> None:
    link, browser = _link(people), Browser(desk)
    assert browser.get(link).status == 200
    if why == "disabled":
        with people.administering() as admin:
            administration.enable_account(admin, YAMADA.master_id, enabled=False)
    else:
        desk.clock.now += INVITED_FOR
    assert (browser.get(link).status, browser.post(link, NEW).status) == (404, 404)


def test_a_link_that_somebody_else_follows_ends_their_session_in_that_browser(
    desk: DeskUnderTest, people: Lobby
) -> None:
    browser, link = signed_in(desk, SATO), _link(people, Purpose.SIGN_IN)
    assert "佐藤" not in browser.get(link).root.text
    new = browser.post(link).cookie
    assert browser.get("/").status == 303
    assert "山田 太郎" in Browser(desk, new).get("/").root.one("header", class_="bar").text


def test_a_new_password_ends_the_accounts_other_sessions(desk: DeskUnderTest, people: Lobby) -> None:
    other = signed_in(desk)
    assert Browser(desk).post(_link(people), {"password": OTHER_PASSWORD.get_secret_value()}).status == 303
    assert other.get("/").status == 303


def test_the_token_stands_in_no_page_no_referrer_no_log_no_figure_and_no_trace(
    filled_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lines, spans, figures = io.StringIO(), InMemorySpanExporter(), Figures()
    watchers = [CallLog("json", lines), Traces(SimpleSpanProcessor(spans))]
    with (
        desk_on(filled_url, "over HTTP", watching=Watching(figures, watchers, "token")) as desk,
        lobby(filled_url, clock=desk.clock) as people,
    ):
        link, browser = _link(people), Browser(desk)
        token = link.removeprefix("/link/")
        pages = [browser.get(link), browser.post(link, {"password": "kurz"})]
        pages += [browser.post(link, NEW), browser.get(link)]
        told = desk.transport.request("GET", "/metrics", b"", [("Authorization", "Bearer token")])
        assert told.status == 200
    referrers = {page.answer.headers.get("referrer-policy") for page in pages if page.status != 404}
    assert referrers == {"strict-origin"}
    assert not [page for page in pages if token in page.html or token in str(page.answer.headers)]
    for said in (lines.getvalue(), caplog.text, repr(spans.get_finished_spans()), told.content.decode()):
        assert token not in said
