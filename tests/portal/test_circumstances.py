"""The portal where something is unlike a laptop on a good network: no answer, paper, phones, colours, no scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from support.browsers import Chromium, Look, Seat
from support.desks import INCIDENT, DeskUnderTest
from unyo.cast import YAMADA
from unyo.portal.web.bounded import MOST_BYTES

TICKET = f"/tickets/{INCIDENT}"
EDIT = f"{TICKET}/edit"


@pytest.fixture
def seat(browser: Chromium, looked_at_desk: DeskUnderTest) -> Iterator[Seat]:
    """Yamada, who only looks, and what he types is sent nowhere."""
    with browser.seat(looked_at_desk, YAMADA, Look("en")) as taken:
        yield taken


def style(page: Page, selector: str, name: str) -> str:
    """How an element is drawn."""
    found = page.locator(selector).first.evaluate("(it, name) => getComputedStyle(it).getPropertyValue(name)", name)
    assert isinstance(found, str)
    return found


def test_a_list_that_gets_no_answer_says_so_and_is_there_when_the_connection_is(seat: Seat) -> None:
    page = seat.page("/tickets")
    before = page.locator("#found h2").inner_text()
    seat.context.set_offline(True)
    page.locator("#picks [name=overdue]").check()
    expect(page.locator("#live")).to_contain_text("No response, trying again")
    expect(page.locator("#said")).to_have_text("No response, trying again")
    expect(page.locator("#found h2")).to_have_text(before)
    seat.context.set_offline(False)
    page.wait_for_url("**/tickets?*overdue=1*")
    expect(page.locator("#found h2")).not_to_have_text(before)
    expect(page.locator("#live")).to_be_empty()
    seat.faults.clear()


def test_a_list_that_is_filtered_and_sorted_at_once_is_both(seat: Seat) -> None:
    page = seat.page("/tickets")
    page.route("**/tickets?*overdue=1*", lambda _: None, times=1)  # which has not come yet when it is sorted
    with page.expect_request("**/tickets?*overdue=1*"):
        page.locator("#picks [name=overdue]").check()
    page.locator("#sort-ticket_id").click()
    expect(page.locator("th[aria-sort] #sort-ticket_id")).to_be_attached()
    expect(page.locator(".chips")).to_be_visible()
    expect(page.locator("#picks [name=overdue]")).to_be_checked()


def test_a_desk_that_fails_for_a_moment_is_asked_again_by_a_press(seat: Seat) -> None:
    page = seat.page(TICKET)
    page.route("**/*edit=1", lambda route: route.fulfill(status=503), times=1)
    page.evaluate("foot.secondsAfter = () => 3600")  # by nothing but the press
    page.get_by_role("link", name="Edit #1").click()
    page.locator("#live").get_by_role("button", name="Try again now").click()
    expect(page.locator("#memo-text-1")).to_be_focused()
    expect(page.locator("#live")).to_be_empty()
    seat.faults.clear()


def test_who_was_signed_out_meanwhile_is_led_to_the_sign_in_and_back_to_the_list(seat: Seat) -> None:
    page = seat.page("/tickets")
    seat.context.clear_cookies()
    page.locator("#picks [name=overdue]").click()
    page.wait_for_url("**/sign-in?next=*overdue*")
    expect(page.locator("#found")).to_have_count(0)
    seat.faults.clear()  # the stream of events ends with the session


def test_a_desk_that_hangs_is_not_waited_for_without_end(seat: Seat) -> None:
    page = seat.page(EDIT)
    assert 30_000 <= page.evaluate("htmx.config.timeout") <= 120_000
    page.evaluate("htmx.config.timeout = 200")
    page.route("**/edit", lambda _: None)
    page.locator("[name=Title]").fill("a title")
    page.locator("[data-send]").press("Enter")
    expect(page.locator("[data-state]")).to_contain_text("No response. Trying again")
    expect(page.locator("[data-send]")).to_be_focused()
    expect(page.locator("[name=Title]")).to_have_value("a title")
    page.close()  # before a try that would be answered
    seat.faults.clear()


@pytest.mark.parametrize(
    ("path", "input_", "button"),
    [(EDIT, "[name=Cause]", "Save"), (TICKET, "#memo-text", "Add memo")],
    ids=["ticket", "memo"],
)
def test_more_than_the_desk_reads_is_kept_and_said_before_it_is_sent(
    seat: Seat, path: str, input_: str, button: str
) -> None:
    page = seat.page(path)
    form = page.locator("form[data-most]").filter(has=page.locator(input_))
    assert form.get_attribute("data-most") == str(MOST_BYTES)
    form.evaluate("(it) => { it.dataset.most = 9000; }")
    page.locator(input_).fill("あ" * 1001)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("[data-state].wrong")).to_contain_text("more text than can be sent")
    expect(page.locator("#said")).to_contain_text("more text than can be sent")
    expect(page.locator(input_)).to_be_focused()
    expect(page.locator(input_)).to_have_value("あ" * 1001)


def test_a_refusal_without_a_form_is_told_beside_what_was_typed(seat: Seat) -> None:
    def _as_no_form(route: Route) -> None:
        route.continue_(headers={**route.request.headers, "content-type": "text/plain"})

    page = seat.page(EDIT)
    page.route("**/edit", _as_no_form)
    page.locator("[name=Title]").fill("a title")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-state].wrong")).to_contain_text("Nothing was changed.")
    expect(page.locator("[name=Title]")).to_have_value("a title")
    expect(page.get_by_role("button", name="Save")).to_be_enabled()
    seat.faults.clear()


def test_a_memo_that_was_not_sent_is_not_left_without_a_word(seat: Seat) -> None:
    asked: list[str] = []

    def _stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page = seat.page(TICKET)
    page.on("dialog", _stay)
    page.locator("#memo-text").press_sequentially("half a memo")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="My work").click()
    expect(page.locator("#memo-text")).to_have_value("half a memo")
    page.locator("#memo-text").fill("")
    page.get_by_role("link", name="My work").click()
    page.wait_for_url("/")
    assert asked == ["beforeunload"]


def test_a_key_that_is_held_too_long_deletes_no_memo(seat: Seat) -> None:
    page = seat.page(TICKET)
    page.get_by_role("link", name="Delete #1").press("Enter")
    expect(page.locator("#memo-1 form > p[tabindex]")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Delete memo")).to_be_focused()


def test_keys_of_an_input_method_do_nothing_else(seat: Seat) -> None:
    page = seat.page("/tickets")
    press = "(it, [key, told]) => it.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, ...told}))"
    # As most browsers tell that a key belongs to it, and as Safari tells of the last one.
    for told in ({"isComposing": True}, {"keyCode": 229}):
        page.locator("summary", has_text="Save this view").click()
        page.locator("#view-name").evaluate(press, ["Escape", told])
        expect(page.locator("#view-name")).to_be_visible()
        page.locator("body").evaluate(press, ["?", told])
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("Control+k")
        page.locator("#palette-words").evaluate(press, ["Enter", told])
        expect(page.locator("#palette-words")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#palette-words")).to_be_hidden()


def test_a_menu_that_tab_has_left_covers_nothing(seat: Seat) -> None:
    page = seat.page("/tickets")
    menu = page.locator("#picks .row details.drop").first
    menu.locator("summary").press("Enter")
    menu.locator("input").last.focus()
    page.keyboard.press("Tab")
    expect(menu.locator("summary")).not_to_be_focused()
    expect(menu).not_to_have_attribute("open", "")


def test_on_paper_a_ticket_is_whole_and_dark_on_light(seat: Seat) -> None:
    page = seat.page(TICKET)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print", color_scheme="dark")
    assert max(map(int, style(page, "body", "color").strip("rgb()").split(", "))) < 60
    for each in ("#memo-text", ".bar", ".step-form", ".acts", ".tabs"):
        expect(page.locator(each).first).to_be_hidden()
    folded = page.locator("details.group:not([open]) dd")
    expect(folded.first).to_be_visible()
    page.locator("#memo-1 .pre").evaluate(
        "(it) => { it.textContent = 'a line\\n'.repeat(40);"
        " it.outerHTML = `<div class=long>${it.outerHTML}<details><summary>all</summary></details></div>`; }"
    )
    assert page.locator("#memo-1 .pre").evaluate("(it) => it.scrollHeight <= it.clientHeight + 1")
    expect(page.locator("#memo-1 .long summary")).to_be_hidden()


def test_what_is_chosen_is_told_apart_where_people_choose_the_colours(seat: Seat) -> None:
    page = seat.page("/tickets")
    page.emulate_media(forced_colors="active")
    page.keyboard.press("Control+k")
    options = "#palette [role=option]:not([hidden])"
    for chosen, other in (
        (f"{options}[aria-selected=true]", f"{options}[aria-selected=false]"),
        (".views > [aria-current]", ".views > a:not([aria-current])"),
        (".places [aria-current]", ".places a:not([aria-current])"),
    ):
        assert style(page, chosen, "background-color") != style(page, other, "background-color")


def test_a_phone_does_not_enlarge_the_page_when_something_is_typed(
    browser: Chromium, looked_at_desk: DeskUnderTest
) -> None:
    with browser.seat(looked_at_desk, YAMADA, Look("en", width=390, has_touch=True)) as phone:
        for path in ("/tickets", TICKET, EDIT, "/settings"):
            page = phone.page(path)
            small = page.locator("input.input, select.input, textarea.input").evaluate_all(
                "found => found.filter((it) => parseFloat(getComputedStyle(it).fontSize) < 16).map((it) => it.name)"
            )
            assert small == []
        page.set_viewport_size({"width": 844, "height": 390})
        page.goto(EDIT)
        assert [style(page, each, "position") for each in (".bar", ".actions")] == ["static", "static"]


def test_whoever_tabs_through_a_narrow_list_sees_where_they_are(seat: Seat) -> None:
    page = seat.page("/tickets")
    page.set_viewport_size({"width": 320, "height": 640})
    page.locator("#sort").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#sort-ticket_id")).to_be_focused()
    assert style(page, "thead", "clip-path") == "none"


def test_where_the_scripts_do_not_come_buttons_stand_in_for_them(seat: Seat) -> None:
    page = seat.page()
    page.route("**/static/script.*", lambda route: route.abort())
    page.goto("/settings")
    _let_pass(page)
    expect(page.locator("[aria-labelledby=language] button")).to_be_visible()
    expect(page.locator(".eye").first).to_be_hidden()
    page.goto("/tickets")
    _let_pass(page)
    page.locator("[name=overdue]").check()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/tickets?*overdue=1*")
    page.close()
    seat.faults.clear()


def _let_pass(page: Page) -> None:
    """The time for which scripts are waited for."""
    page.evaluate("document.getAnimations().forEach((each) => each.finish())")
