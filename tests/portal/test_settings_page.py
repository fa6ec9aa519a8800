"""A person's settings: language, theme, time zone, password, and where they are signed in."""

from collections.abc import Iterator

import pytest

from support.desks import DeskUnderTest
from support.people import OTHER_PASSWORD, PASSWORD, WRONG, Lobby, lobby
from support.portal import Browser, Page, fields_of, form_of, signed_in
from unyo.cast import SATO, YAMADA
from unyo.portal.people.settings_page import zones
from unyo.portal.web.user_agents import Device, device_of
from unyo.portal.words.language import Language
from unyo.services.passwords import FREE_FAILURES

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
CHANGE = {"old_password": PASSWORD.get_secret_value(), "new_password": OTHER_PASSWORD.get_secret_value()}


@pytest.fixture
def people(desk: DeskUnderTest) -> Iterator[Lobby]:
    """The desk's people, of whom Yamada has a password."""
    with lobby(desk.url, clock=desk.clock) as opened:
        opened.member()
        opened.people.end_sessions(YAMADA.master_id)
        yield opened


def _sign_in(desk: DeskUnderTest, user_agent: str) -> Browser:
    browser = Browser(desk)
    form = {"master_id": YAMADA.master_id, "password": PASSWORD.get_secret_value()}
    browser.cookie = browser.post("/sign-in", form, user_agent=user_agent).cookie
    assert browser.cookie
    return browser


def _checked(page: Page, name: str) -> list[str]:
    return [each.attributes["value"] for each in page.main.all("input", name=name) if "checked" in each.attributes]


def test_a_language_that_is_chosen_comes_before_the_browsers(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.get("/settings")
    assert (_checked(page, "language"), page.main.one("h1").text) == ([""], "設定")
    gone = browser.post("/settings/language", {"language": "en"})
    assert (gone.status, gone.location) == (303, "/settings?changed=language")
    page = browser.get(gone.location)
    assert (_checked(page, "language"), page.main.one("h1").text) == (["en"], "Settings")
    assert page.main.one("p", class_="done").text == "Saved."
    assert page.root.one("html").attributes["lang"] == "en"
    for nothing in ("", "xx", "en' --"):
        browser.post("/settings/language", {"language": nothing})
        assert _checked(browser.get("/settings"), "language") == [""]


def test_a_theme_that_is_chosen_is_worn_by_every_page_and_leaves_the_rest_as_it_is(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    browser.post("/settings/language", {"language": "en"})
    for theme, worn in (("dark", "dark"), ("light", "light"), ("system", "system"), ("pink", "system")):
        assert browser.post("/settings/theme", {"theme": theme}).location == "/settings?changed=theme"
        page = browser.get("/settings")
        assert (page.root.one("html").attributes["data-theme"], _checked(page, "theme")) == (worn, [worn])
        pressed = [each.attributes["value"] for each in page.root.all("button", name="theme", aria_pressed="true")]
        assert pressed == [worn]
    assert page.main.one("h1").text == "Settings"


def test_the_menus_themes_lead_back_to_the_page_that_one_was_on(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    fields = fields_of(browser.get("/?words=a%20b").root.one("form", action="/settings/theme"))
    assert fields["back"] == "/?words=a%20b"
    assert browser.post("/settings/theme", fields | {"theme": "dark"}).location == "/?words=a%20b"


def test_dates_are_shown_in_the_time_zone_that_is_chosen(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.get("/settings")
    assert form_of(page, "/settings/time-zone") == {"time_zone": "Asia/Tokyo"}
    assert "2026/04/01 09:00" in page.main.one(id="now-time_zone").text
    browser.post("/settings/time-zone", {"time_zone": " America/New_York "})
    page = browser.get("/settings")
    assert form_of(page, "/settings/time-zone") == {"time_zone": "America/New_York"}
    assert "2026/03/31 20:00" in page.main.one(id="now-time_zone").text


@pytest.mark.parametrize("zone", ["Asia/Tokio", "", "/etc/localtime", "../Asia/Tokyo", "Etc/GMT+9", "\0"])
def test_a_time_zone_that_there_is_not_is_told_beside_it(desk: DeskUnderTest, zone: str) -> None:
    browser = signed_in(desk)
    page = browser.post("/settings/time-zone", {"time_zone": zone})
    assert page.status == 422
    assert "Asia/Tokyo" in page.main.one(id="fault-time_zone").text
    assert page.main.one("input", id="time_zone").attributes["value"] == zone.strip()
    assert form_of(browser.get("/settings"), "/settings/time-zone") == {"time_zone": "Asia/Tokyo"}


def test_home_is_the_first_time_zone_that_is_offered() -> None:
    for language, city in ((Language.JAPANESE, "東京"), (Language.ENGLISH, "Tokyo")):
        offered = zones(language)
        assert offered[0] == ("Asia/Tokyo", city)
        assert len(offered) == len({name for name, _ in offered})
        assert ("UTC", "") in offered
        assert all(city for name, city in offered if name != "UTC")


def test_a_password_is_changed_by_who_knows_the_old_one_and_other_sessions_end(
    desk: DeskUnderTest, people: Lobby
) -> None:
    assert people
    here, there = _sign_in(desk, FIREFOX), _sign_in(desk, IPHONE)
    gone = here.post("/settings/password", CHANGE)
    assert (gone.status, gone.location) == (303, "/settings?changed=password")
    copied = Browser(desk, here.cookie)
    here.cookie = gone.cookie
    assert copied.get("/").status == 303
    assert "他のセッションは終了しました" in here.get(gone.location).main.text
    assert (here.get("/").status, there.get("/").status) == (200, 303)
    form = {"master_id": YAMADA.master_id, "password": OTHER_PASSWORD.get_secret_value()}
    assert Browser(desk).post("/sign-in", form).status == 303


def test_why_a_password_is_not_changed_is_told_beside_the_field_that_it_is_about(
    desk: DeskUnderTest, people: Lobby
) -> None:
    assert people
    browser = _sign_in(desk, FIREFOX)
    page = browser.post("/settings/password", CHANGE | {"old_password": WRONG.get_secret_value()})
    assert (page.status, page.main.one(id="fault-old_password").text) == (401, "現在のパスワードが違います。")
    page = browser.post("/settings/password", CHANGE | {"new_password": "short"})
    assert (page.status, page.main.one(id="fault-new_password").text) == (422, "12文字以上で入力してください。")
    assert not page.main.all(id="fault-old_password")
    for _ in range(FREE_FAILURES):
        browser.post("/settings/password", CHANGE | {"old_password": WRONG.get_secret_value()})
    page = browser.post("/settings/password", CHANGE)
    assert page.status == 429
    assert "1秒後" in page.main.one(role="alert").text


def _sessions(page: Page) -> list[str]:
    return [each.one("strong").text for each in page.main.one("ul", class_="places-of").all("li")]


def test_sessions_are_told_in_words_this_one_first(desk: DeskUnderTest, people: Lobby) -> None:
    assert people
    here = _sign_in(desk, FIREFOX)
    desk.clock.move(hours=1)
    _sign_in(desk, IPHONE)
    _sign_in(desk, "<script>alert(1)</script>")
    page = here.get("/settings")
    assert sorted(_sessions(page)[1:]) == ["Safari（iPhone）", "不明なブラウザ"]
    assert _sessions(page)[0] == "Firefox（Windows） このブラウザ"
    told = page.main.one("ul", class_="places-of").all("li")[0].text
    assert "127.0.0.1 · 2026/04/01 09:00から · 最終アクセス 2026/04/01 10:00" in told
    assert "<script>alert" not in page.html


def test_one_session_is_ended_or_all_others(desk: DeskUnderTest, people: Lobby) -> None:
    assert people
    here, there, else_where = (_sign_in(desk, each) for each in (FIREFOX, IPHONE, "curl/8"))
    page = here.get("/settings")
    row = next(each for each in page.main.all("li") if "iPhone" in each.text)
    gone = here.post("/settings/sessions/end", fields_of(row.one("form")))
    assert gone.location == "/settings?changed=sessions"
    assert [browser.get("/").status for browser in (here, there, else_where)] == [200, 303, 200]
    copied, here.cookie = Browser(desk, here.cookie), here.post("/settings/sessions/end-others").cookie
    assert [browser.get("/").status for browser in (here, else_where, copied)] == [200, 303, 303]
    assert not here.get("/settings").main.all("form", action="/settings/sessions/end-others")


def test_nobody_ends_somebody_elses_session(desk: DeskUnderTest, people: Lobby) -> None:
    theirs = signed_in(desk, SATO)
    (session,) = people.signing_in.sessions(SATO.master_id)
    signed_in(desk).post("/settings/sessions/end", {"number": session.number})
    signed_in(desk).post("/settings/sessions/end-others")
    assert theirs.get("/").status == 200


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("said", "browser", "system"),
    [
        (CHROME, "Chrome", "Linux"),
        (f"{CHROME} Edg/138.0.0.0".replace("X11; Linux x86_64", "Windows NT 10.0"), "Microsoft Edge", "Windows"),
        (f"{CHROME} OPR/120".replace("X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7"), "Opera", "macOS"),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 10; K"), "Chrome", "Android"),
        (CHROME.replace("X11; Linux x86_64", "X11; CrOS x86_64 14541"), "Chrome", "ChromeOS"),
        (FIREFOX, "Firefox", "Windows"),
        (IPHONE, "Safari", "iPhone"),
        (IPHONE.replace("Version/18.5", "CriOS/138.0"), "Chrome", "iPhone"),
        ("curl/8.14.1", "curl", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_known_by_what_it_says_of_itself(said: str, browser: str, system: str) -> None:
    assert device_of(said) == Device(browser, system)
