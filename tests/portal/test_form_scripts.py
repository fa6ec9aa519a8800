"""What scripts add to the forms, in a real browser: counts, lists that follow others, sending again, asking to stay."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from support.browsers import Seat
from support.desks import INCIDENT, SERVERS_INCIDENT, DeskUnderTest
from support.portal import form_of, signed_in
from unyo.cast import SATO

Sit = Callable[..., Seat]

EDIT = f"/tickets/{INCIDENT}/edit"
SEND = "[data-send]"


def options(page: Page, name: str) -> list[str]:
    found = page.locator(f"[name={name}] option").evaluate_all("found => found.map((each) => each.value)")
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("Cause", "あ" * 2048, "2,048 / 2,048文字"),
        ("Cause", "¥n" * 2047 + "𠮷", "2,048 / 2,048文字"),
        ("Cause", "¥¥'" * 2049, "2,049 / 2,048（1超過）"),
        ("RelatedSystem", "あ" * 21845, "65,535 / 65,535バイト"),
        ("RelatedSystem", "é" * 32768, "65,536 / 65,535（1超過）"),
    ],
    ids=["characters", "line-ends-and-pairs", "quotes", "bytes", "too-many-bytes"],
)
def test_limits_are_counted_as_the_server_counts_them(sit: Sit, name: str, text: str, says: str) -> None:
    page = sit().page(EDIT)
    page.locator(f"[name={name}]").fill(text)
    expect(page.locator(f"#count-{name}")).to_have_text(says)
    page.locator(SEND).click()
    if "超過" in says:
        expect(page.locator(f"#fault-{name}")).to_be_visible()
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page).to_have_title(re.compile("^エラー:"))
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    else:
        expect(page.locator("[data-saved]")).to_be_visible()


def test_lists_follow_what_they_depend_on_and_the_approver_is_asked_for_where_one_is_needed(sit: Sit) -> None:
    page = sit().page(EDIT)
    assert options(page, "SubCategory") == ["", "サブカテゴリ"]
    page.locator("[name=Category]").select_option("その他")
    assert options(page, "SubCategory") == [""]
    page.locator("[name=Category]").select_option("アプリ障害")
    assert options(page, "SubCategory") == ["", "サブカテゴリ"]
    approver = page.locator("#field-FinishApprovalUserId")
    expect(approver).to_be_hidden()
    page.locator("[name=StateCode]").select_option("クローズ承認待ち")
    expect(approver).to_be_visible()
    expect(page.locator("[name=FinishApprovalUserId]")).to_have_attribute("aria-required", "true")


def test_what_is_chosen_and_typed_before_the_scripts_come_counts_as_well(sit: Sit) -> None:
    page, held, asked = sit().page(), list[Route](), list[str]()

    def _hold(route: Route) -> None:
        held.append(route)

    def _leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", _leave)
    page.route("**/static/script.*", _hold, times=1)
    page.goto(EDIT, wait_until="commit")
    page.locator("[name=SubCategory]").select_option("サブカテゴリ")
    page.locator("[name=Category]").select_option("その他")
    page.locator("[name=Cause]").press_sequentially("x")
    held[0].continue_()
    page.wait_for_load_state()
    assert options(page, "SubCategory") == [""]
    page.goto("/tickets/new")
    assert asked == ["beforeunload"]


def test_a_date_that_is_not_complete_is_not_sent_as_none(sit: Sit) -> None:
    page = sit().page(EDIT)
    date = page.locator("[name=FaultRecoveryDate]")
    date.focus()
    page.keyboard.type("07")
    page.locator(SEND).click()
    expect(date).to_be_focused()
    expect(date).to_have_attribute("aria-invalid", "true")
    date.fill("2022-06-30T14:00:00")
    page.locator(SEND).click()
    expect(page.locator("[data-saved]")).to_be_visible()


def test_what_could_not_be_sent_is_sent_again_by_itself_and_saved_once(sit: Sit, shown_desk: DeskUnderTest) -> None:
    seat, number = sit(), len(shown_desk.detail()["CorrespondProcessList"])
    page = seat.page(EDIT)
    page.locator("[name=CorrespondProcess]").fill("一度だけ")
    seat.context.set_offline(True)
    page.locator(SEND).click()
    expect(page.locator("[data-state]")).to_contain_text("再送します")
    expect(page.get_by_role("status").filter(has_text="再送します")).to_have_count(1)
    expect(page.locator("#said")).to_contain_text("再送します")
    seat.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_be_visible()
    seat.faults.clear()
    assert len(shown_desk.detail()["CorrespondProcessList"]) == number + 1


def test_an_answer_that_was_lost_is_asked_for_again(sit: Sit, shown_desk: DeskUnderTest) -> None:
    seat, number = sit(), len(shown_desk.detail()["CorrespondProcessList"])
    page = seat.page(EDIT)
    sent: list[str] = []
    form = page.locator("[name=call_id]").input_value()

    def _lose_the_first(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(str(route.request.post_data))
            if len(sent) == 1:
                route.fetch(max_redirects=0)
                route.fulfill(status=502)
                return
        route.continue_()

    page.route("**/edit", _lose_the_first)
    page.locator("[name=CorrespondProcess]").fill("一度だけ")
    page.locator(SEND).click()
    expect(page.locator("[data-saved]")).to_be_visible()
    seat.faults.clear()
    assert len(sent) == 2
    assert all(form in each for each in sent)
    assert len(shown_desk.detail()["CorrespondProcessList"]) == number + 1


def test_leaving_is_asked_about_only_where_something_was_typed(sit: Sit) -> None:
    page = sit().page(EDIT)
    asked: list[str] = []

    def _leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", _leave)
    page.goto("/tickets/new")
    assert asked == []
    page.goto(EDIT)
    page.locator("[name=Cause]").press_sequentially("x")
    page.goto("/tickets/new")
    assert asked == ["beforeunload"]


def test_a_conflict_is_chosen_and_saved_with_one_press(sit: Sit, shown_desk: DeskUnderTest) -> None:
    page, other = sit().page(EDIT), signed_in(shown_desk, SATO)
    assert other.post(EDIT, {**form_of(other.get(EDIT), EDIT), "Title": "彼らの題", "NodeName": "web02"}).status == 303
    page.locator("[name=Title]").fill("私の題")
    page.locator("[name=Influence]").fill("一部")
    page.locator(SEND).click()
    expect(page.get_by_role("alert")).to_be_focused()
    mine = page.get_by_role("radio", name="あなたの入力", exact=True)
    expect(mine).to_have_accessible_description("私の題")
    mine.check()
    page.locator(SEND).click()
    expect(page.locator("[data-saved]")).to_be_visible()
    detail = shown_desk.detail()
    assert [detail[wire] for wire in ("Title", "NodeName", "Influence")] == ["私の題", "web02", "一部"]


def test_a_ticket_that_a_memo_names_is_a_press_away(sit: Sit, shown_desk: DeskUnderTest) -> None:
    memo = {"CorrespondProcessOperationClass": "0", "CorrespondProcess": f"{SERVERS_INCIDENT}と同じ原因。"}
    assert shown_desk.update(INCIDENT, CorrespondProcessList=[memo]).error is None
    page = sit().page(f"/tickets/{INCIDENT}")
    page.locator("#memos").get_by_role("link", name=SERVERS_INCIDENT, exact=True).click()
    page.wait_for_url(f"**/tickets/{SERVERS_INCIDENT}")
    expect(page.locator(".ticket-head")).to_contain_text(SERVERS_INCIDENT)
