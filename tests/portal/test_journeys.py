"""What people do at the portal from beginning to end, in a real browser, in Japanese and in English."""

import re
from dataclasses import replace

from playwright.sync_api import expect

from support.journeys import WORDS, Room
from unyo.cast import ITO, SATO, SUZUKI, TAKAHASHI, TANAKA, YAMADA
from unyo.portal.words.language import Language

SYSTEM = "関連システム/サービス"


def test_sign_in(room: Room) -> None:
    who = room.at(room.seat(None), TAKAHASHI)
    invitation = room.link(TAKAHASHI)
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
    who.register("Request", "ログの取得依頼")
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
    who.ask_for_close(ticket, "復旧を確認した")
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


def test_send_back(room: Room) -> None:
    ticket = room.ticket("差し戻すチケット")
    who, approver = room.sits(SATO), room.sits(YAMADA)
    who.ask_for_close(ticket, "確認をお願いします")
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
    room.set_a_password(actor)
    who = room.at(room.seat(None, theme="dark"), actor)
    ground = who.page.locator("body")
    who.go("/")
    expect(who.page.locator("html")).to_have_attribute("lang", str(room.language))
    dark = ground.evaluate("(it) => getComputedStyle(it).backgroundColor")
    who.sign_in(WORDS)
    expect(who.title).to_have_text(who.text("My work"))
    expect(ground).to_have_css("background-color", dark)
    who.go("/settings")
    (other,) = set(Language) - {room.language}
    # Pressed, not watched: it leads to another page.
    who.page.get_by_role("radio", name=re.compile({"ja": "日本語 Japanese", "en": "English 英語"}[other])).click(
        force=True
    )
    theirs = replace(who, words=replace(who.words, language=other))
    expect(theirs.title).to_have_text(theirs.text("Settings"))
    theirs.sees_saved()
    theirs.open_menu()
    with theirs.page.expect_response("**/settings/theme"):
        theirs.press("Light")
    expect(theirs.button("Light")).to_have_attribute("aria-pressed", "true")
    expect(ground).not_to_have_css("background-color", dark)
    light = ground.evaluate("(it) => getComputedStyle(it).backgroundColor")
    theirs.press("Sign out")
    # Nobody is there any more, so it is the browser's language again.
    expect(who.title).to_have_text(who.text("Sign in"))
    who.sign_in(WORDS)
    expect(theirs.title).to_have_text(theirs.text("My work"))
    expect(ground).to_have_css("background-color", light)
