"""Two people at the same tickets in real browsers: each sees what the other does, and nothing typed is lost."""

import re
from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from support.browsers import Seat
from support.desks import DeskUnderTest
from support.portal import signed_in
from unyo.cast import SATO, YAMADA

Sit = Callable[..., Seat]


TICKET = "UTM123456"
PATH = f"/tickets/{TICKET}"
# What is said of changes is an error, which fails the test.
_ERROR_IF_TOLD: Final = """
new MutationObserver(([{target}]) => console.error(target.textContent))
  .observe(document.getElementById("live"), {childList: true})
"""
# The text of what is marked first, which it is for a few seconds only.
_MARKED: Final = """
window.marked = new Promise((done) => {
  const look = () => { const it = document.querySelector(".fresh"); if (it) done(it.textContent); };
  new MutationObserver(look).observe(document.body, {subtree: true, attributes: true});
});
null
"""


def _watched(page: Page, path: str) -> Page:
    """The page, once it is told of changes."""
    with page.expect_response(lambda answer: "/events" in answer.url):
        page.goto(path)
    return page


def test_a_change_is_shown_on_the_others_page_without_loading_it_again(shown_desk: DeskUnderTest, sit: Sit) -> None:
    page = _watched(sit(YAMADA).page(), PATH)
    page.evaluate("window.isTheSame = true")
    page.locator("details.group").last.evaluate("(it) => { it.open = !it.open }")
    opened = page.locator("details.group").last.evaluate("(it) => it.open")
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    expect(page.get_by_role("heading", level=1)).to_have_text("別の件名")
    assert page.evaluate("window.isTheSame")
    assert page.locator("details.group").last.evaluate("(it) => it.open") == opened
    expect(page.locator("#said")).to_have_text("更新されました")


def test_who_types_is_told_of_a_change_and_keeps_what_was_typed(shown_desk: DeskUnderTest, sit: Sit) -> None:
    page = _watched(sit(YAMADA).page(), PATH)
    page.locator("#memo-text").fill("書きかけ")
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    told = page.locator("#live")
    expect(told).to_contain_text("このチケットが更新されました。")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("別の件名")
    told.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("別の件名")
    expect(page.locator("#memo-text")).to_have_value("書きかけ")
    expect(told).to_be_empty()


def test_a_list_is_renewed_in_place_and_says_which_row_has_changed(shown_desk: DeskUnderTest, sit: Sit) -> None:
    page = _watched(sit(YAMADA).page(), "/tickets")
    page.evaluate(_MARKED)
    page.locator("[data-row] a").nth(9).focus()
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    scrolled = page.evaluate("scrollY")
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    assert re.search(f"{TICKET}.*別の件名", page.evaluate("window.marked"), re.DOTALL)
    assert page.evaluate("document.activeElement.getAttribute('href')") == focused
    assert page.evaluate("scrollY") == scrolled


def test_focus_stays_on_what_opens_a_part_of_a_ticket_that_is_renewed(shown_desk: DeskUnderTest, sit: Sit) -> None:
    page = _watched(sit(YAMADA).page(), PATH)
    step = page.locator("[data-command=request-close]")
    step.focus()
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    expect(page.get_by_role("heading", level=1)).to_have_text("別の件名")
    expect(step).to_be_focused()


def test_a_list_behind_a_dialog_is_renewed_when_that_is_closed(shown_desk: DeskUnderTest, sit: Sit) -> None:
    page, other = (_watched(sit(actor).page(), "/tickets") for actor in (YAMADA, SATO))
    page.keyboard.press("j")
    address = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("?")
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    expect(other.locator("#found")).to_contain_text("別の件名")
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_contain_text("別の件名")
    expect(page.locator(f"[data-row] a[href='{address}']")).to_be_focused()


@pytest.mark.parametrize(
    ("path", "input_", "button"),
    [(f"{PATH}/edit", "#Cause", "保存"), (PATH, "#memo-text", "対応メモを追加")],
    ids=["ticket", "memo"],
)
def test_who_saves_is_not_told_that_somebody_else_has(sit: Sit, path: str, input_: str, button: str) -> None:
    page, other = _watched(sit(YAMADA).page(), path), _watched(sit(SATO).page(), PATH)
    saved: list[tuple[Route, APIResponse]] = []

    def _save(route: Route) -> None:
        if route.request.method == "POST":
            saved.append((route, route.fetch(max_redirects=0)))
        else:
            route.continue_()

    page.route(re.compile("/(edit|memos)$"), _save)
    page.evaluate(_ERROR_IF_TOLD)
    page.locator(input_).fill("山田の文")
    page.get_by_role("button", name=button).click(no_wait_after=True)
    # The change is told before its answer comes.
    expect(other.locator("#ticket")).to_contain_text("山田の文")
    ((route, answer),) = saved
    route.fulfill(response=answer)
    expect(page.locator("#ticket")).to_contain_text("山田の文")
    expect(page.locator("#live")).to_be_empty()


def test_who_opens_edits_and_leaves_a_ticket_is_seen_on_the_others_page(sit: Sit) -> None:
    ours = _watched(sit(YAMADA).page(), PATH)
    theirs = _watched(sit(SATO).page(), PATH)
    expect(ours.locator("#present")).to_have_text("佐 佐藤 花子さんが閲覧中です", use_inner_text=True)
    expect(theirs.locator("#present")).to_contain_text("山田 太郎さんが閲覧中です")
    _watched(theirs, f"{PATH}/edit")
    expect(ours.locator("#present")).to_contain_text("佐藤 花子さんが編集中です")
    expect(theirs.locator("#present")).to_contain_text("山田 太郎さんが閲覧中です")
    theirs.goto("/settings")
    expect(ours.locator("#present")).to_be_empty()


def test_who_edits_is_told_that_somebody_saved(shown_desk: DeskUnderTest, sit: Sit) -> None:
    page = _watched(sit(YAMADA).page(), f"{PATH}/edit")
    page.locator("#Title").fill("私の件名")
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    expect(page.locator("#live")).to_contain_text("入力した内容は失われません")
    expect(page.locator("#Title")).to_have_value("私の件名")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("他のユーザがこのチケットを更新しました")
    expect(page.locator("main")).to_contain_text("私の件名")


def test_a_lost_connection_is_said_and_what_was_missed_is_there_afterwards(shown_desk: DeskUnderTest, sit: Sit) -> None:
    seat = sit(YAMADA)
    page = _watched(seat.page(), PATH)
    seat.context.set_offline(True)
    _drop(page)
    expect(page.locator("#live")).to_have_text("接続が切れました。再接続しています")
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    seat.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("別の件名")
    expect(page.locator("#live")).to_be_empty()
    seat.faults.clear()


def _drop(page: Page) -> None:
    """A browser that is offline keeps what is open: have it open its stream anew."""
    page.evaluate("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")


def test_a_session_that_has_ended_is_said_once_and_asked_for_no_more(sit: Sit) -> None:
    seat = sit(YAMADA)
    page = _watched(seat.page(), PATH)
    seat.context.clear_cookies()
    _drop(page)
    expect(page.locator("#live")).to_contain_text("このページは自動更新されなくなりました。")
    page.locator("#live").get_by_role("button").click()
    page.wait_for_url("**/sign-in?**")
    seat.faults.clear()


def test_a_page_goes_on_being_told_when_another_tab_gets_a_new_token(
    shown_desk: DeskUnderTest, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unyo.portal.event_stream.BEAT_SECONDS", 0.1)
    signed_in(shown_desk)
    seat = sit(YAMADA)
    page = _watched(seat.page(), PATH)
    beside = seat.page("/settings")
    with page.expect_response(lambda answer: "/events" in answer.url):
        beside.get_by_role("button", name="他のセッションをすべて終了").click()
    assert shown_desk.update(TICKET, actor=SATO, Title="別の件名").error is None
    expect(page.get_by_role("heading", level=1)).to_have_text("別の件名")
    expect(page.locator("#live")).to_be_empty()
