"""The portal by the keyboard alone: shortcuts, their help sheet, the command palette, and where focus goes."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support.accessibility import violations
from support.browsers import LOOKS, Chromium, Look, Seat
from support.desks import INCIDENT, DeskUnderTest
from unyo.cast import SUZUKI, YAMADA
from unyo.portal.shortcuts import PLACES, Does

TICKET = f"/tickets/{INCIDENT}"


@pytest.fixture
def seat(browser: Chromium, looked_at_desk: DeskUnderTest) -> Iterator[Seat]:
    """Yamada, who only looks."""
    with browser.seat(looked_at_desk) as taken:
        yield taken


def points_to(page: Page, option: str) -> None:
    """The palette's option that Enter would take, which assistive technology is told of as well."""
    expect(page.locator("#palette [aria-selected=true] .says")).to_have_text(option)
    # Looked at in one piece, since tickets may come in between, and options are numbered anew.
    assert page.get_by_role("combobox").evaluate(
        "(it) => document.getElementById(it.getAttribute('aria-activedescendant')).ariaSelected === 'true'"
    )


def test_keys_lead_to_the_pages(seat: Seat) -> None:
    page = seat.page("/")
    for keys, path in (("gt", "/tickets"), ("gh", "/"), ("c", "/tickets/new"), ("gs", "/settings")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(path)


def test_a_list_is_walked_through_by_keys_and_its_tickets_opened(seat: Seat) -> None:
    page = seat.page("/tickets")
    links = page.locator("[data-row] a")
    for key, at in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(links.nth(at)).to_be_focused()
    address = links.nth(0).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_arrows_scroll_where_no_ticket_has_the_focus(seat: Seat) -> None:
    page = seat.page("/tickets")
    page.keyboard.press("ArrowDown")
    # Not Playwright's own wait, which evaluates a text again and again: the pages' policy forbids that.
    page.evaluate(
        "new Promise((done) => { const look = () => scrollY > 0 ? done() : requestAnimationFrame(look); look(); })"
    )
    expect(page.locator("body")).to_be_focused()


def test_a_ticket_is_edited_and_its_memo_written_by_keys(seat: Seat) -> None:
    page = seat.page(TICKET)
    page.keyboard.press("m")
    expect(page.locator("#memo-text")).to_be_focused()
    page.keyboard.type("cej?/")  # while one types they are letters
    expect(page.locator("#memo-text")).to_have_value("cej?/")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("e")
    page.wait_for_url(f"{TICKET}/edit")


def test_the_search_is_at_hand(seat: Seat) -> None:
    page = seat.page("/")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")


@pytest.mark.parametrize("keys", ["Control+c", "Alt+c", "Meta+c", "Shift+C"])
def test_a_key_with_another_one_is_left_to_the_browser(seat: Seat, keys: str) -> None:
    page = seat.page("/")
    page.evaluate("addEventListener('keydown', (event) => { window.left = !event.defaultPrevented; })")
    page.keyboard.press(keys)
    assert page.evaluate("window.left") is True
    assert page.url.endswith("/")


def test_a_form_is_sent_from_where_one_types_and_focus_is_at_what_was_saved(
    browser: Chromium, shown_desk: DeskUnderTest
) -> None:
    with browser.seat(shown_desk) as taken:
        _write_a_memo(taken.page(TICKET))


def test_focus_and_words_tell_that_a_ticket_was_saved(browser: Chromium, shown_desk: DeskUnderTest) -> None:
    with browser.seat(shown_desk) as taken:
        page = taken.page(f"{TICKET}/edit")
        page.locator("[name=Title]").fill("別の件名")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(TICKET)
        expect(page.locator("#said")).to_have_text(f"保存しました。 {INCIDENT} 別の件名 · unyo")
        expect(page.get_by_role("main")).to_be_focused()
        page.locator("[data-command=request-close]").press("Enter")
        page.locator(".step-form[open] select").focus()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#approval")).to_be_focused()
        expect(page.locator("#approval [aria-current=step]")).to_contain_text("クローズ承認待ち")


def _write_a_memo(page: Page) -> None:
    page.keyboard.press("m")
    page.keyboard.type("書いた")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#memos")).to_be_focused()
    expect(page.locator("#memos")).to_contain_text("書いた")


def test_the_help_sheet_tells_what_there_is_and_gives_focus_back(seat: Seat) -> None:
    page = seat.page("/tickets")
    page.keyboard.press("j")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="キーボードショートカット")
    told = [each.get_attribute("data-keys") for each in sheet.locator("[data-keys]").all()]
    assert told == ["|".join(each.keys) for place in PLACES for each in place.shortcuts]
    page.keyboard.press("c")  # nothing behind a dialog is reached
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("[data-row] a").first).to_be_focused()


def test_only_what_one_may_do_is_offered(browser: Chromium, looked_at_desk: DeskUnderTest) -> None:
    with browser.seat(looked_at_desk, SUZUKI, Look("en")) as reader:
        page = reader.page(TICKET)
        page.keyboard.press("c")
        page.keyboard.press("e")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).not_to_contain_text("New ticket")
        expect(page.get_by_role("dialog")).to_contain_text("My work")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        expect(page.locator("#palette")).not_to_contain_text("New ticket")
        assert page.url.endswith(TICKET)


def test_where_there_is_a_command_key_it_is_held_and_ctrl_stays_with_the_texts(seat: Seat) -> None:
    page = seat.page()
    page.set_extra_http_headers({"User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"})
    page.goto("/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Meta+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Meta+k")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("⌘")
    expect(page.get_by_role("dialog")).not_to_contain_text("Ctrl")


def test_single_keys_can_be_turned_off_and_the_others_stay(seat: Seat) -> None:
    page = seat.page("/")
    page.keyboard.press("?")
    page.get_by_label("1文字のショートカットを使う").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    for key in "?/gtj":
        page.keyboard.press(key)
    expect(page.locator("body")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    # The settings and the person's menu are other ways to the sheet.
    page.goto("/settings")
    page.get_by_role("main").get_by_role("button", name="キーボードショートカット").press("Enter")
    expect(page.get_by_label("1文字のショートカットを使う")).not_to_be_checked()
    page.keyboard.press("Escape")
    page.locator(".me > summary").press("Enter")
    page.locator(".me").get_by_role("button", name="キーボードショートカット").press("Enter")
    page.get_by_label("1文字のショートカットを使う").check()
    page.keyboard.press("Escape")
    expect(page.locator(".me > summary")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "words", "found"),
    [
        ("ja", "設定", "設定"),
        ("ja", "settings", "設定"),
        ("en", "SETT", "Settings"),
        ("en", "key sho", "Keyboard shortcuts"),
    ],
)
def test_the_palette_finds_pages_by_words_of_either_language(
    browser: Chromium, looked_at_desk: DeskUnderTest, language: str, words: str, found: str
) -> None:
    with browser.seat(looked_at_desk, look=Look("ja" if language == "ja" else "en")) as taken:
        page = taken.page("/")
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        points_to(page, found)


def test_the_palette_finds_tickets_by_id_and_by_words_and_all_of_them(seat: Seat) -> None:
    page = seat.page()
    for words, name in ((INCIDENT.lower(), INCIDENT), ("アラート発生", "アラート発生XXX")):
        page.goto("/")
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        expect(page.locator("[data-group=tickets] [aria-selected=true] .says")).to_have_text(name)
        page.keyboard.press("Enter")
        page.wait_for_url(TICKET)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("接続")
    expect(page.locator("[data-group=tickets] [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowUp")  # the last one
    points_to(page, "「接続」を含むチケットをすべて表示")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tickets\?words=%E6%8E%A5%E7%B6%9A"))


def test_the_palette_offers_what_changed_lately_and_what_can_be_done_here(seat: Seat) -> None:
    page = seat.page(TICKET)
    page.keyboard.press("Control+k")
    here = page.locator("[data-group=here] [role=option] .says")
    expect(here).to_have_text(["編集", "クローズ承認を依頼", "更新履歴", "新しい対応メモ"])
    expect(page.locator("[data-group=recent] [role=option]")).to_have_count(6)
    page.keyboard.type("メモ")
    points_to(page, "新しい対応メモ")
    page.keyboard.press("Enter")
    expect(page.locator("#memo-text")).to_be_focused()


def test_the_palette_gives_focus_back_where_it_was(seat: Seat) -> None:
    page = seat.page(TICKET)
    memo = page.locator("#memo-text")
    memo.fill("halfway")
    for way in ("Escape", "Control+k"):
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox")).to_be_focused()
        page.keyboard.press(way)
        expect(memo).to_be_focused()
    expect(memo).to_have_value("halfway")


def test_the_palette_says_that_there_is_no_connection(seat: Seat) -> None:
    page = seat.page("/")
    page.context.set_offline(True)
    page.keyboard.press("Control+k")
    page.keyboard.type("接続")
    expect(page.locator("#palette [role=status]")).to_have_text("現在、チケットを読み込めません。")
    with page.expect_event("requestfailed", lambda request: request.is_navigation_request()):
        page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.close()  # of which nothing more is said
    seat.faults.clear()


def test_a_list_that_is_narrowed_keeps_focus_and_says_how_many_there_are(seat: Seat) -> None:
    page = seat.page("/tickets")
    page.get_by_role("link", name="次へ").click()
    expect(page).to_have_title(re.compile("2"))
    page.wait_for_load_state()
    page.get_by_role("searchbox", name="キーワード", exact=True).fill("接続")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("件")
    expect(page).to_have_title("チケット · unyo")
    expect(page.get_by_role("searchbox", name="キーワード", exact=True)).to_be_focused()
    page.locator("#sort-last_update").press("Enter")
    expect(page.locator("th[aria-sort] #sort-last_update")).to_be_focused()


def test_focus_goes_to_what_an_address_names_and_one_that_names_nothing_is_no_fault(seat: Seat) -> None:
    for end, focused in (("#memo-1", "#memo-1"), ("#", "body"), ("#%", "body"), ("#memo-99", "body")):
        page = seat.page(f"{TICKET}{end}")
        expect(page.locator(focused)).to_be_focused()


def test_focus_goes_to_what_is_wrong_with_a_form(seat: Seat) -> None:
    page = seat.page("/tickets/new?kind=1")
    page.locator("main form [name=Title]").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".summary")).to_be_focused()
    expect(page).to_have_title(re.compile("^エラー"))


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_axe_finds_nothing_in_what_stands_before_a_page(
    browser: Chromium, looked_at_desk: DeskUnderTest, look: Look
) -> None:
    with browser.seat(looked_at_desk, YAMADA, look) as taken:
        page = taken.page(TICKET)
        page.keyboard.press("?")
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        expect(page.locator("[data-group=recent] [role=option]").first).to_be_attached()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.locator(".me > summary").click()
        assert violations(page) == []


def test_every_shortcut_does_something_that_there_is() -> None:
    shortcuts = [each for place in PLACES for each in place.shortcuts]
    told = [key for each in shortcuts for key in each.keys]
    assert len(told) == len(set(told))
    # One that begins as another does would never be reached.
    assert not [(a, b) for a in told for b in told if b.startswith(f"{a} ")]
    assert all(bool(each.to) == (each.does not in {Does.BROWSER, Does.SEND}) for each in shortcuts)
