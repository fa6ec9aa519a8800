"""The frame of the portal: who gets in, what browsers are told, what is no page."""

import re
from importlib.resources import files

import pytest

from support.desks import DeskUnderTest
from support.portal import Browser, signed_in
from unyo.cast import SUZUKI
from unyo.portal.pages import PARTS


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(desk: DeskUnderTest) -> None:
    answer = Browser(desk).get("/")
    assert (answer.status, answer.location) == (303, "/sign-in?next=%2F")


def test_who_is_signed_in_sees_their_work_in_their_language(desk: DeskUnderTest) -> None:
    page = signed_in(desk).get("/")
    assert (page.status, page.main.one("h1").text) == (200, "マイワーク")
    assert signed_in(desk, language="en").get("/").main.one("h1").text == "My work"
    assert page.root.one("html").attributes["lang"] == "ja"


def test_readers_are_not_offered_what_they_may_not_do(desk: DeskUnderTest) -> None:
    assert "新規登録" not in signed_in(desk, SUZUKI).get("/").root.one("header", class_="bar").text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_of_somebody_elses_page_changes_nothing(desk: DeskUnderTest, site: str) -> None:
    browser = signed_in(desk)
    assert browser.post("/sign-out", sec_fetch_site=site).status == 403
    assert browser.get("/").status == 200


def test_a_browser_may_load_only_what_comes_from_here(desk: DeskUnderTest) -> None:
    policy = signed_in(desk).get("/").answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


def test_signing_out_ends_the_session_on_the_server(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    gone = browser.post("/sign-out")
    assert (gone.status, gone.location) == (303, "/sign-in")
    assert browser.get("/").status == 303


def test_people_get_a_page_where_there_is_none_and_programs_an_envelope(desk: DeskUnderTest) -> None:
    page = signed_in(desk).get("/nowhere")
    assert (page.status, page.main.one("h1").text) == (404, "見つかりません")
    told = Browser(desk).get("/nowhere", accept="*/*")
    assert told.answer.error_type == "NOT_FOUND"


def test_styles_and_scripts_are_kept_for_good(desk: DeskUnderTest) -> None:
    page = signed_in(desk).get("/")
    for path in (page.root.one("link", rel="stylesheet").attributes["href"], page.root.one("script").attributes["src"]):
        found = Browser(desk).get(path)
        assert (found.status, "immutable" in found.answer.headers["cache-control"]) == (200, True)


@pytest.mark.parametrize("name", ["style.0123456789ab.css", "script.0123456789ab.js"])
def test_a_page_of_another_release_is_given_what_this_one_has_and_is_not_to_keep_it(
    desk: DeskUnderTest, name: str
) -> None:
    browser = Browser(desk)
    stem, _, ending = name.split(".")
    (own,) = {path for path in re.findall(r'/static/[^"]+', browser.get("/sign-in").html) if path.endswith(ending)}
    found = browser.get(f"/static/{name}")
    assert (found.status, found.answer.content) == (200, browser.get(own).answer.content)
    assert found.answer.headers["cache-control"] == "no-store"
    for none in (
        f"{stem}.{ending}",
        f"{stem}.0123456789AB.{ending}",
        f"{stem}.0123456789ab.txt",
        "none.0123456789ab.js",
    ):
        assert browser.get(f"/static/{none}").status == 404


def test_every_part_that_a_page_has_replaced_can_be_asked_for() -> None:
    folder = files("unyo.portal")
    pages = [each.read_text("utf-8") for each in (folder / "templates").iterdir()]
    scripts = [each.read_text("utf-8") for each in (folder / "static" / "js").iterdir()]
    asked = {name for text in pages for name in re.findall(r'(?:data-live-part="|hx-target="#)(\w+)"', text)}
    asked |= {name for text in scripts for name in re.findall(r'fetchPart\("(\w+)"\)', text)}
    assert asked >= {"work", "found", "ticket", "present"}
    assert asked <= PARTS


def test_dark_is_the_same_whether_it_is_chosen_or_the_systems() -> None:
    style = (files("unyo.portal") / "static" / "css" / "theme.css").read_text("utf-8")
    of_system = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', style, re.DOTALL)
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', style, re.DOTALL)
    assert of_system is not None
    assert chosen is not None
    said = [re.findall(r"(--[a-z-]+): ([^;]+);", found[1]) for found in (of_system, chosen)]
    assert said[0] == said[1]
    assert len(said[0]) > 20
