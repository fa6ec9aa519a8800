"""The history of a ticket in the browser."""

from support.desks import INCIDENT, DeskUnderTest
from support.portal import Element, Page, signed_in
from unyo.cast import SATO

HISTORY = f"/tickets/{INCIDENT}/history"


def _entries(page: Page) -> list[Element]:
    return page.root.all("article")


def test_entries_say_who_changed_what_when_and_by_which_door(desk: DeskUnderTest) -> None:
    desk.clock.move(hours=1)
    assert desk.update(Priority="低", AssignUserId=SATO.master_id, CorrespondLimitDate="20260501123000").error is None
    newest = _entries(signed_in(desk).get(HISTORY))[0]
    assert newest.one("header").text == "山田 太郎 2026/04/01 10:00 API"
    assert desk.history()[0]["RequestId"] in newest.text
    rows = {each.one("dt").text: each.one("dd").text for each in newest.one("dl").all("div")}
    assert rows["優先度"] == "高 → 変更後 低"
    assert rows["担当者ID"] == "山田 太郎 (SA1234567) → 変更後 佐藤 花子 (SA7654321)"
    assert rows["対応期限"].endswith("→ 変更後 2026/05/01 12:30")


def test_texts_show_what_changed_in_them_word_by_word(desk: DeskUnderTest) -> None:
    desk.update(Cause="メモリが不足していた")
    desk.update(Cause="ディスクが不足していた")
    newest = _entries(signed_in(desk).get(HISTORY))[0]
    assert [each.text for each in newest.all("del")] == ["メモリ"]
    assert [each.text for each in newest.all("ins")] == ["ディスク"]


def test_the_registration_is_told_as_such(desk: DeskUnderTest) -> None:
    first = _entries(signed_in(desk).get(HISTORY))[-1]
    assert first.one("summary").text == "新規登録 登録時の内容"


def test_history_is_paged_to_its_end(desk: DeskUnderTest) -> None:
    for number in range(30):
        desk.update(Cause=f"原因 {number}")
    browser = signed_in(desk)
    entries, page = [], browser.get(f"{HISTORY}?from=%2F")
    for _ in range(3):
        entries += [each.attributes["aria-label"] for each in _entries(page)]
        older = [each for each in page.main.all("a", class_="button") if "cursor=" in each.attributes["href"]]
        if not older:
            break
        assert "from=%2F" in older[0].attributes["href"]
        page = browser.get(older[0].attributes["href"])
    versions = [int(entry.removeprefix("更新 ")) for entry in entries]
    assert versions == list(range(versions[0], 0, -1))
    assert len(versions) == len(desk.history())


def test_a_cursor_that_is_none_of_ours_shows_the_newest_changes(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.get(f"{HISTORY}?cursor=forged")
    assert page.status == 200
    assert _entries(page)[0].attributes == _entries(browser.get(HISTORY))[0].attributes


def test_a_script_gets_the_page_without_its_frame(desk: DeskUnderTest) -> None:
    part = signed_in(desk).get(HISTORY, hx_request="true", hx_target="ticket")
    assert not part.root.all("html")
    assert len(_entries(part)) == len(desk.history())
