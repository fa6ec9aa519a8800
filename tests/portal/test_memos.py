"""Memos in the browser: add, edit, delete; nothing typed is lost, nothing is done twice."""

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, DeskUnderTest
from support.portal import Element, Page, signed_in
from support.ticket_pages import names_of, resend, send, small_form, the_form
from unyo.cast import SATO, YAMADA

PAGE = f"/tickets/{INCIDENT}"


def _memos(desk: DeskUnderTest) -> dict[str, str]:
    found = desk.detail()["CorrespondProcessList"]
    return {memo["CorrespondProcessSeq"]: memo["CorrespondProcess"] for memo in found}


def _alert(page: Page) -> Element:
    return page.main.one(role="alert")


def _typed(page: Page, name: str) -> str:
    return small_form(page, name)["text"]


def test_a_memo_is_added_and_shown_first(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, SATO)
    answer = send(browser, "add", text="再起動した。\r\n復旧を確認した。")
    assert (answer.status, answer.location) == (303, f"{PAGE}#memos")
    assert _memos(desk)["3"] == "再起動した。\n復旧を確認した。"
    newest = browser.get(PAGE).main.all("li", class_="memo")[0]
    assert newest.attributes["id"] == "memo-3"
    assert "佐藤 花子" in newest.text
    assert "編集済み" not in newest.text
    entry = desk.history()[0]
    assert (entry["Door"], entry["UserId"]) == ("PORTAL", SATO.master_id)


def test_a_memo_is_edited_in_its_place_and_marked(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.get(f"{PAGE}?edit=2")
    assert _typed(page, "edit") == _memos(desk)["2"]
    assert the_form(page, "edit").one("textarea").attributes["autofocus"] == ""
    answer = resend(browser, page, "edit", text="直した。")
    assert (answer.status, answer.location) == (303, f"{PAGE}#memo-2")
    assert _memos(desk)["2"] == "直した。"
    assert "編集済み" in browser.get(PAGE).main.one("li", id="memo-2").text


def test_deleting_a_memo_is_asked_first(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    assert "delete" not in names_of(browser.get(PAGE))
    page = browser.get(f"{PAGE}?delete=1")
    assert "削除しますか" in the_form(page, "delete").text
    assert "1" in _memos(desk)
    assert resend(browser, page, "delete").status == 303
    assert set(_memos(desk)) == {"2"}


@pytest.mark.parametrize("name", ["add", "edit", "delete"])
def test_sending_a_form_twice_does_nothing_twice(desk: DeskUnderTest, name: str) -> None:
    browser = signed_in(desk)
    page = browser.get(f"{PAGE}?{name}=2")
    assert [resend(browser, page, name, text="一度だけ").status for _ in range(3)] == [303, 303, 303]
    assert len(_memos(desk)) == {"add": 3, "edit": 2, "delete": 1}[name]
    assert len([entry for entry in desk.history() if entry["Door"] == "PORTAL"]) == 1


def test_a_form_that_was_sent_is_no_other_form(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.get(PAGE)
    resend(browser, page, "add", text="一つ目")
    again = resend(browser, page, "add", text="二つ目")
    assert (again.status, _typed(again, "add")) == (422, "二つ目")
    assert "二つ目" not in _memos(desk).values()
    assert resend(browser, again, "add").status == 303
    assert "二つ目" in _memos(desk).values()


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "空欄にはできません。"), ("長" * 2049, "長さの上限を超えています。"), ("\0", "使用できません")],
)
def test_what_is_wrong_is_told_beside_the_text_which_stays(desk: DeskUnderTest, text: str, says: str) -> None:
    page = send(signed_in(desk), "add", text=text)
    assert page.status == 422
    field = the_form(page, "add").one("textarea")
    assert says in page.main.one(id=field.attributes["aria-describedby"]).text
    assert field.attributes["aria-invalid"] == "true"
    assert _typed(page, "add").replace("�", "\0") == text
    assert set(_memos(desk)) == {"1", "2"}


def test_who_was_overtaken_sees_what_changed_and_sends_again(desk: DeskUnderTest) -> None:
    mine, theirs = signed_in(desk), signed_in(desk, SATO)
    page = mine.get(f"{PAGE}?edit=1")
    assert send(theirs, "edit", query="?edit=1", text="障害発生に伴い、調査を開始する。").status == 303
    assert desk.update(Priority="低").error is None
    refused = resend(mine, page, "edit", text="私の文")
    assert (refused.status, _typed(refused, "edit")) == (409, "私の文")
    told = _alert(refused)
    assert "他のユーザがこのチケットを更新しました。" in told.text
    assert [each.text for each in told.all("ins")] == ["調査"]
    assert "高 → 変更後 低" in told.text
    assert len(told.all("li")) == 2
    assert the_form(refused, "edit").all("button")[0].text == "もう一度送信"
    assert resend(mine, refused, "edit").status == 303
    assert _memos(desk)["1"] == "私の文"


def test_the_text_of_a_memo_that_was_deleted_meanwhile_can_be_added_anew(desk: DeskUnderTest) -> None:
    mine, theirs = signed_in(desk), signed_in(desk, SATO)
    page = mine.get(f"{PAGE}?edit=1")
    assert send(theirs, "delete", query="?delete=1").status == 303
    refused = resend(mine, page, "edit", text="私の文")
    assert (refused.status, _typed(refused, "add")) == (409, "私の文")
    assert "削除" in _alert(refused).text
    assert resend(mine, refused, "add").status == 303
    assert _memos(desk)["3"] == "私の文"


def test_fields_that_every_update_needs_are_asked_for_with_the_memo(desk: DeskUnderTest) -> None:
    ticket = desk.register(NEW_INCIDENT)
    browser = signed_in(desk)
    page = send(browser, "add", ticket, text="着手した。")
    assert (page.status, _typed(page, "add")) == (422, "着手した。")
    wanted = the_form(page, "add").one("fieldset", class_="lacks")
    assert [each.text for each in wanted.all("label")] == ["担当者ID", "対応期限", "原因分類"]
    assert len(wanted.all("p", class_="fault")) == 3
    filled = {
        "AssignUserId": YAMADA.master_id,
        "CorrespondLimitDate": "2026-05-01T12:30",
        "CauseClassification": "調査中",
    }
    assert resend(browser, page, "add", **filled).status == 303
    detail = desk.detail(ticket)
    assert (detail["AssignUserId"], detail["CorrespondLimitDate"]) == (YAMADA.master_id, "20260501123000")
    assert [memo["CorrespondProcess"] for memo in detail["CorrespondProcessList"]] == ["着手した。"]


def test_what_was_typed_into_a_field_that_the_ticket_lacked_stays_though_it_is_no_date(desk: DeskUnderTest) -> None:
    ticket = desk.register(NEW_INCIDENT)
    page = send(signed_in(desk), "add", ticket, text="着手した。", CorrespondLimitDate="いつか")
    field = the_form(page, "add").one("input", name="CorrespondLimitDate")
    assert field.attributes["value"] == "いつか"
    assert page.main.one(id=field.attributes["aria-describedby"]).text.startswith("エラー: ")


def test_a_memo_changes_no_field(desk: DeskUnderTest) -> None:
    before = desk.detail()
    send(signed_in(desk), "add", text="着手した。")
    after = desk.detail()
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"CorrespondProcessList", "CorrespondUpdateDate"}


@pytest.mark.parametrize(
    "typed",
    [
        {"number": "9"},
        {"number": "x"},
        {"number": "9" * 40},
        {"StateUpdateDate": "x"},
        {"version": "-1"},
        {"version": "9" * 40},
    ],
)
def test_what_no_page_of_ours_sends_is_refused_and_changes_nothing(desk: DeskUnderTest, typed: dict[str, str]) -> None:
    desk.update(Priority="低")
    browser = signed_in(desk)
    page = browser.get(f"{PAGE}?edit=1")
    desk.update(Priority="中")
    refused = resend(browser, page, "edit", text="私の文", **typed)
    assert refused.status in {409, 422}
    assert "私の文" in refused.main.text
    assert "私の文" not in _memos(desk).values()


def test_an_unknown_operation_is_no_page(desk: DeskUnderTest) -> None:
    assert signed_in(desk).post(f"{PAGE}/memos", {"operation": "3"}).status == 404


def test_the_way_back_is_kept(desk: DeskUnderTest) -> None:
    answer = send(signed_in(desk), "add", query="?from=%2Ftickets%3Fstate%3D1", text="着手した。")
    assert answer.location == f"{PAGE}?from=%2Ftickets%3Fstate%3D1#memos"


def test_older_memos_are_folded_and_open_when_one_is_edited(desk: DeskUnderTest) -> None:
    operations = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": f"{n}回目"} for n in range(100)]
    assert desk.update(CorrespondProcessList=operations).error is None
    browser = signed_in(desk)
    earlier = browser.get(PAGE).main.one("details", class_="earlier")
    assert ("open" in earlier.attributes, len(earlier.all("li"))) == (False, 92)
    opened = browser.get(f"{PAGE}?edit=5").main.one("details", class_="earlier")
    assert "open" in opened.attributes
    assert len(browser.get(PAGE, accept_encoding="gzip").answer.content) < 1_000_000
