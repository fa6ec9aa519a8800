"""A day's work at the portal without a mouse, in a real browser, in Japanese and in English."""

from playwright.sync_api import expect

from support.journeys import WORDS, Operator, Room
from unyo.cast import YAMADA


def test_keyboard_only(room: Room) -> None:
    room.set_a_password(YAMADA)
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
