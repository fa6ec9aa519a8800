"""What scripts add to the doors, the settings and the person's menu, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from support.browsers import Look, Seat
from support.desks import INCIDENT, DeskUnderTest
from support.people import PASSWORD, lobby
from unyo.cast import YAMADA

Sit = Callable[..., Seat]


def _menu(page: Page) -> None:
    page.locator(".me > summary").click()
    expect(page.locator(".me > .menu")).to_be_visible()


def test_somebody_signs_in_with_the_keyboard_alone_and_sees_what_they_type(shown_desk: DeskUnderTest, sit: Sit) -> None:
    with lobby(shown_desk.url, clock=shown_desk.clock) as people:
        people.member()
    page = sit(None).page("/sign-in?next=%2Fsettings")
    expect(page.locator("#master_id")).to_be_focused()
    page.keyboard.insert_text(YAMADA.master_id)
    page.keyboard.press("Tab")
    page.keyboard.insert_text(PASSWORD.get_secret_value())
    page.keyboard.press("Tab")
    eye, password = page.get_by_role("button", name="パスワードを表示"), page.locator("#password")
    expect(eye).to_be_focused()
    for key, kind, pressed in (("Space", "text", "true"), ("Space", "password", "false"), ("Enter", "text", "true")):
        page.keyboard.press(key)
        expect(password).to_have_attribute("type", kind)
        expect(eye).to_have_attribute("aria-pressed", pressed)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("設定")


def test_the_menus_theme_is_worn_at_once_and_leaves_what_is_being_typed(shown_desk: DeskUnderTest, sit: Sit) -> None:
    page = sit().page(f"/tickets/{INCIDENT}/edit")
    page.locator("#Title").fill("書きかけ")
    _menu(page)
    with page.expect_response("**/settings/theme"):
        page.get_by_role("button", name="ダーク").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="ダーク")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#Title")).to_have_value("書きかけ")
    assert shown_desk
    page.goto("/settings")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_theme_that_could_not_be_kept_is_not_worn(sit: Sit) -> None:
    seat = sit()
    page = seat.page("/settings")
    page.route("**/settings/theme", lambda route: route.abort())
    # Pressed, not watched: it is undone as soon as that has failed.
    with page.expect_event("requestfailed"):
        page.get_by_role("radio", name="ダーク").click(force=True)
    expect(page.get_by_role("radio", name="システムと同じ")).to_be_checked()
    expect(page.locator("html")).to_have_attribute("data-theme", "system")
    assert [fault for fault in seat.faults if "/settings/theme" in fault]
    seat.faults.clear()


def test_arrow_keys_choose_a_language_and_stay_where_they_are(sit: Sit) -> None:
    page = sit(look=Look("en")).page("/settings")
    page.get_by_role("radio", name="Same as browser").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".done")).to_have_text("Saved.")
    expect(page.get_by_role("radio", name="English 英語")).to_be_focused()
    page.wait_for_load_state()  # the focus is there before the scripts are
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("heading", level=1)).to_have_text("設定")
    expect(page.get_by_role("radio", name="日本語 Japanese")).to_be_focused()
    expect(page.get_by_role("radio", name="日本語 Japanese")).to_be_checked()


def test_the_menu_closes_on_escape_and_on_a_click_elsewhere(sit: Sit) -> None:
    page = sit().page("/settings")
    _menu(page)
    page.keyboard.press("Escape")
    expect(page.locator(".me > .menu")).to_be_hidden()
    expect(page.locator(".me > summary")).to_be_focused()
    _menu(page)
    page.get_by_role("heading", level=1).click()
    expect(page.locator(".me > .menu")).to_be_hidden()
