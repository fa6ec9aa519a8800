"""The ground of the tests in a real browser: who sits there sees the portal, and nothing that goes wrong is missed."""

import asyncio
from typing import Literal

import pytest
from playwright.sync_api import Error, expect

from support.browsers import Chromium, Look
from support.desks import DeskUnderTest
from unyo.cast import SATO, YAMADA

Comes = Literal["console", "pageerror", "response"]


def test_each_sees_the_portal_as_themselves_in_their_language_and_theme(
    browser: Chromium, looked_at_desk: DeskUnderTest
) -> None:
    with (
        browser.seat(looked_at_desk, YAMADA) as here,
        browser.seat(looked_at_desk, SATO, Look("en", "dark", 390)) as there,
    ):
        ours, theirs = here.page("/"), there.page("/")
        expect(ours.get_by_role("heading", level=1)).to_have_text("マイワーク")
        expect(theirs.get_by_role("heading", level=1)).to_have_text("My work")
        expect(ours.locator("body")).to_have_css("color-scheme", "light dark")
        grounds = [page.evaluate("getComputedStyle(document.body).backgroundColor") for page in (ours, theirs)]
        assert grounds[0] != grounds[1]
        assert theirs.viewport_size == {"width": 390, "height": 900}


@pytest.mark.parametrize(
    ("script", "comes", "told"),
    [
        ("console.error('no good')", "console", "no good"),
        ("setTimeout(() => { throw new Error('thrown') })", "pageerror", "thrown"),
        ("document.body.setAttribute('onclick', 'alert(1)')", "console", "policy|script-src-attr"),
        ("document.body.append(Object.assign(new Image(), {src: '/static/none.png'}))", "response", "none.png: 404"),
        ("fetch('http://127.0.0.1:1/').catch(() => {})", "console", "connect-src"),
    ],
)
def test_what_goes_wrong_in_a_page_fails_the_test(
    browser: Chromium, looked_at_desk: DeskUnderTest, script: str, comes: Comes, told: str
) -> None:
    def _look() -> None:
        with browser.seat(looked_at_desk) as seat:
            page = seat.page("/")
            with page.expect_event(comes, lambda _: bool(seat.faults)):
                page.evaluate(script)

    with pytest.raises(AssertionError, match=told):
        _look()


def test_a_browser_that_crashes_fails_no_later_test(browser: Chromium, looked_at_desk: DeskUnderTest) -> None:
    with browser.seat(looked_at_desk) as seat:
        running = seat.context.browser
        assert running is not None
        with pytest.raises(Error, match="closed"):
            running.new_browser_cdp_session().send("Browser.crash")
    with browser.seat(looked_at_desk) as seat:
        expect(seat.page("/").get_by_role("heading", level=1)).to_have_text("マイワーク")


def test_an_event_loop_runs_beside_the_browser(browser: Chromium, looked_at_desk: DeskUnderTest) -> None:
    with browser.seat(looked_at_desk) as seat:
        seat.page("/")
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"
