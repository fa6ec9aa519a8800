"""What was typed is there to be copied where it cannot be saved any more; nobody learns more by it than they sent."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Dialog, expect

from support.browsers import Look, Seat
from support.desks import INCIDENT, DeskUnderTest, desk_on
from support.faults import writing_held
from support.people import PASSWORD, lobby
from support.portal import Browser, Page, fields_of, form_of, signed_in
from support.processes import wait_until
from support.ticket_pages import resend, small_form
from unyo.cast import NETWORKS, OTHER_SERVICE, SATO, SERVERS, SERVICE, TANAKA, YAMADA
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.storage.engine import Patience
from unyo.tickets.directory import Role

Sit = Callable[..., Seat]
TICKET = f"/tickets/{INCIDENT}"
EDIT = f"{TICKET}/edit"
ABSENT = "UTM999999"
MEMOS = "CorrespondProcessList"


def administer(desk: DeskUnderTest, does: Callable[[Admin], None]) -> None:
    """What an administrator does meanwhile."""
    with desk.desk.engines.writing.begin() as connection:
        does(Admin(connection, Author("a test"), desk.clock.now))


def opened(browser: Browser, **typed: str) -> dict[str, str]:
    """The form of the ticket, with something typed into it."""
    return {**form_of(browser.get(EDIT), EDIT), **typed}


def texts(page: Page) -> list[tuple[str, str]]:
    """What may be copied, by its labels."""
    labels = {each.attributes["for"]: each.text for each in page.main.all("label")}
    found = [each for each in page.main.all("textarea") if "readonly" in each.attributes]
    return [(labels[each.attributes["id"]], each.pieces().removeprefix("\n")) for each in found]


def hide(desk: DeskUnderTest) -> None:
    assert desk.update(INCIDENT, ManagementGroupId=SERVERS).error is None


def test_an_edit_of_a_ticket_that_was_hidden_meanwhile_is_there_to_be_copied(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, TANAKA)
    form = opened(browser, Cause="原因は\r\n<b>二つ</b>", CorrespondProcess="調べたこと", Priority="高")
    hide(desk)
    before = desk.detail()
    page = browser.post(EDIT, form)
    assert page.status == 404
    assert "チケットが存在しないか、閲覧する権限がありません" in page.main.one(role="alert").text
    assert texts(page)[0] == ("対応メモ", "調べたこと")
    assert ("原因", "原因は\n<b>二つ</b>") in texts(page)
    chosen = {each.one("dt").text: each.one("dd").text for each in page.main.one("dl").all("div")}
    assert chosen["優先度"] == "高"
    assert desk.detail() == before
    # As soon as they may see it again, it is sent from there.
    assert desk.update(INCIDENT, ManagementGroupId=NETWORKS).error is None
    sent_again = browser.post(EDIT, form_of(page, EDIT))
    assert sent_again.status == 409  # since the ticket has changed
    assert {"原因は\n<b>二つ</b>", "調べたこと"} <= {*fields_of(sent_again.main.one("form", action=EDIT)).values()}


@pytest.mark.parametrize("name", ["add", "edit", "request-close"])
def test_the_text_of_a_small_form_is_kept_likewise(desk: DeskUnderTest, name: str) -> None:
    browser = signed_in(desk, TANAKA)
    page = browser.get(f"{TICKET}?edit=1")
    hide(desk)
    refused = resend(browser, page, name, text="書きかけの文")
    assert (refused.status, [text for _, text in texts(refused)]) == (404, ["書きかけの文"])


def test_where_nothing_was_typed_there_is_nothing_to_copy(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, TANAKA)
    page = browser.get(f"{TICKET}?delete=1")
    hide(desk)
    refused = resend(browser, page, "delete")
    assert (refused.status, refused.main.text) == (404, browser.get(f"/tickets/{ABSENT}").main.text)


def test_a_ticket_that_may_not_be_seen_answers_a_form_as_one_that_is_not_there(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, TANAKA)
    form, small = opened(browser, Title="題"), small_form(browser.get(TICKET), "add") | {"text": "文"}
    hide(desk)
    # The longer the ticket that is not shown, the more there were to be told of it.
    assert desk.update(INCIDENT, Title="見えない題", RelatedSystem="見えない系").error is None
    for path, sent in ((EDIT, form), (f"{TICKET}/memos", small)):
        hidden, absent = (browser.post(each, sent) for each in (path, path.replace(INCIDENT, ABSENT)))
        assert "見えない" not in hidden.html
        assert (hidden.status, hidden.html) == (absent.status, absent.html.replace(ABSENT, INCIDENT))


def test_who_may_not_write_any_more_keeps_what_they_typed(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, SATO)
    form = opened(browser, Cause="書きかけ")
    new = form_of(browser.get("/tickets/new?kind=2"), "/tickets/new") | {"Title": "依頼の文"}
    administer(desk, lambda it: administration.set_role(it, SERVICE, SATO.master_id, Role.READER, may_approve=False))
    wait_until("the right is gone", lambda: browser.get(EDIT).status == 403)
    page = browser.post(EDIT, form)
    assert (page.status, ("原因", "書きかけ") in texts(page)) == (403, True)
    assert "この操作を行う権限" in page.main.one(role="alert").text
    registering = browser.post("/tickets/new", new)
    assert (registering.status, "依頼の文" in dict(texts(registering)).values()) == (403, True)


def test_who_has_left_the_service_code_keeps_what_they_typed(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, SATO)
    form = opened(browser, Cause="書きかけ")
    administer(desk, lambda it: administration.remove_member(it, SERVICE, SATO.master_id))
    wait_until("the service code is gone", lambda: browser.get(EDIT).location == "/service")
    page = browser.post(EDIT, form)
    assert (page.status, ("原因", "書きかけ") in texts(page)) == (403, True)
    assert SERVICE in page.main.one(role="alert").text


def test_who_signs_in_again_and_has_left_the_service_code_keeps_what_they_typed(desk: DeskUnderTest) -> None:
    with lobby(desk.url, clock=desk.clock) as people:
        people.member(SATO.master_id)
    browser = signed_in(desk, SATO)
    form = opened(browser, Cause="書きかけ")
    browser.post("/sign-out")
    fields = fields_of(browser.post(EDIT, form).main.one("form"))
    administer(desk, lambda it: administration.add_member(it, OTHER_SERVICE, SATO.master_id, Role.UPDATER))
    administer(desk, lambda it: administration.remove_member(it, SERVICE, SATO.master_id))
    elsewhere = signed_in(desk, SATO)
    wait_until("the service code is gone", lambda: SERVICE not in elsewhere.get("/service").main.text)
    who = {"master_id": SATO.master_id, "password": PASSWORD.get_secret_value()}
    page = browser.post("/sign-in", fields | who)
    assert (page.status, ("原因", "書きかけ") in texts(page), bool(page.cookie)) == (403, True, True)


def test_another_service_code_shows_what_was_typed_in_the_first_and_takes_it_there(desk: DeskUnderTest) -> None:
    administer(desk, lambda it: administration.add_member(it, OTHER_SERVICE, YAMADA.master_id, Role.UPDATER))
    browser = signed_in(desk)
    form = opened(browser, Cause="書きかけ")
    there = {"service_code": OTHER_SERVICE}
    wait_until("the other service code is there", lambda: browser.post("/service", there).status == 303)
    page = browser.post(EDIT, form)
    assert (page.status, ("原因", "書きかけ") in texts(page)) == (409, True)
    browser.post("/service", {"service_code": SERVICE})
    assert browser.post(EDIT, form_of(page, EDIT)).status == 303
    assert desk.detail()["Cause"] == "書きかけ"


def test_nobody_is_shown_what_somebody_else_typed_or_a_page_of_another_site(desk: DeskUnderTest) -> None:
    form = opened(signed_in(desk, SATO), Cause="佐藤の文")
    mine, absent = signed_in(desk), f"/tickets/{ABSENT}/edit"
    assert not [each for each in (absent, "/no/such/page") if "佐藤の文" in mine.post(each, form).html]
    own = opened(mine, Cause="よその文")
    assert "よその文" not in mine.post(absent, own, sec_fetch_site="cross-site").html
    assert "よその文" not in mine.post("/no/such/page", own, sec_fetch_site="cross-site").html
    assert "よその文" in mine.post(absent, own).html


def test_names_of_people_elsewhere_are_not_told(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.post(f"/tickets/{ABSENT}/edit", opened(browser, AssignUserId="SA8888888"))
    assert ("SA8888888" in page.main.text, "伊藤" in page.main.text) == (True, False)


def test_an_edit_that_hid_its_ticket_and_is_sent_twice_is_told_as_saved_twice(desk: DeskUnderTest) -> None:
    browser, number = signed_in(desk, TANAKA), len(desk.detail()[MEMOS])
    form = opened(browser, ManagementGroupId=SERVERS, CorrespondProcess="一度だけ")
    first, second = (browser.post(EDIT, form) for _ in range(2))
    assert (first.status, second.location) == (303, first.location)
    assert "保存しました" in browser.get(second.location).main.text
    assert len(desk.detail()[MEMOS]) == number + 1
    # What was not saved is not told as saved.
    other = browser.post(EDIT, {**form, "CorrespondProcess": "別の文"})
    assert (other.status, texts(other)[0]) == (404, ("対応メモ", "別の文"))
    fresh = browser.post(EDIT, {**form, "call_id": str(uuid4())})
    assert fresh.status == 404
    assert browser.post(EDIT.replace(INCIDENT, ABSENT), form).status == 404


def test_a_conflict_that_hid_its_ticket_and_is_sent_twice_is_told_as_saved_twice(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, TANAKA)
    form = opened(browser, ManagementGroupId=SERVERS, Title="私の題")
    assert desk.update(INCIDENT, Title="彼らの題").error is None
    chosen = form_of(browser.post(EDIT, form), EDIT) | {"choice.Title": "theirs"}
    first, second = (browser.post(EDIT, chosen) for _ in range(2))
    assert (first.status, second.location) == (303, first.location)
    assert desk.detail()["Title"] == "彼らの題"


def test_a_memo_that_was_saved_before_others_hid_the_ticket_is_told_as_saved(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, TANAKA)
    page, number = browser.get(TICKET), len(desk.detail()[MEMOS])
    assert resend(browser, page, "add", text="一度だけ").status == 303
    hide(desk)
    again = resend(browser, page, "add", text="一度だけ")
    assert (again.status, again.main.one("h1").text) == (200, f"{INCIDENT}を保存しました")
    assert SERVERS not in again.main.text
    assert len(desk.detail()[MEMOS]) == number + 1
    assert resend(browser, page, "add", text="別の文").status == 404


def test_what_a_desk_that_did_not_answer_shows_again_is_the_same_call(filled_url: str) -> None:
    with desk_on(filled_url, patience=Patience(lock=0.05, pool=0.05)) as desk:
        browser = signed_in(desk)
        form = opened(browser, Cause="一\n二", CorrespondProcess="メモ", FinishApprovalUserId=YAMADA.master_id)
        with writing_held(filled_url):
            shown = browser.post(EDIT, form)
        assert shown.status == 503
        assert form_of(shown, EDIT) == form


@pytest.mark.parametrize("has_scripts", [True, False])
@pytest.mark.parametrize(
    ("path", "input_", "button"),
    [(EDIT, "[name=Cause]", "Save"), (TICKET, "#memo-text", "Add memo")],
    ids=["ticket", "memo"],
)
def test_in_a_browser_it_is_there_with_scripts_and_without(
    sit: Sit, shown_desk: DeskUnderTest, path: str, input_: str, button: str, *, has_scripts: bool
) -> None:
    seat, asked = sit(TANAKA, Look("en", has_scripts=has_scripts)), list[str]()
    page = seat.page(path)
    page.locator(input_).fill("what I found\nso far")
    hide(shown_desk)
    page.get_by_role("button", name=button, exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("There is no such ticket, or you may not see it.")
    expect(page.locator("textarea[readonly]").filter(has_text="what I found")).to_have_value("what I found\nso far")
    if has_scripts:
        expect(alert).to_be_focused()

        def _leave(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", _leave)
        page.get_by_role("link", name="Go to My work").click()
        page.wait_for_url("/")
        assert asked == ["beforeunload"]
    seat.faults.clear()
