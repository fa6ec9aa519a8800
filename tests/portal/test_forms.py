"""Registering and editing by form: every row of the tables, every fault beside its field, nothing typed lost."""

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from support.desks import INCIDENT, REQUEST, DeskUnderTest
from support.portal import Browser, Page, form_of, signed_in
from unyo.cast import ITO, NETWORKS, SATO, SERVERS, SUZUKI, TANAKA
from unyo.portal.forms.sections import GROUPS
from unyo.services.people import Chosen
from unyo.storage.people import Keeping, SqlChoices
from unyo.tickets.approval import ASKED_IN
from unyo.tickets.field_tables import KIND_OF, REGISTRATIONS, TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import Account, Choice, Date, FieldTable, OptionList, Row, Text, Use
from unyo.tickets.model import TicketKind

EDIT = {TicketKind.INCIDENT: f"/tickets/{INCIDENT}/edit", TicketKind.REQUEST: f"/tickets/{REQUEST}/edit"}
ROWS = [
    (use, row.wire)
    for use in Use
    for row in TICKET_TABLES[use].rows
    if row.key in TICKET_TABLES[use].value_keys and row.key not in ASKED_IN
]


def registration(browser: Browser, kind: str = "1", **typed: str) -> dict[str, str]:
    """The form of a registration, with what it needs."""
    lists = {"SubStateCode": "未対応", "Priority": "中", "Importance": "中", "Category": "", "Title": "登録"}
    if kind == "2":
        lists["Category"] = "カテゴリ1"
    return {**form_of(browser.get(f"/tickets/new?kind={kind}"), "/tickets/new"), **lists, **typed}


def saved(page: Page) -> str:
    """The ticket that the browser is led to."""
    assert page.status == 303, page.main.text
    return urlsplit(page.location).path.rpartition("/")[2]


def test_a_kind_is_chosen_first(desk: DeskUnderTest) -> None:
    main = signed_in(desk).get("/tickets/new").main
    links = [each.attributes["href"] for each in main.all("a")]
    assert links == ["/tickets/new?kind=1", "/tickets/new?kind=2"]


def test_readers_are_not_let_to_forms(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, SUZUKI)
    assert [browser.get(path).status for path in ("/tickets/new", EDIT[TicketKind.INCIDENT])] == [403, 403]


@pytest.mark.parametrize("use", list(Use))
def test_every_row_of_a_table_is_in_its_form(desk: DeskUnderTest, use: Use) -> None:
    kind, table = KIND_OF[use], TICKET_TABLES[use]
    path = f"/tickets/new?kind={kind}" if use in REGISTRATIONS else EDIT[kind]
    main = signed_in(desk).get(path).main
    shown = {row.wire for group in GROUPS for row in group.rows(table)}
    assert shown == {row.wire for row in table.rows if row.key in table.value_keys}
    for wire in shown:
        control = main.one(name=wire)
        assert wire in {each.attributes.get("for") for each in main.all("label")}
        assert (control.attributes.get("aria-required") == "true") is (not table.by_wire[wire].mark.may_be_empty)


def another(row: Row, held: str, offered: list[str]) -> str:
    """A value of a row, as a form has it, that it does not hold yet."""
    match row.kind:
        case Date():
            return "2026-04-02T13:24:05"
        case Choice() | OptionList() | Account():
            return next((value for value in offered if value not in {"", held}), held)
        case Text():
            return f"{held}: 変更 <b>&amp;"
    raise AssertionError(row)


@pytest.mark.parametrize(("use", "wire"), ROWS, ids=str)
def test_every_row_is_sent_and_stored(shared_desk: DeskUnderTest, use: Use, wire: str) -> None:
    desk, kind, row = shared_desk, KIND_OF[use], TICKET_TABLES[use].by_wire[wire]
    browser = signed_in(desk)
    path = "/tickets/new" if use in REGISTRATIONS else EDIT[kind]
    form = registration(browser, kind) if use in REGISTRATIONS else form_of(browser.get(path), path)
    page = browser.get(f"{path}?kind={kind}")
    offered = [each.attributes["value"] for each in page.main.one(name=wire).all("option")]
    typed = {wire: another(row, form[wire], offered)}
    if isinstance(row.kind, OptionList) and row.kind.parent:
        parent = TICKET_TABLES[use].by_key[row.kind.parent].wire
        typed[parent] = next(
            group.attributes["data-parent"]
            for group in page.main.one(name=wire).all("optgroup")
            if any(option.attributes["value"] == typed[wire] for option in group.all("option"))
        )
    if wire == "StateCode":
        typed["FinishApprovalUserId"] = "" if "承認" not in typed[wire] else "SA1234567"
    if wire == "Category":
        typed["SubCategory"] = ""
    if wire == "RequestType":
        typed["RequestSubType"] = ""
    ticket_id = saved(browser.post(path, {**form, **typed}))
    again = form_of(browser.get(f"/tickets/{ticket_id}/edit"), f"/tickets/{ticket_id}/edit")
    assert again[wire] == typed[wire]
    expected = (
        typed[wire].replace("-", "").replace("T", "").replace(":", "") if isinstance(row.kind, Date) else typed[wire]
    )
    assert desk.detail(ticket_id)[wire] == expected


def test_all_faults_stand_beside_their_fields_at_once_and_on_top(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, language="en")
    form = registration(browser, Title="長" * 257, Priority="最高", Cause="因" * 2049, CorrespondLimitDate="いつか")
    form["Importance"] = ""
    page = browser.post("/tickets/new", form)
    faulty = ["Title", "CorrespondLimitDate", "Importance", "Cause"]
    assert page.status == 422
    assert page.root.one("title").text.startswith("Error: ")
    summary = page.main.one(role="alert")
    assert [each.attributes["href"] for each in summary.all("a")] == [f"#{wire}" for wire in faulty]
    for wire in faulty:
        control = page.main.one(name=wire)
        assert control.attributes["aria-invalid"] == "true"
        assert page.main.one(id=control.attributes["aria-describedby"]).text
    # Nothing that was typed is lost: neither a value that no list offers nor a date that is none.
    again = form_of(page, "/tickets/new")
    assert {name: again[name] for name in form} == form


def test_what_the_lists_and_rules_refuse_stands_beside_its_field_too(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.post("/tickets/new", registration(browser, Priority="最高", SubStateCode="なし"))
    assert page.status == 422
    assert [each.attributes["href"] for each in page.main.one(role="alert").all("a")] == ["#SubStateCode", "#Priority"]
    page = browser.post("/tickets/new", registration(browser, StateCode="クローズ承認待ち"))
    assert [each.attributes["href"] for each in page.main.one(role="alert").all("a")] == ["#FinishApprovalUserId"]


def test_who_may_not_close_is_told_so_and_keeps_their_text(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, SATO)
    form = registration(browser, StateCode="クローズ", FinishApprovalUserId="SA1234567", Cause="判明")
    page = browser.post("/tickets/new", form)
    assert page.status == 422
    assert "承認権限がありません" in page.main.one(role="alert").text
    assert form_of(page, "/tickets/new")["Cause"] == "判明"


def test_browsers_line_ends_and_the_yen_sign_are_read_as_the_api_reads_them(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    text = "一\r\n二¥n三 ¥'四¥'"
    ticket_id = saved(browser.post("/tickets/new", registration(browser, Cause=text, CorrespondProcess=text)))
    detail = desk.detail(ticket_id)
    assert detail["Cause"] == "一\n二\n三 '四'"
    assert [memo["CorrespondProcess"] for memo in detail["CorrespondProcessList"]] == ["一\n二\n三 '四'"]


def test_line_ends_count_once(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    fits = registration(browser, Cause="\r\n" * 2048)
    assert browser.post("/tickets/new", fits).status == 303
    assert browser.post("/tickets/new", {**fits, "call_id": str(uuid4()), "Cause": "\r\n" * 2049}).status == 422


@pytest.mark.parametrize("kind", list(TicketKind))
def test_saving_what_nobody_touched_changes_nothing(desk: DeskUnderTest, kind: TicketKind) -> None:
    path = EDIT[kind]
    ticket_id = path.split("/")[2]
    texts: dict[str, Any] = {
        "Title": "題\n\r名",
        "RelatedSystem": "\r\n行\r\n",
        "CorrespondStartDate": "20261025013000",
    }
    assert desk.update(ticket_id, **texts).error is None
    before, entries = desk.detail(ticket_id), desk.history(ticket_id)
    browser = signed_in(desk)
    assert saved(browser.post(path, form_of(browser.get(path), path))) == ticket_id
    assert desk.detail(ticket_id) == before
    assert desk.history(ticket_id) == entries


def test_dates_are_in_the_readers_time_zone_and_an_hour_that_comes_twice_stays(desk: DeskUnderTest) -> None:
    keeping = Keeping(desk.desk.engines.reading, desk.desk.engines.writing)
    SqlChoices(keeping).choose("SA1234567", Chosen(time_zone="Europe/Berlin"))
    # 02:30 on that night comes twice in Berlin; this is the second.
    assert desk.update(CorrespondStartDate="20261025103000", ObstacleDetectionTime="20260401090000").error is None
    browser, path = signed_in(desk), EDIT[TicketKind.INCIDENT]
    form = form_of(browser.get(path), path)
    assert (form["CorrespondStartDate"], form["ObstacleDetectionTime"]) == (
        "2026-10-25T02:30:00",
        "2026-04-01T02:00:00",
    )
    saved(browser.post(path, {**form, "ObstacleDetectionTime": "2026-04-01T03:00"}))
    detail = desk.detail()
    assert (detail["CorrespondStartDate"], detail["ObstacleDetectionTime"]) == ("20261025103000", "20260401100000")


@pytest.mark.parametrize(
    "text", ["2026-02-30T00:00:00", "20260401090000", "0001-01-01T00:00", "9999-12-31T23:59:59", "?"]
)
def test_a_date_that_is_none_is_shown_again_as_it_was_typed(desk: DeskUnderTest, text: str) -> None:
    keeping = Keeping(desk.desk.engines.reading, desk.desk.engines.writing)
    SqlChoices(keeping).choose("SA1234567", Chosen(time_zone="America/New_York"))
    browser = signed_in(desk)
    page = browser.post("/tickets/new", registration(browser, ObstacleDetectionTime=text))
    assert page.status == 422
    assert form_of(page, "/tickets/new")["ObstacleDetectionTime"] == text


def test_a_value_that_is_offered_no_more_stays_chosen(desk: DeskUnderTest) -> None:
    browser, path = signed_in(desk), EDIT[TicketKind.INCIDENT]
    held = form_of(browser.get(path), path)
    page = browser.post(path, {**held, "Category": "廃止された分類", "Title": ""})
    assert page.status == 422
    again = form_of(page, path)
    assert (again["Category"], again["Title"]) == ("廃止された分類", "")


def test_an_approver_that_is_put_aside_is_kept_and_not_sent(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    form = registration(browser, Title="")
    form["aside.FinishApprovalUserId"] = "SA1234567"
    del form["FinishApprovalUserId"]
    page = browser.post("/tickets/new", form)
    assert form_of(page, "/tickets/new")["FinishApprovalUserId"] == "SA1234567"
    ticket_id = saved(browser.post("/tickets/new", {**form, "Title": "題"}))
    assert desk.detail(ticket_id)["FinishApprovalUserId"] == ""


def test_a_memo_is_saved_with_the_ticket(desk: DeskUnderTest) -> None:
    browser, path = signed_in(desk), EDIT[TicketKind.REQUEST]
    number = len(desk.detail(REQUEST)["CorrespondProcessList"])
    saved(browser.post(path, {**form_of(browser.get(path), path), "CorrespondProcess": "折り返し電話した。"}))
    memos = desk.detail(REQUEST)["CorrespondProcessList"]
    assert (len(memos), memos[-1]["CorrespondProcess"]) == (number + 1, "折り返し電話した。")
    too_long = {**form_of(browser.get(path), path), "CorrespondProcess": "長" * 2049}
    page = browser.post(path, too_long)
    assert [each.attributes["href"] for each in page.main.one(role="alert").all("a")] == ["#CorrespondProcess"]
    assert form_of(page, path)["CorrespondProcess"] == "長" * 2049


def test_a_form_that_is_sent_twice_is_carried_out_once(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    form = registration(browser)
    first, second = (browser.post("/tickets/new", form) for _ in range(2))
    assert first.location == second.location
    path, number = EDIT[TicketKind.REQUEST], len(desk.detail(REQUEST)["CorrespondProcessList"])
    edited = {**form_of(browser.get(path), path), "CorrespondProcess": "一度だけ"}
    assert saved(browser.post(path, edited)) == saved(browser.post(path, edited)) == REQUEST
    assert len(desk.detail(REQUEST)["CorrespondProcessList"]) == number + 1


def test_a_form_that_was_saved_and_is_sent_with_other_text_keeps_it(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    form = registration(browser)
    saved(browser.post("/tickets/new", form))
    page = browser.post("/tickets/new", {**form, "Title": "別の題"})
    again = form_of(page, "/tickets/new")
    assert (page.status, again["Title"], again["call_id"] != form["call_id"]) == (422, "別の題", True)


def test_a_ticket_that_is_not_there_has_no_form(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    assert browser.get("/tickets/UTM999999/edit").status == 404
    assert browser.post("/tickets/UTM999999/edit", {}).status == 404


def test_an_empty_form_is_refused_field_by_field(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    table: FieldTable = TICKET_TABLES[UPDATE_OF[TicketKind.INCIDENT]]
    page = browser.post(EDIT[TicketKind.INCIDENT], {})
    assert page.status == 422
    named = {each.attributes["href"] for each in page.main.one(role="alert").all("a")}
    assert named == {f"#{row.wire}" for row in table.rows if row.key in table.value_keys and row.mark.must_be_there}


def test_what_was_saved_is_said_once_and_to_who_saved_it_alone(desk: DeskUnderTest) -> None:
    browser, path = signed_in(desk), EDIT[TicketKind.INCIDENT]
    gone = browser.post(path, {**form_of(browser.get(f"{path}?from=%2F"), path), "Title": "別の題"})
    assert "from=%2F" in gone.location
    assert "保存しました" in browser.get(gone.location).main.text
    assert "保存しました" not in browser.get(gone.location.replace("saved=", "saved=0")).main.text
    assert "保存しました" not in signed_in(desk, SATO).get(gone.location).main.text
    assert "登録しました" in browser.get(browser.post("/tickets/new", registration(browser)).location).main.text


def test_who_moves_a_ticket_out_of_their_own_sight_is_told_so(desk: DeskUnderTest) -> None:
    browser, group = signed_in(desk, TANAKA), {"ManagementGroupId": SERVERS}
    registered = browser.post("/tickets/new", registration(browser, **group))
    page = browser.get(registered.location)
    assert (page.status, SERVERS in page.main.text) == (200, True)
    assert f"{saved(registered)}を登録しました" in page.main.text
    path = EDIT[TicketKind.INCIDENT]
    edited = browser.post(path, {**form_of(browser.get(path), path), **group})
    assert f"{INCIDENT}を保存しました" in browser.get(edited.location).main.text
    # It is theirs to know alone, and says no more than what they did; those who see the ticket see it.
    assert signed_in(desk, ITO).get(edited.location).status == 404
    assert browser.get(edited.location.replace("saved=", "saved=0")).status == 404
    assert browser.get(urlsplit(edited.location).path).status == 404
    assert signed_in(desk).get(edited.location).main.one(id="memos")
    desk.update(INCIDENT, ManagementGroupId=NETWORKS)
    assert "保存しました。" in [each.text for each in browser.get(edited.location).main.all("p", role="status")]


def test_who_saved_a_ticket_that_others_hid_later_learns_nothing(desk: DeskUnderTest) -> None:
    browser, path = signed_in(desk, TANAKA), EDIT[TicketKind.INCIDENT]
    edited = browser.post(path, {**form_of(browser.get(path), path), "ManagementGroupId": NETWORKS})
    assert browser.get(edited.location).status == 200
    desk.update(INCIDENT, ManagementGroupId=SERVERS)
    hidden, none = (browser.get(f"/tickets/{it}?{urlsplit(edited.location).query}") for it in (INCIDENT, "UTM999999"))
    assert hidden.status == none.status == 404
    assert hidden.main.text == none.main.text
