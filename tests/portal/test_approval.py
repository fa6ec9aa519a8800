"""The steps of a close in the browser: ask, approve, send back, open again."""

from typing import Any

import pytest

from support.desks import INCIDENT, DeskUnderTest
from support.portal import Page, signed_in
from support.ticket_pages import names_of, resend, send, small_form, the_form
from unyo.cast import SATO, SERVICE, YAMADA
from unyo.portal.ticket.step_forms import STEP_FORMS
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.tickets.directory import Role
from unyo.tickets.transitions import Transition

PAGE = f"/tickets/{INCIDENT}"
APPROVER = "FinishApprovalUserId"
AWAITING: dict[str, Any] = {"StateCode": "クローズ承認待ち", APPROVER: YAMADA.master_id}


def _steps(page: Page) -> list[tuple[str, str]]:
    """Each step with its mark."""
    found = page.main.one("ol", class_="steps").all("li")
    return [(each.text, " ".join(each.attributes["class"].split())) for each in found]


def test_the_steps_show_how_far_a_ticket_is(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    assert [mark for _, mark in _steps(browser.get(PAGE))] == ["done", "now", "", ""]
    desk.update(**AWAITING)
    steps = _steps(browser.get(PAGE))
    assert [mark for _, mark in steps] == ["done", "done", "now", ""]
    assert steps[2][0] == "クローズ承認待ち 山田 太郎"
    desk.update(StateCode="差し戻し", FinishApprovalUserId="")
    assert _steps(browser.get(PAGE))[1] == ("差し戻し 山田 太郎", "now back")
    desk.update(StateCode="クローズ", FinishApprovalUserId=YAMADA.master_id)
    steps = _steps(browser.get(PAGE))
    assert [mark for _, mark in steps] == ["done", "done", "done", "done now"]


def test_asking_for_the_close_names_an_approver_and_keeps_the_comment_in_one_update(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, SATO)
    page = browser.get(PAGE)
    choices = the_form(page, "request-close").one("select").all("option")
    assert [each.attributes["value"] for each in choices] == [YAMADA.master_id]
    assert resend(browser, page, "request-close", text="確認をお願いします。").status == 303
    detail, entry = desk.detail(), desk.history()[0]
    assert (detail["StateCode"], detail[APPROVER]) == ("クローズ承認待ち", YAMADA.master_id)
    changed = {line["Parameter"]: line["After"] for line in entry["ChangeList"]}
    assert changed == {
        "StateCode": "クローズ承認待ち",
        APPROVER: YAMADA.master_id,
        "CorrespondProcessList.3": "確認をお願いします。",
    }


def test_without_a_comment_no_memo_is_kept(desk: DeskUnderTest) -> None:
    assert send(signed_in(desk, SATO), "request-close", text=" \r\n ").status == 303
    assert len(desk.detail()["CorrespondProcessList"]) == 2


def test_approving_closes_the_ticket_in_the_approvers_name(desk: DeskUnderTest) -> None:
    desk.update(**AWAITING)
    browser = signed_in(desk)
    assert "よろしいですか" in the_form(browser.get(PAGE), "approve").text
    assert send(browser, "approve").status == 303
    detail = desk.detail()
    assert (detail["StateCode"], detail[APPROVER]) == ("クローズ", YAMADA.master_id)
    assert "reopen" in names_of(browser.get(PAGE))


def test_who_has_no_approval_right_is_not_offered_to_approve(desk: DeskUnderTest) -> None:
    desk.update(**AWAITING)
    assert names_of(signed_in(desk, SATO).get(PAGE)) == ["withdraw", "add"]


def test_withdrawing_the_request_leads_back_to_work_in_one_update(desk: DeskUnderTest) -> None:
    desk.update(**AWAITING)
    browser = signed_in(desk, SATO)
    assert send(browser, "withdraw", text="手順の確認が漏れていました。").status == 303
    detail, entry = desk.detail(), desk.history()[0]
    assert (detail["StateCode"], detail[APPROVER]) == ("対応中", "")
    assert [line["Parameter"] for line in entry["ChangeList"]] == [
        "StateCode",
        APPROVER,
        "CorrespondProcessList.3",
    ]
    assert "自分の承認待ち0" in signed_in(desk).get("/").main.text.replace(" ", "")


def test_a_request_that_was_decided_meanwhile_is_not_withdrawn_and_the_text_is_kept(desk: DeskUnderTest) -> None:
    desk.update(**AWAITING)
    browser = signed_in(desk, SATO)
    page = browser.get(PAGE)
    assert send(signed_in(desk), "approve").status == 303
    refused = resend(browser, page, "withdraw", text="手順の確認が漏れていました。")
    assert refused.status == 409
    assert refused.main.one("textarea", id="kept-text").text == "手順の確認が漏れていました。"
    assert desk.detail()["StateCode"] == "クローズ"


def test_sending_back_needs_a_reason_which_becomes_a_memo_of_the_same_update(desk: DeskUnderTest) -> None:
    desk.update(**AWAITING)
    browser = signed_in(desk)
    refused = send(browser, "send-back", text="  ")
    assert refused.status == 422
    field = the_form(refused, "send-back").one("textarea")
    assert "空欄にはできません" in refused.main.one(id=field.attributes["aria-describedby"]).text
    assert desk.detail()["StateCode"] == "クローズ承認待ち"
    assert resend(browser, refused, "send-back", text="原因を書いてください。").status == 303
    detail, entry = desk.detail(), desk.history()[0]
    assert (detail["StateCode"], detail[APPROVER]) == ("差し戻し", "")
    assert "CorrespondProcessList.3" in [line["Parameter"] for line in entry["ChangeList"]]


def test_a_closed_ticket_is_opened_again(desk: DeskUnderTest) -> None:
    desk.update(StateCode="クローズ", FinishApprovalUserId=YAMADA.master_id)
    assert send(signed_in(desk, SATO), "reopen", text="再発しました。").status == 303
    detail = desk.detail()
    assert (detail["StateCode"], detail[APPROVER]) == ("対応中", "")


@pytest.mark.parametrize("name", ["approve", "send-back"])
def test_sending_a_step_twice_does_nothing_twice(desk: DeskUnderTest, name: str) -> None:
    desk.update(**AWAITING)
    browser = signed_in(desk)
    page = browser.get(PAGE)
    assert [resend(browser, page, name, text="一度だけ").status for _ in range(2)] == [303, 303]
    assert len(desk.detail()["CorrespondProcessList"]) == 3


def test_who_lost_the_approval_right_is_told_and_keeps_the_text(desk: DeskUnderTest) -> None:
    desk.update(**AWAITING)
    browser = signed_in(desk)
    page = browser.get(PAGE)
    with desk.desk.engines.writing.begin() as connection:
        admin = Admin(connection, Author("a test"), desk.clock.now)
        administration.set_role(admin, SERVICE, YAMADA.master_id, Role.OWNER, may_approve=False)
    refused = resend(browser, page, "approve", text="承認します。")
    assert refused.status == 422
    assert "承認" in refused.main.one(id="approval").one(role="alert").text
    # Beside the form, or without it, as soon as the portal knows that the right is gone.
    assert "承認します。" in [each.text for each in refused.main.all("textarea")]
    assert desk.detail()["StateCode"] == "クローズ承認待ち"


def test_without_an_approver_the_close_cannot_be_asked_for(desk: DeskUnderTest) -> None:
    refused = send(signed_in(desk, SATO), "request-close", FinishApprovalUserId="", text="お願いします。")
    form = the_form(refused, "request-close")
    assert refused.status == 422
    assert "クローズ承認者の指定が必要です" in form.one(id="fault-approver").text
    assert small_form(refused, "request-close")["text"] == "お願いします。"


def test_who_was_overtaken_keeps_the_text_though_the_step_is_offered_no_more(desk: DeskUnderTest) -> None:
    mine, theirs = signed_in(desk, SATO), signed_in(desk)
    page = mine.get(PAGE)
    assert send(theirs, "request-close").status == 303
    refused = resend(mine, page, "request-close", text="お願いします。")
    assert refused.status == 409
    assert refused.main.one("textarea", id="kept-text").text == "お願いします。"
    assert "クローズ承認待ち" in refused.main.one(id="approval").one(role="alert").text


def test_who_was_overtaken_may_send_a_step_again(desk: DeskUnderTest) -> None:
    desk.update(**AWAITING)
    browser = signed_in(desk)
    page = browser.get(PAGE)
    desk.update(Priority="低")
    refused = resend(browser, page, "send-back", text="原因を書いてください。")
    assert refused.status == 409
    assert "低" in the_form(refused, "send-back").one(role="alert").text
    assert resend(browser, refused, "send-back").status == 303
    assert desk.detail()["StateCode"] == "差し戻し"


def test_an_unknown_step_is_no_page(desk: DeskUnderTest) -> None:
    assert signed_in(desk).post(f"{PAGE}/approval", {"step": "delete"}).status == 404


def test_every_step_has_its_form() -> None:
    assert [*STEP_FORMS] == list(Transition)
