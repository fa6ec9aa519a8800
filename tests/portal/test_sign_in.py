"""Signing in at the portal: what lets in, what does not and how that is told, and what the browser keeps of it."""

from collections.abc import Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from support.clock import Clock
from support.desks import INCIDENT, DeskUnderTest, InProcess
from support.people import PASSWORD, WRONG, Lobby, cheap, lobby
from support.portal import Browser, Page, fields_of, form_of, signed_in
from unyo.bootstrap.desk import open_desk
from unyo.bootstrap.portal import Site
from unyo.bootstrap.world import World
from unyo.cast import ITO, OTHER_SERVICE, SATO, SECRET_KEY, SERVICE, YAMADA
from unyo.portal.web.bounded import MOST_BYTES
from unyo.services.passwords import FREE_FAILURES
from unyo.storage import administration
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.keyring import Keyring
from unyo.storage.tables import sessions
from unyo.tickets.directory import Role

FORM = {"master_id": YAMADA.master_id, "password": PASSWORD.get_secret_value()}
BAD = FORM | {"password": WRONG.get_secret_value()}


@pytest.fixture
def people(desk: DeskUnderTest) -> Iterator[Lobby]:
    """The desk's people, of whom Yamada has a password."""
    with lobby(desk.url, clock=desk.clock) as opened:
        opened.member()
        yield opened


@pytest.fixture
def at(desk: DeskUnderTest, people: Lobby) -> Browser:
    """A browser in which nobody is signed in yet."""
    assert people
    return Browser(desk)


def _said(page: Page) -> str:
    return page.main.one(role="alert").text


def test_master_id_and_password_let_in_and_lead_back_to_where_one_was_going(at: Browser) -> None:
    asked = at.get("/?words=a%20b")
    shown = at.get(asked.location)
    fields = fields_of(shown.main.one("form"))
    assert fields == {"next": "/?words=a%20b", "master_id": "", "password": ""}
    gone = at.post("/sign-in", fields | FORM)
    assert (gone.status, gone.location) == (303, "/?words=a%20b")
    at.cookie = gone.cookie
    assert at.get("/").root.one("details", class_="me").text.startswith("山 山田 太郎")


def test_password_managers_and_phones_are_told_what_the_fields_are(at: Browser) -> None:
    main = at.get("/sign-in").main
    for name, what in (("master_id", "username"), ("password", "current-password")):
        field = main.one("input", id=name).attributes
        assert (field["autocomplete"], field["autocapitalize"], field["name"]) == (what, "none", name)
        assert main.all("label", for_=name) or main.one("label", **{"for": name})
    assert main.one("input", id="password").attributes["type"] == "password"


def test_blanks_around_a_pasted_master_id_do_no_harm(at: Browser) -> None:
    assert at.post("/sign-in", FORM | {"master_id": f" {YAMADA.master_id}\t"}).status == 303


@pytest.mark.parametrize(
    "form",
    [BAD, FORM | {"master_id": "nobody"}, FORM | {"master_id": SATO.master_id}, {"master_id": "\0"}, {}],
    ids=["another password", "nobody", "without a password", "no text", "nothing"],
)
def test_a_refusal_is_one_sentence_whatever_of_both_was_wrong(at: Browser, form: dict[str, str]) -> None:
    page = at.post("/sign-in", form)
    assert (page.status, _said(page)) == (401, "マスターIDまたはパスワードが違います。")
    assert "set-cookie" not in page.answer.headers
    assert WRONG.get_secret_value() not in page.html


def test_what_was_typed_is_shown_again_but_for_the_password(at: Browser) -> None:
    fields = fields_of(at.post("/sign-in", BAD | {"next": "/tickets"}).main.one("form"))
    assert fields == {"next": "/tickets", "master_id": YAMADA.master_id, "password": ""}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", "失敗が続いたため、しばらくサインインできません。2秒後にもう一度お試しください。"),
        ("en", "Too many attempts have failed. Try again in 2 seconds."),
    ],
)
def test_who_failed_too_often_is_told_how_long_to_wait(at: Browser, language: str, said: str) -> None:
    for _ in range(FREE_FAILURES + 1):
        at.post("/sign-in", BAD)
        at.desk.clock.move(seconds=1)
    at.post("/sign-in", BAD)
    page = Browser(at.desk, language=language).post("/sign-in", FORM)
    assert (page.status, _said(page)) == (429, said)
    at.desk.clock.move(seconds=2)
    assert at.post("/sign-in", FORM).status == 303


def test_from_a_minute_on_the_wait_is_told_in_whole_minutes_that_suffice(at: Browser) -> None:
    for _ in range(FREE_FAILURES + 8):
        at.post("/sign-in", BAD)
        at.desk.clock.move(minutes=20)
    at.post("/sign-in", BAD)
    assert "5分後に" in _said(at.post("/sign-in", FORM))


EVIL = (
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\\evil.example",
    "\\\\evil.example",
    "/tickets\\..\\evil",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "evil.example",
    "@evil.example",
    "",
    "/" + "a" * 5000,
)


@pytest.mark.parametrize("evil", EVIL)
def test_nobody_is_led_to_another_site(at: Browser, evil: str) -> None:
    assert fields_of(at.get(f"/sign-in?next={quote(evil, safe='')}").main.one("form"))["next"] == "/"
    assert at.post("/sign-in", FORM | {"next": evil}).location == "/"
    known = signed_in(at.desk)
    assert known.get(f"/sign-in?next={quote(evil, safe='')}").location == "/"
    assert known.post("/service", {"service_code": SERVICE, "next": evil}).location == "/"
    assert known.post("/settings/theme", {"theme": "dark", "back": evil}).location == "/"


def _rows(people: Lobby) -> list[Any]:
    with people.engines.reading.begin() as connection:
        return list(connection.execute(sa.select(sessions.c.service_code, sessions.c.user_agent)))


def test_signing_in_ends_the_browsers_session_and_begins_another(at: Browser, people: Lobby) -> None:
    first = at.post("/sign-in", FORM, user_agent="one").cookie
    at.cookie = first
    second = at.post("/sign-in", FORM, user_agent="two").cookie
    assert second not in {"", first}
    assert [row for row in _rows(people) if row.user_agent in {"one", "two"}] == [(SERVICE, "two")]
    assert at.get("/").status == 303  # the first one is no session any more


def test_a_token_that_somebody_planted_becomes_no_session(at: Browser) -> None:
    at.cookie = "planted-by-somebody-else"
    gone = at.post("/sign-in", FORM)
    assert gone.cookie != at.cookie
    assert at.get("/").status == 303


def test_the_cookie_over_plain_http_is_for_this_host_and_no_script(at: Browser) -> None:
    kept = SimpleCookie(at.post("/sign-in", FORM).answer.headers["set-cookie"])["unyo"]
    assert (kept["path"], kept["domain"], kept["httponly"], kept["secure"]) == ("/", "", True, "")
    assert (kept["samesite"], kept["max-age"]) == ("lax", str(7 * 24 * 3600))


@pytest.fixture(params=[("https://desk", Site()), ("http://desk", Site(is_https=True))], ids=["TLS", "behind a proxy"])
def over_https(filled_url: str, request: pytest.FixtureRequest) -> Iterator[DeskUnderTest]:
    """A desk to which browsers speak TLS."""
    url, site = request.param
    clock = Clock()
    opened = open_desk(
        open_engines(parse_url(filled_url)),
        Keyring(SECRET_KEY),
        world=World(clock, clock),
        site=replace(site, hashing=cheap()),
    )
    desk = DeskUnderTest(filled_url, opened, clock, InProcess(opened, url))
    yield desk
    desk.transport.close()
    opened.close()


def test_over_https_the_cookie_has_the_prefix_and_only_that_counts(over_https: DeskUnderTest) -> None:
    with lobby(over_https.url, clock=over_https.clock) as people:
        people.member()
    gone = Browser(over_https).post("/sign-in", FORM)
    kept = SimpleCookie(gone.answer.headers["set-cookie"])["__Host-unyo"]
    assert (kept["path"], kept["domain"], kept["httponly"], kept["secure"]) == ("/", "", True, True)
    for name, status in (("unyo", 303), ("__Host-unyo", 200)):
        assert Browser(over_https).get("/", cookie=f"{name}={gone.cookie}").status == status


def test_signing_out_makes_the_browser_forget_the_cookie(at: Browser) -> None:
    at.cookie = at.post("/sign-in", FORM).cookie
    gone = at.post("/sign-out")
    assert (gone.cookie, SimpleCookie(gone.answer.headers["set-cookie"])["unyo"]["max-age"]) == ("", "0")


def test_a_disabled_account_is_out_at_once_and_does_not_come_in_again(at: Browser, people: Lobby) -> None:
    at.cookie = at.post("/sign-in", FORM).cookie
    with people.administering() as admin:
        administration.enable_account(admin, YAMADA.master_id, enabled=False)
    assert at.get("/").location == "/sign-in?next=%2F"
    assert at.post("/sign-in", FORM).status == 401


def test_who_is_signed_in_is_not_asked_again(at: Browser) -> None:
    answer = signed_in(at.desk).get("/sign-in?next=%2Ftickets")
    assert (answer.status, answer.location) == (303, "/tickets")


def test_somebody_elses_page_signs_nobody_in(at: Browser) -> None:
    for site in ("cross-site", "same-site", "none"):
        assert at.post("/sign-in", FORM, sec_fetch_site=site).status == 403
    old = {"sec_fetch_site": "", "origin": "http://evil.example"}
    assert at.post("/sign-in", FORM, **old).status == 403


def test_a_browser_without_fetch_metadata_is_judged_by_the_origin(at: Browser) -> None:
    content = [("host", "desk"), ("content-type", "application/x-www-form-urlencoded")]
    for origin, status in (("http://desk", 401), ("http://evil.example", 403), ("null", 403), (None, 403)):
        headers = content + ([("origin", origin)] if origin else [])
        assert at.desk.transport.request("POST", "/sign-in", b"", headers).status == status


def test_over_https_an_origin_over_plain_http_is_somebody_elses(over_https: DeskUnderTest) -> None:
    content = [("host", "desk"), ("content-type", "application/x-www-form-urlencoded")]
    for origin, status in (("https://desk", 401), ("http://desk", 403)):
        headers = [*content, ("origin", origin)]
        assert over_https.transport.request("POST", "/sign-in", b"", headers).status == status


def test_who_has_several_service_codes_chooses_one(at: Browser, people: Lobby) -> None:
    with people.administering() as admin:
        administration.add_member(admin, OTHER_SERVICE, YAMADA.master_id, Role.READER)
    gone = at.post("/sign-in", FORM | {"next": "/tickets?page=2"})
    assert gone.location == "/service?next=%2Ftickets%3Fpage%3D2"
    at.cookie = gone.cookie
    assert at.get("/").location == "/service"
    page = at.get(gone.location)
    form = page.main.one("form", action="/service")
    assert [button.text for button in form.all("button")] == [
        "デモ運用センター uom12345678 · 特権ユーザ",
        "別のお客様 uom87654321 · 参照ユーザ",
    ]
    chosen = at.post("/service", fields_of(form) | {"service_code": OTHER_SERVICE})
    assert chosen.location == "/tickets?page=2"
    assert OTHER_SERVICE in at.get("/").root.one("header", class_="bar").text
    assert at.get("/service").main.one("button", aria_current="true").attributes["value"] == OTHER_SERVICE


def test_nobody_chooses_a_service_code_that_is_not_theirs(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    for code in (OTHER_SERVICE, "nonsense", ""):
        page = browser.post("/service", {"service_code": code})
        assert (page.status, _said(page)) == (403, "そのサービスコードは利用できません。")
    assert SERVICE in browser.get("/").root.one("header", class_="bar").text


def test_who_belongs_to_no_service_code_is_told_so(at: Browser, people: Lobby) -> None:
    with people.administering() as admin:
        administration.remove_member(admin, OTHER_SERVICE, ITO.master_id)
    people.member(ITO.master_id)
    gone = at.post("/sign-in", FORM | {"master_id": ITO.master_id})
    at.cookie = gone.cookie
    page = at.get(gone.location)
    assert (page.status, page.main.one("h1").text) == (200, "サービスコードがありません")
    assert at.get("/settings").status == 200


def test_a_form_that_is_too_large_is_not_read(at: Browser) -> None:
    assert at.post("/sign-in", {"typed": "a" * MOST_BYTES}).status == 413
    assert at.post("/tickets/new", {"typed": "a" * MOST_BYTES}).status in {404, 413}


EDIT = f"/tickets/{INCIDENT}/edit"


def _typed(desk: DeskUnderTest) -> tuple[Page, dict[str, str]]:
    """The sign-in page to which an edit leads whose session ran out, and its form's fields."""
    browser = signed_in(desk)
    form = form_of(browser.get(EDIT), EDIT) | {"Title": "<b>題名</b>", "Cause": "一\r\n二"}
    browser.post("/sign-out")
    page = browser.post(EDIT, form)
    return page, fields_of(page.main.one("form"))


def test_a_form_whose_session_ran_out_is_there_again_after_the_sign_in(at: Browser) -> None:
    page, fields = _typed(at.desk)
    assert page.status == 401
    assert "入力した内容は保持されています" in page.main.one(role="status").text
    refused = at.post("/sign-in", fields | BAD)
    resumed = at.post("/sign-in", fields_of(refused.main.one("form")) | FORM)
    at.cookie = resumed.cookie
    again = form_of(resumed, EDIT)
    assert (again["Title"], again["Cause"].splitlines()) == ("<b>題名</b>", ["一", "二"])
    saved = at.post(EDIT, again)
    assert (saved.status, at.desk.detail()["Title"]) == (303, "<b>題名</b>")


def test_the_longest_form_goes_with_the_sign_in_too(at: Browser) -> None:
    form = form_of(signed_in(at.desk).get(EDIT), EDIT)
    form |= dict.fromkeys(("RelatedSystem", "RelatedCI", "DetectionMessage", "aside.x"), '"' * 65535)
    fields = fields_of(at.post(EDIT, form).main.one("form"))
    resumed = at.post("/sign-in", fields | FORM)
    assert resumed.status == 200
    assert form_of(resumed, EDIT).items() >= form.items()


def test_somebody_else_who_signs_in_there_goes_on_without_it(at: Browser, people: Lobby) -> None:
    people.member(SATO.master_id)
    _, fields = _typed(at.desk)
    gone = at.post("/sign-in", fields | FORM | {"master_id": SATO.master_id})
    assert (gone.status, gone.location, "題名" in gone.html) == (303, EDIT, False)


@pytest.mark.parametrize("path", ["/sign-out", "/settings/theme"])
def test_a_form_in_which_nothing_was_typed_is_not_kept(at: Browser, path: str) -> None:
    page = at.post(path, {"theme": "dark"})
    assert page.status == 401
    assert "変更はされていません" in page.main.one(role="status").text
    assert fields_of(page.main.one("form")) == {"next": "/", "master_id": "", "password": ""}
