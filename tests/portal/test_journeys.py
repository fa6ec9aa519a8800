"""What people do at the portal from beginning to end, in a real browser, in Japanese and in English."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.browsers import Chromium, served_copy
from support.desks import DeskUnderTest
from support.journeys import Operator, Room
from support.people import PASSWORD, lobby
from unyo.cast import ITO, SATO, SUZUKI, TAKAHASHI, TANAKA, YAMADA, Actor
from unyo.portal.language import Language
from unyo.services.people import Purpose

WORDS = PASSWORD.get_secret_value()
SYSTEM = "関連システム/サービス"


@pytest.fixture(scope="module")
def worked_at_desk(demonstration_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    """One desk for all journeys, each of which works on tickets of its own."""
    with served_copy(demonstration_file, tmp_path_factory.mktemp("worked-at")) as desk:
        yield desk


@pytest.fixture(params=list(Language), ids=str)
def room(request: pytest.FixtureRequest, browser: Chromium, worked_at_desk: DeskUnderTest) -> Iterator[Room]:
    """Where everybody reads one language."""
    with ExitStack() as taken:
        yield Room(browser, worked_at_desk, request.param, taken)


def link(room: Room, actor: Actor, purpose: Purpose = Purpose.PASSWORD) -> str:
    """The path of a new one-time link, as an administrator sends it."""
    with lobby(room.desk.url, clock=room.desk.clock) as people:
        return f"/link/{people.link(actor.master_id, purpose).get_secret_value()}"


def set_a_password(room: Room, actor: Actor) -> None:
    with lobby(room.desk.url, clock=room.desk.clock) as people:
        people.member(actor.master_id)


def register(who: Operator, kind: str, title: str) -> str:
    """Register a ticket of a kind with as little as there must be."""
    who.go("/tickets/new")
    who.page.get_by_role("link", name=re.compile(f"^{re.escape(who.text(kind))}")).click()
    who.fill("チケット件名", title)
    who.choose("サブステータス", "未対応")
    who.choose("優先度", "中")
    who.choose("担当グループ", "お客様")
    if kind == "Incident":
        who.choose("重要度", "中")
        who.choose("管理グループ", "制限しない")
    else:
        who.choose("カテゴリ", "カテゴリ1")
    who.press("Register")
    return who.sees_registered()


def test_sign_in(room: Room) -> None:
    who = room.at(room.seat(None), TAKAHASHI)
    invitation = link(room, TAKAHASHI)
    who.go(invitation)
    expect(who.title).to_have_text(who.text("Set your password"))
    expect(who.field(who.text("Master ID"))).to_have_value(TAKAHASHI.master_id)
    password = who.field(who.text("New password"))
    password.fill("短い")
    who.press("Set the password and sign in")
    expect(password).to_have_accessible_description(
        re.compile(re.escape(who.text("This is shorter than %(least)s characters.", least=12)))
    )
    password.fill(WORDS)
    who.press("Set the password and sign in")
    expect(who.title).to_have_text(who.text("My work"))
    expect(who.page.get_by_role("banner")).to_contain_text(TAKAHASHI.name)
    who.sign_out()
    who.go("/tickets?overdue=1")  # as from a bookmark
    who.sign_in("something else")
    expect(who.page.get_by_role("alert")).to_have_text(who.text("Master ID or password is wrong."))
    expect(who.field(who.text("Master ID"))).to_have_value(TAKAHASHI.master_id)
    who.field(who.text("Password")).fill(WORDS)
    who.press("Sign in")
    expect(who.title).to_have_text(who.text("Tickets"))
    expect(who.page.get_by_role("list", name=who.text("Active filters"))).to_contain_text(who.text("Overdue"))
    who.sign_out()
    who.go(invitation)
    expect(who.title).to_have_text(who.text("This link no longer works"))


def test_find(room: Room) -> None:
    tickets = [room.ticket(f"{room.language} 検索 {priority}", Priority=priority) for priority in "高中低"]
    who = room.sits(SATO)
    page = who.page
    who.go("/")
    page.get_by_role("navigation", name=who.text("Main")).get_by_role("link", name=who.text("Tickets")).click()
    who.field(who.text("Words")).fill(f"{room.language} 検索")
    who.keys("Enter")
    rows = page.get_by_role("row").filter(has=page.get_by_role("cell"))
    expect(rows).to_have_count(3)
    expect(page.get_by_role("status")).to_contain_text([re.compile("3")])
    who.folded(who.label("優先度")).click()
    for choice in ("高", "低"):
        page.get_by_role("group", name=who.label("優先度")).get_by_role("checkbox", name=who.label(choice)).check()
    expect(rows).to_have_count(2)
    sort = page.get_by_role("columnheader", name=who.text("Ticket ID"))
    for way, found in (("descending", (tickets[2], tickets[0])), ("ascending", (tickets[0], tickets[2]))):
        sort.get_by_role("link").click()
        expect(sort).to_have_attribute("aria-sort", way)
        expect(rows).to_contain_text(list(found))
    name = f"見つけた {room.language}"
    who.folded(who.text("Save this view")).click()
    who.field(who.text("Name of the view")).fill(name)
    who.main.get_by_role("button", name=who.text("Save"), exact=True).click()
    expect(page.get_by_role("navigation", name=who.text("Views")).get_by_role("link", name=name)).to_have_attribute(
        "aria-current", "true"
    )
    who.go("/")
    page.get_by_role("navigation", name=who.text("Saved views")).get_by_role("link", name=name).click()
    expect(rows).to_contain_text([tickets[0], tickets[2]])
    who.link(f"{room.language} 検索 低").click()
    expect(who.title).to_have_text(f"{room.language} 検索 低")
    page.go_back()
    expect(rows).to_contain_text([tickets[0], tickets[2]])


def test_register(room: Room) -> None:
    who = room.sits(SATO)
    who.go("/")
    who.page.get_by_role("navigation").get_by_role("link", name=who.text("New ticket")).click()
    who.page.get_by_role("link", name=re.compile(f"^{who.text('Incident')}")).click()
    who.fill(SYSTEM, "受注システム")
    who.press("Register")
    expect(who.page.get_by_role("alert")).to_be_focused()
    for wrong in ("チケット件名", "サブステータス", "優先度", "重要度"):
        who.sees_fault(wrong, "This cannot be empty.")
    expect(who.table_field(SYSTEM)).to_have_value("受注システム")
    who.page.get_by_role("alert").get_by_role("link", name=who.label("チケット件名")).click()
    title = who.table_field("チケット件名")
    expect(title).to_be_focused()
    title.fill("長" * 257)
    expect(title).to_have_accessible_description(
        re.compile(
            re.escape(who.text("{count} / {maximum}, too long by {over}").format(count=257, maximum=256, over=1))
        )
    )
    for field, choice in (("サブステータス", "未対応"), ("優先度", "高"), ("重要度", "高"), ("担当グループ", "お客様")):
        who.choose(field, choice)
    who.press("Register")
    who.sees_fault("チケット件名", "This is too long.")
    expect(title).to_have_value("長" * 257)
    title.fill("長" * 256)
    expect(title).to_have_accessible_description(
        re.compile(re.escape(who.text("{count} / {maximum} characters").format(count=256, maximum=256)))
    )
    who.fill("対応メモ", "電話で受けた。")
    who.press("Register")
    who.sees_registered()
    expect(who.title).to_have_text("長" * 256)
    expect(who.memo(1)).to_contain_text("電話で受けた。")
    register(who, "Request", "ログの取得依頼")
    expect(who.title).to_have_text("ログの取得依頼")


def test_edit(room: Room) -> None:
    ticket = room.ticket("編集するチケット", Category="HW障害")
    who, other = room.sits(TANAKA), room.sits(YAMADA)
    who.go("/settings")
    who.field(who.text("Time zone")).fill("Europe/London")
    who.page.get_by_role("region", name=who.text("Time zone")).get_by_role("button").click()
    who.sees_saved()
    who.open_ticket(ticket)
    who.link(who.text("Edit")).click()
    expect(who.page.get_by_text(who.text("Times are in %(zone)s.", zone="Europe/London"))).to_be_visible()
    due = who.table_field("対応期限")
    expect(due).to_have_value(re.compile("^2026-04-10T10:00"))
    due.fill("2026-04-11T08:30:00")
    who.choose("カテゴリ", "アプリ障害")
    who.choose("サブカテゴリ", "サブカテゴリ")
    who.choose("カテゴリ", "その他")
    expect(who.table_field("サブカテゴリ").get_by_role("option")).to_have_count(1)
    who.choose("カテゴリ", "アプリ障害")
    who.choose("サブカテゴリ", "サブカテゴリ")
    who.fill("ノード名", "web01")
    who.press("Save")
    who.sees_saved()
    other.open_ticket(ticket)
    for each, hour in ((who, "08:30"), (other, "16:30")):
        expect(each.page.get_by_role("definition").filter(has_text=hour).first).to_be_visible()
        expect(each.main).to_contain_text("web01")
    detail = room.desk.detail(ticket)
    assert [detail[name] for name in ("CorrespondLimitDate", "Category", "SubCategory")] == [
        "20260411163000",
        "アプリ障害",
        "サブカテゴリ",
    ]


def test_conflict(room: Room) -> None:
    ticket = room.ticket("最初の件名")
    who, other = room.sits(YAMADA), room.sits(SATO)
    for each in (who, other):
        each.open_ticket(ticket)
        each.link(each.text("Edit")).click()
    other.fill("チケット件名", "佐藤の件名")
    other.fill("ノード名", "web02")
    other.press("Save")
    other.sees_saved()
    who.fill("チケット件名", "山田の件名")
    who.fill("影響範囲", "一部の利用者")
    who.press("Save")
    expect(who.title).to_have_text(who.text("Somebody else saved this ticket while you typed"))
    contest = who.page.get_by_role("group", name=who.label("チケット件名"))
    for value in ("最初の件名", "佐藤の件名", "山田の件名"):
        expect(contest).to_contain_text(value)
    for value in ("web02", "一部の利用者"):
        expect(who.page.get_by_role("region", name=who.text("Merged automatically"))).to_contain_text(value)
    who.press("Save")
    chosen = who.page.get_by_role("alert")
    expect(chosen).to_be_focused()
    chosen.get_by_role("link", name=who.label("チケット件名")).click()
    expect(contest.get_by_role("radio", name=re.compile(SATO.name))).to_be_focused()
    contest.get_by_role("radio", name=re.compile(who.text("Yours"))).check()
    who.press("Save")
    who.sees_saved()
    detail = room.desk.detail(ticket)
    assert [detail[name] for name in ("Title", "NodeName", "Influence")] == ["山田の件名", "web02", "一部の利用者"]


def test_memos(room: Room) -> None:
    ticket = room.ticket("対応メモのあるチケット")
    who, other = room.sits(SATO), room.sits(YAMADA)
    for each in (who, other):
        each.open_ticket(ticket)
    # Whoever has begun to type is not disturbed by what others save.
    other.field(other.text("New memo")).fill("同時に書いた")
    who.field(who.text("New memo")).fill("一行目\n二行目")
    who.press("Add memo")
    expect(who.memo(1)).to_contain_text("二行目")
    who.memo(1).get_by_role("link", name=f"{who.text('Edit')} #1", exact=True).click()
    text = who.memo(1).get_by_role("textbox")
    expect(text).to_be_focused()
    expect(text).to_have_value("一行目\n二行目")
    text.fill("書き直した")
    who.press("Save memo")
    expect(who.memo(1)).to_contain_text("書き直した")
    expect(who.memo(1)).to_contain_text(who.text("edited %(when)s", when="").strip())
    other.press("Add memo")
    alert = other.page.get_by_role("alert")
    expect(alert).to_contain_text(other.text("Somebody else has saved this ticket in the meantime."))
    expect(alert).to_contain_text("書き直した")
    expect(other.field(other.text("New memo"))).to_have_value("同時に書いた")
    other.press("Send again")
    expect(other.memo(2)).to_contain_text("同時に書いた")
    other.memo(1).get_by_role("link", name=f"{other.text('Delete')} #1", exact=True).click()
    expect(other.memo(1)).to_contain_text(other.text("Delete this memo?"))
    other.press("Delete memo")
    expect(other.memo(1)).to_have_count(0)
    expect(other.memo(2)).to_be_visible()
    assert [each["CorrespondProcess"] for each in room.desk.detail(ticket)["CorrespondProcessList"]] == ["同時に書いた"]


def test_close(room: Room) -> None:
    title = f"クローズするチケット {room.language}"
    ticket = room.ticket(title)
    who, approver = room.sits(SATO), room.sits(YAMADA)
    ask_for_close(who, ticket, "復旧を確認した")
    approver.go("/")
    waiting = approver.page.get_by_role("region", name=approver.text("Waiting for my approval"))
    waiting.get_by_role("link", name=title).click()
    expect(approver.page.get_by_role("article").first).to_contain_text("復旧を確認した")
    approver.folded(approver.text("Approve…")).click()
    approver.press("Approve and close")
    approver.sees_state("クローズ")
    who.page.reload()
    who.sees_state("クローズ")
    assert room.desk.detail(ticket)["StateCode"] == "クローズ"


def ask_for_close(who: Operator, ticket: str, comment: str) -> None:
    who.open_ticket(ticket)
    who.folded(who.text("Request close")).click()
    who.field(who.text("Approver")).select_option(label=f"{YAMADA.name} ({YAMADA.master_id})")
    who.field(who.text("Comment (kept as a memo)")).fill(comment)
    who.press("Request close")
    who.sees_state("クローズ承認待ち")


def test_send_back(room: Room) -> None:
    ticket = room.ticket("差し戻すチケット")
    who, approver = room.sits(SATO), room.sits(YAMADA)
    ask_for_close(who, ticket, "確認をお願いします")
    approver.open_ticket(ticket)
    approver.folded(approver.text("Send back…")).click()
    reason = approver.field(approver.text("Reason (kept as a memo)"))
    approver.press("Send back")
    expect(reason).to_be_focused()  # the browser asks for it
    reason.fill("原因を書いてください")
    approver.press("Send back")
    approver.sees_state("差し戻し")
    expect(approver.memo(2)).to_contain_text("原因を書いてください")
    who.page.reload()
    who.sees_state("差し戻し")
    expect(who.memo(2)).to_contain_text("原因を書いてください")
    expect(who.memo(2)).to_contain_text(YAMADA.name)
    (entry, *_) = room.desk.history(ticket)
    # State and memo are one update.
    changed = {each["Parameter"] for each in entry["ChangeList"]}
    assert changed >= {"StateCode", "CorrespondProcessList.2"}, changed


def test_language_and_theme(room: Room) -> None:
    actor = {Language.JAPANESE: SUZUKI, Language.ENGLISH: ITO}[room.language]  # whose choices are nobody else's matter
    set_a_password(room, actor)
    who = room.at(room.seat(None, theme="dark"), actor)
    ground = "getComputedStyle(document.body).backgroundColor"
    who.go("/")
    expect(who.page.locator("html")).to_have_attribute("lang", str(room.language))
    dark = who.page.evaluate(ground)
    who.sign_in(WORDS)
    expect(who.title).to_have_text(who.text("My work"))
    assert who.page.evaluate(ground) == dark
    who.go("/settings")
    (other,) = set(Language) - {room.language}
    who.page.get_by_role("radio", name=re.compile({"ja": "日本語 Japanese", "en": "English 英語"}[other])).check(
        force=True
    )
    theirs = replace(who, words=replace(who.words, language=other))
    expect(theirs.title).to_have_text(theirs.text("Settings"))
    theirs.sees_saved()
    theirs.open_menu()
    with theirs.page.expect_response("**/settings/theme"):
        theirs.press("Light")
    expect(theirs.button("Light")).to_have_attribute("aria-pressed", "true")
    light = theirs.page.evaluate(ground)
    assert light != dark
    theirs.press("Sign out")
    # Nobody is there any more, so it is the browser's language again.
    expect(who.title).to_have_text(who.text("Sign in"))
    who.sign_in(WORDS)
    expect(theirs.title).to_have_text(theirs.text("My work"))
    assert theirs.page.evaluate(ground) == light


def test_keyboard_only(room: Room) -> None:
    set_a_password(room, YAMADA)
    title = f"キーボードだけ {room.language}"
    ticket = room.ticket(title)
    who = room.at(room.seat(None), YAMADA)
    come_in_by_keys(who)
    find_by_keys(who, title)
    work_by_keys(who, title)
    close_by_keys(who)
    detail = room.desk.detail(ticket)
    assert [detail[name] for name in ("StateCode", "Priority", "Cause")] == ["クローズ", "低", "ケーブルの抜け"]


def come_in_by_keys(who: Operator) -> None:
    who.go("/")
    expect(who.field(who.text("Master ID"))).to_be_focused()
    who.type(YAMADA.master_id)
    who.tab_to(who.field(who.text("Password")))
    who.type(WORDS)
    who.keys("Enter")
    expect(who.title).to_have_text(who.text("My work"))
    # The first stop leads past the bar.
    who.tab_to(who.link(who.text("Skip to the content")))
    who.keys("Enter")
    expect(who.main).to_be_focused()


def find_by_keys(who: Operator, title: str) -> None:
    who.keys("?")
    sheet = who.page.get_by_role("dialog", name=who.text("Keyboard shortcuts"))
    expect(sheet).to_contain_text(who.text("Write a memo"))
    who.keys("Escape")
    expect(sheet).to_be_hidden()
    who.keys("g", "t")
    expect(who.title).to_have_text(who.text("Tickets"))
    who.tab_to(who.field(who.text("Words")))
    who.type(title)
    who.keys("Enter")
    expect(who.page.get_by_role("heading", level=2)).to_have_text(who.count("%(count)s ticket", 1))
    who.tab_to(who.link(title))
    who.keys("Enter")
    expect(who.title).to_have_text(title)


def work_by_keys(who: Operator, title: str) -> None:
    who.keys("e")
    expect(who.title).to_have_text(who.text("Edit %(ticket)s", ticket=title))
    who.tab_to(who.table_field("優先度"))
    who.keys("ArrowDown")
    expect(who.table_field("優先度")).to_have_value("低")
    who.tab_to(who.table_field("原因"))
    who.type("ケーブルの抜け")
    who.tab_to(who.button("Save"))
    who.keys("Enter")
    who.sees_saved()
    who.keys("m")
    expect(who.field(who.text("New memo"))).to_be_focused()
    who.sees_focus()
    who.type("直した")
    who.keys("Control+Enter")
    expect(who.memo(1)).to_contain_text("直した")


def close_by_keys(who: Operator) -> None:
    take_from_the_palette(who, "Request close")
    who.tab_to(who.field(who.text("Approver")))
    who.tab_to(who.button("Request close"))
    who.keys("Enter")
    who.sees_state("クローズ承認待ち")
    take_from_the_palette(who, "Approve…")
    who.tab_to(who.button("Approve and close"))
    who.keys("Enter")
    who.sees_state("クローズ")
    who.tab_to(who.page.get_by_role("banner").locator("summary"), "Shift+Tab")
    who.keys("Enter")
    who.tab_to(who.button("Sign out"))
    who.keys("Enter")
    expect(who.title).to_have_text(who.text("Sign in"))


def take_from_the_palette(who: Operator, english: str) -> None:
    who.keys("Control+k")
    words = who.page.get_by_role("combobox", name=who.text("Command, ticket ID or words"))
    expect(words).to_be_focused()
    who.type(who.text(english).rstrip("…"))
    expect(who.page.get_by_role("option", name=who.text(english)).first).to_have_attribute("aria-selected", "true")
    who.keys("Enter")
    expect(who.folded(who.text(english))).to_be_focused()
    who.sees_focus()


def test_without_scripts(room: Room) -> None:
    who, approver = room.sits(SATO, has_scripts=False), room.sits(YAMADA, has_scripts=False)
    who.go("/tickets/new")
    who.page.get_by_role("link", name=re.compile(f"^{who.text('Incident')}")).click()
    who.press("Register")
    who.sees_fault("チケット件名", "This cannot be empty.")
    ticket = register(who, "Incident", "スクリプトなし")
    who.link(who.text("Edit")).click()
    who.choose("担当者ID", f"{SATO.name} ({SATO.master_id})")
    who.fill("対応期限", "2026-04-10T18:00:00")
    who.choose("原因分類", "調査中")
    who.press("Save")
    who.sees_saved()
    who.field(who.text("New memo")).fill("書いた")
    who.press("Add memo")
    who.memo(1).get_by_role("link", name=f"{who.text('Edit')} #1", exact=True).click()
    who.memo(1).get_by_role("textbox").fill("書き直した")
    who.press("Save memo")
    expect(who.memo(1)).to_contain_text("書き直した")
    ask_for_close(who, ticket, "")
    approver.open_ticket(ticket)
    approver.folded(approver.text("Approve…")).click()
    approver.press("Approve and close")
    approver.sees_state("クローズ")
    assert room.desk.detail(ticket)["StateCode"] == "クローズ"


def test_a_session_that_runs_out_while_somebody_types(room: Room) -> None:
    set_a_password(room, SATO)
    ticket = room.ticket("途中で切れるチケット")
    who = room.sits(SATO)
    who.open_ticket(ticket)
    who.link(who.text("Edit")).click()
    who.fill("原因", "長い文章を\n書いていた")
    room.desk.clock.move(hours=13)
    who.press("Save")
    expect(who.page.get_by_role("status").first).to_have_text(
        who.text("Your session has ended. What you typed has been kept: sign in to continue.")
    )
    who.sign_in(WORDS)
    expect(who.title).to_have_text(who.text("You are signed in again"))
    who.press("Continue")
    who.sees_saved()
    assert room.desk.detail(ticket)["Cause"] == "長い文章を\n書いていた"


def test_a_double_click_does_nothing_twice(room: Room) -> None:
    ticket = room.ticket("二度押すチケット")
    who = room.sits(SATO)
    who.open_ticket(ticket)
    who.field(who.text("New memo")).fill("一度だけ")
    who.button("Add memo").dblclick()
    expect(who.memo(1)).to_contain_text("一度だけ")
    who.link(who.text("Edit")).click()
    who.fill("対応メモ", "これも一度だけ")
    who.button("Save").dblclick()
    who.sees_saved()
    expect(who.page.get_by_role("article")).to_have_count(2)
    memos = [each["CorrespondProcess"] for each in room.desk.detail(ticket)["CorrespondProcessList"]]
    assert sorted(memos) == ["これも一度だけ", "一度だけ"]


def test_a_connection_that_is_lost(room: Room) -> None:
    ticket, seat = room.ticket("つながらないチケット"), room.seat(SATO)
    who = room.at(seat, SATO)
    who.open_ticket(ticket)
    who.link(who.text("Edit")).click()
    who.fill("対応メモ", "届くまで送る")
    seat.context.set_offline(True)
    who.press("Save")
    unsent = re.escape(who.text("No response. Trying again in {seconds} seconds. It is saved only once.")).replace(
        r"\{seconds\}", r"\d+"
    )
    expect(who.page.get_by_role("status")).to_have_text(re.compile(unsent))
    expect(who.button("Try again now")).to_be_visible()
    seat.context.set_offline(False)
    who.sees_saved()
    # What the browser says of the connection.
    assert seat.faults
    seat.faults.clear()
    assert [each["CorrespondProcess"] for each in room.desk.detail(ticket)["CorrespondProcessList"]] == ["届くまで送る"]


def test_a_connection_that_is_lost_beside_a_ticket(room: Room) -> None:
    ticket, seat = room.ticket("つながらない対応メモ"), room.seat(SATO)
    who = room.at(seat, SATO)
    who.open_ticket(ticket)
    memo = who.field(who.text("New memo"))
    memo.fill("切れている間に書いた")
    seat.context.set_offline(True)
    who.press("Add memo")
    expect(who.button("Try again now")).to_be_visible()
    expect(memo).to_have_value("切れている間に書いた")
    seat.context.set_offline(False)
    expect(who.memo(1)).to_contain_text("切れている間に書いた")
    # What the browser says of the connection.
    assert seat.faults
    seat.faults.clear()
    memos = [each["CorrespondProcess"] for each in room.desk.detail(ticket)["CorrespondProcessList"]]
    assert memos == ["切れている間に書いた"]
