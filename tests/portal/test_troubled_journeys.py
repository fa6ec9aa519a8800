"""Work at the portal goes on without scripts, without a connection, past a session's end and a double click."""

import re

from playwright.sync_api import expect

from support.journeys import WORDS, Room
from unyo.cast import SATO, YAMADA


def test_without_scripts(room: Room) -> None:
    who, approver = room.sits(SATO, has_scripts=False), room.sits(YAMADA, has_scripts=False)
    who.go("/tickets/new")
    who.page.get_by_role("link", name=re.compile(f"^{who.text('Incident')}")).click()
    who.press("Register")
    who.sees_fault("チケット件名", "This cannot be empty.")
    ticket = who.register("Incident", "スクリプトなし")
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
    who.ask_for_close(ticket, "")
    approver.open_ticket(ticket)
    approver.folded(approver.text("Approve…")).click()
    approver.press("Approve and close")
    approver.sees_state("クローズ")
    assert room.desk.detail(ticket)["StateCode"] == "クローズ"


def test_a_session_that_runs_out_while_somebody_types(room: Room) -> None:
    room.set_a_password(SATO)
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
