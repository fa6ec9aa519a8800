"""Somebody else saved while this one typed: nothing of either is lost, and only what both changed is asked about."""

import pytest

from support.desks import INCIDENT, DeskUnderTest
from support.portal import Browser, Page, form_of, signed_in
from unyo.cast import SATO, YAMADA

EDIT = f"/tickets/{INCIDENT}/edit"


def opened(browser: Browser) -> dict[str, str]:
    return form_of(browser.get(EDIT), EDIT)


def contested(page: Page) -> list[str]:
    """The names of what is to be chosen."""
    return [each.attributes["value"] for each in page.main.all(name="clash")]


def chosen(page: Page, **choices: str) -> list[tuple[str, str]]:
    """The page's form with choices made; a field that appears more than once is sent as often."""
    form = [(name, value) for name, value in form_of(page, EDIT).items() if name != "clash"]
    picked = [(f"choice.{name.replace('__', '.')}", value) for name, value in choices.items()]
    return [*form, *(("clash", name) for name in contested(page)), *picked]


def test_what_only_one_side_changed_goes_together_and_the_rest_is_chosen(desk: DeskUnderTest) -> None:
    mine, other = signed_in(desk), signed_in(desk, SATO)
    first, second = opened(mine), opened(other)
    assert other.post(EDIT, {**second, "Title": "彼らの題", "NodeName": "web02", "Cause": "彼らの原因"}).status == 303
    page = mine.post(EDIT, {**first, "Title": "私の題", "Influence": "一部", "Cause": "私の原因"})
    assert (page.status, contested(page)) == (409, ["Title", "Cause"])
    for text in ("佐藤 花子", "彼らの題", "私の題", "web02", "一部"):
        assert text in page.main.text
    assert mine.post(EDIT, chosen(page, Title="theirs", Cause="mine")).status == 303
    detail = desk.detail()
    assert [detail[wire] for wire in ("Title", "NodeName", "Influence", "Cause")] == [
        "彼らの題",
        "web02",
        "一部",
        "私の原因",
    ]


def test_a_text_of_ones_own_can_be_written_instead(desk: DeskUnderTest) -> None:
    mine, first = signed_in(desk), opened(signed_in(desk))
    assert desk.update(Title="彼らの題", actor=SATO).error is None
    page = mine.post(EDIT, {**first, "Title": "私の題"})
    form = [(name, "二人の題" if name == "Title" else value) for name, value in chosen(page, Title="other")]
    assert mine.post(EDIT, form).status == 303
    assert desk.detail()["Title"] == "二人の題"


def test_where_both_did_the_same_nothing_is_asked(desk: DeskUnderTest) -> None:
    mine, first = signed_in(desk), opened(signed_in(desk))
    assert desk.update(Title="同じ題", actor=SATO).error is None
    page = mine.post(EDIT, {**first, "Title": "同じ題", "NodeName": "web03"})
    assert (page.status, contested(page)) == (409, [])
    assert mine.post(EDIT, chosen(page)).status == 303
    assert (desk.detail()["Title"], desk.detail()["NodeName"]) == ("同じ題", "web03")


def test_it_is_asked_again_for_what_was_not_chosen_and_keeps_the_rest(desk: DeskUnderTest) -> None:
    mine, first = signed_in(desk, language="en"), opened(signed_in(desk))
    assert desk.update(Title="彼らの題", Cause="彼らの原因", actor=SATO).error is None
    page = mine.post(EDIT, {**first, "Title": "私の題", "Cause": "私の原因", "CorrespondProcess": "メモ"})
    form = [(name, "書きかけ" if name == "Title" else value) for name, value in chosen(page, Title="other")]
    again = mine.post(EDIT, form)
    assert (again.status, contested(again)) == (409, ["Title", "Cause"])
    assert "Please choose for 1 field" in again.main.one(role="alert").text
    filled = form_of(again, EDIT)
    assert (filled["Title"], filled["choice.Title"], filled["mine.Title"]) == ("書きかけ", "other", "私の題")
    assert mine.post(EDIT, chosen(again, Cause="mine")).status == 303
    detail = desk.detail()
    assert (detail["Title"], detail["Cause"]) == ("書きかけ", "私の原因")
    assert detail["CorrespondProcessList"][-1]["CorrespondProcess"] == "メモ"


def test_who_is_overtaken_again_sees_the_new_state(desk: DeskUnderTest) -> None:
    mine, first = signed_in(desk), opened(signed_in(desk))
    assert desk.update(Title="一度目", actor=SATO).error is None
    page = mine.post(EDIT, {**first, "Title": "私の題"})
    assert desk.update(Title="二度目", NodeName="web09", actor=SATO).error is None
    again = mine.post(EDIT, chosen(page, Title="mine"))
    assert (again.status, contested(again)) == (409, ["Title"])
    assert "一度目" in again.main.text
    assert "二度目" in again.main.text
    assert mine.post(EDIT, chosen(again, Title="mine")).status == 303
    assert (desk.detail()["Title"], desk.detail()["NodeName"]) == ("私の題", "web09")


@pytest.mark.parametrize(("choice", "left"), [("theirs", []), ("mine", ["私のメモ"])])
def test_a_memo_that_one_deleted_and_the_other_changed_is_asked_about(
    desk: DeskUnderTest, choice: str, left: list[str]
) -> None:
    ticket, number = desk.detail(), "CorrespondProcessSeq"
    for memo in ticket["CorrespondProcessList"]:
        gone = [{"CorrespondProcessOperationClass": "2", number: memo[number]}]
        assert desk.update(CorrespondProcessList=gone).error is None
    add = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": "元のメモ"}]
    assert desk.update(CorrespondProcessList=add).error is None
    memo = desk.detail()["CorrespondProcessList"][0][number]
    mine, first = signed_in(desk), opened(signed_in(desk))
    gone = [{"CorrespondProcessOperationClass": "2", number: memo}]
    assert desk.update(CorrespondProcessList=gone, actor=SATO).error is None
    page = mine.post(EDIT, {**first, f"memos.{memo}": "私のメモ"})
    assert (page.status, contested(page)) == (409, [f"memos.{memo}"])
    assert mine.post(EDIT, chosen(page, **{f"memos__{memo}": choice})).status == 303
    assert [each["CorrespondProcess"] for each in desk.detail()["CorrespondProcessList"]] == left


def test_a_form_that_says_no_version_loses_nobodys_change(desk: DeskUnderTest) -> None:
    mine, first = signed_in(desk), opened(signed_in(desk))
    assert desk.update(Title="彼らの題", actor=SATO).error is None
    page = mine.post(EDIT, {**first, "version": "x", "Title": "私の題"})
    assert page.status == 409
    assert "Title" in contested(page)


@pytest.mark.parametrize("name", ["memos.x", "StateUpdateDate", "MasterID", "<b>", "memos.99999999999"])
def test_what_cannot_be_chosen_is_passed_over(desk: DeskUnderTest, name: str) -> None:
    mine, first = signed_in(desk), opened(signed_in(desk))
    answer = mine.post(EDIT, {**first, "clash": name, f"choice.{name}": "mine", f"mine.{name}": "x"})
    assert answer.status in {303, 422}
    assert desk.detail()["Title"] == first["Title"]


def test_a_form_of_another_person_or_service_code_is_not_saved_here(desk: DeskUnderTest) -> None:
    form = opened(signed_in(desk, SATO))
    assert (form["typed_by"], form["typed_in"]) == (SATO.master_id, SATO.service_code)
    mine, before = signed_in(desk, YAMADA), desk.detail()
    refused = mine.post(EDIT, {**form, "Title": "佐藤の題"})
    assert (refused.status, "佐藤の題" in refused.html) == (409, False)
    elsewhere = mine.post(EDIT, {**form, "typed_by": YAMADA.master_id, "typed_in": "uom87654321", "Title": "よその題"})
    assert (elsewhere.status, form_of(elsewhere, EDIT)["Title"]) == (403, "よその題")
    assert desk.detail() == before
