"""The control API of an emulator: what a program in any language arranges."""

import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from support.emulating import Emulator, emulator
from support.processes import PATIENCE
from unyo.cast import CAST, SATO, SUZUKI, YAMADA
from unyo.client import Client, ExclusionFailure, NoAnswer, NoRolesToClose, State
from unyo.testkit.emulator.operations import FAULTS
from unyo.testkit.faults import Faults
from unyo.tickets.dates import JAPAN


@pytest.fixture
def client(desk: Emulator) -> Iterator[Client]:
    with client_of(desk) as opened:
        yield opened


def client_of(desk: Emulator) -> Client:
    """Who is tested: it calls over HTTP, without going on by itself."""
    key, url = YAMADA.key, str(desk.http.base_url)
    return Client(url, key.access_key, key.secret_key, YAMADA.service_code, YAMADA.master_id, tries=1)


# Tickets.


def test_a_ticket_is_seeded_with_usual_values_and_what_was_given(desk: Emulator, client: Client) -> None:
    fields = {"state": "対応中", "limit_date": "2026-05-01T00:00:00Z"}
    told = desk.post("/tickets", fields=fields, memos=["一つ"], by=SATO.master_id)
    ticket = client.tickets.get(told["ticket_id"])
    assert (ticket.state, ticket.memos[0].text, ticket.memos[0].author) == ("対応中", "一つ", SATO.master_id)
    assert told["limit_date"] == "2026-05-01T09:00:00+09:00"
    assert told["lock"] == ticket.lock
    assert told["title"] == ticket.title


def test_a_request_is_seeded_with_its_own_fields(desk: Emulator) -> None:
    told = desk.post("/tickets", kind="request", fields={"urgency": "高"})
    assert (told["kind"], told["urgency"], told["state"]) == ("request", "高", "新規")


def test_a_ticket_is_edited_as_somebody(desk: Emulator, client: Client) -> None:
    ticket = client.tickets.get(desk.post("/tickets", memos=["一つ", "二つ"])["ticket_id"])
    memos = [
        {"operation": "add", "text": "三つ"},
        {"operation": "edit", "number": 1, "text": "1"},
        {"operation": "delete", "number": 2},
    ]
    told = desk.post(f"/tickets/{ticket.ticket_id}", changes={"title": "別"}, memos=memos)
    assert told["title"] == "別"
    assert [(memo["number"], memo["text"], memo["author"]) for memo in told["memos"]] == [
        (1, "1", YAMADA.master_id),
        (3, "三つ", SATO.master_id),
    ]
    assert desk.get(f"/tickets/{ticket.ticket_id}?by={SUZUKI.master_id}") == told
    ticket.title = "遅い"
    with pytest.raises(ExclusionFailure):
        client.tickets.update(ticket)


def test_what_is_arranged_is_not_in_the_journal(desk: Emulator) -> None:
    told = desk.post("/tickets")
    desk.post(f"/tickets/{told['ticket_id']}", changes={"title": "別"})
    desk.get(f"/tickets/{told['ticket_id']}")
    assert desk.get("/journal")["calls"] == []


def test_what_is_arranged_meets_no_fault(desk: Emulator) -> None:
    desk.post("/faults/system_error")
    told = desk.post("/tickets")
    assert desk.get(f"/tickets/{told['ticket_id']}") == told
    assert len(desk.get("/faults")["waiting"]) == 1


# Faults.


def test_someone_edits(desk: Emulator, client: Client) -> None:
    ticket = client.tickets.get(desk.post("/tickets")["ticket_id"])
    desk.post("/faults/someone_edits", someone=SATO.master_id, changes={"priority": "高"})
    with pytest.raises(ExclusionFailure) as caught:
        client.tickets.update(ticket, priority="低")
    assert [(each.field, each.theirs, each.by) for each in caught.value.changes] == [("priority", "高", SATO.master_id)]


def test_an_answer_is_lost_after_the_commit(desk: Emulator, client: Client) -> None:
    ticket = client.tickets.get(desk.post("/tickets")["ticket_id"])
    desk.post("/faults/lose_answer", carried_out=True, on={"action": "UpdateTicket"})
    with pytest.raises(NoAnswer):
        client.tickets.update(ticket, title="届いた")
    assert desk.get(f"/tickets/{ticket.ticket_id}")["title"] == "届いた"
    (call,) = desk.get("/journal?action=UpdateTicket")["calls"]
    assert (call["was_lost"], call["faults"]) == (True, ["lose_answer after the commit"])


def test_a_fault_is_aimed_and_waits(desk: Emulator) -> None:
    aim = {"action": "UpdateTicket", "by": SATO.master_id, "ticket": "UTM100001", "times": 2}
    told = desk.post("/faults/rate_limit", retry_after=7, on=aim)
    assert told == {"waiting": [{"fault": "rate_limit", "on": {**aim, "always": False}, "left": 2}]}
    assert desk.get("/faults") == told
    assert desk.ask("DELETE", "/faults") == {}
    assert desk.get("/faults") == {"waiting": []}
    (told,) = desk.post("/faults/rate_limit", on={"always": True})["waiting"]
    assert (told["on"]["always"], told["left"]) == (True, None)


def test_the_servers_clock_is_ahead_until_faults_are_cleared(desk: Emulator) -> None:
    desk.post("/faults/clock_skew", hours=30)
    assert desk.get("/clock")["skew_hours"] == 30
    desk.ask("DELETE", "/faults")
    assert desk.get("/clock")["skew_hours"] == 0


def test_every_fault_of_the_kit_is_offered_with_its_parameters_and_words(desk: Emulator) -> None:
    told = {each["path"]: each for each in desk.get("/")["operations"]}
    assert {"lose_answer", "someone_edits", "latency"} <= set(FAULTS)
    for name in FAULTS:
        method = getattr(Faults, name)
        offered = told[f"/_emulator/faults/{name}"]
        assert set(offered["takes"]) - {"on"} == set(inspect.signature(method).parameters) - {"self"}
        assert offered["says"].split()[0] in str(method.__doc__)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_armed(desk: Emulator, name: str) -> None:
    given: dict[str, Any] = {
        "lose_answer": {"carried_out": False},
        "latency": {"seconds": 0},
        "clock_skew": {"hours": 1},
    }
    before = desk.get("/clock")
    waiting = desk.post(f"/faults/{name}", **given.get(name, {}))["waiting"]
    assert [each["fault"].split()[0] for each in waiting] == [name] or desk.get("/clock") != before


# The clock.


def test_the_clock_is_set_advanced_run_and_stood(desk: Emulator) -> None:
    assert desk.get("/clock") == {"moment": "2026-04-01T12:00:00+09:00", "runs": False, "skew_hours": 0}
    assert desk.post("/clock/set", moment="2026-12-31T15:00:00Z")["moment"] == "2027-01-01T00:00:00+09:00"
    assert desk.post("/clock/advance", days=1, minutes=-1)["moment"] == "2027-01-01T23:59:00+09:00"
    assert desk.post("/clock/run")["runs"]
    assert not desk.post("/clock/stand")["runs"]
    told = desk.post("/tickets")
    assert told["lock"]["StateInsertDate"].startswith("202701012359")


def test_without_a_time_of_its_own_the_clock_goes_by_the_true_time_after_a_reset_too() -> None:
    with emulator() as desk:
        for _ in range(2):
            told = desk.get("/clock")
            assert told["runs"]
            assert abs(datetime.fromisoformat(told["moment"]) - datetime.now(JAPAN)) < timedelta(minutes=1)
            desk.post("/clock/set", moment="2026-04-01T09:00:00+09:00")
            desk.post("/reset")


# The desk as it was.


def test_a_reset_leaves_nothing_but_the_snapshots(desk: Emulator, client: Client) -> None:
    told = desk.post("/tickets")
    client.tickets.get(told["ticket_id"])
    desk.post("/faults/system_error")
    desk.post(f"/accounts/{SATO.master_id}", may_approve=True)
    assert desk.post("/snapshots") == {"snapshot": "1"}
    desk.post("/reset")
    assert desk.refuses(f"/tickets/{told['ticket_id']}", None, method="GET", status=404)
    assert (desk.get("/journal")["calls"], desk.get("/faults")["waiting"]) == ([], [])
    assert desk.get("/accounts")["accounts"][1]["may_approve"] is False
    assert desk.get("/snapshots") == {"snapshots": ["1"]}
    assert desk.post("/tickets")["ticket_id"] == told["ticket_id"]


def test_a_snapshot_is_restored_as_often_as_one_likes(desk: Emulator) -> None:
    told = desk.post("/tickets")
    assert desk.post("/snapshots", name="初め") == {"snapshot": "初め"}
    for _ in range(2):
        desk.post(f"/tickets/{told['ticket_id']}", changes={"title": "別"})
        desk.post("/restore", snapshot="初め")
        assert desk.get(f"/tickets/{told['ticket_id']}") == told


def test_a_snapshot_of_the_same_name_replaces_the_older_one(desk: Emulator) -> None:
    first = desk.post("/tickets")
    desk.post("/snapshots", name="a")
    desk.post(f"/tickets/{first['ticket_id']}", changes={"title": "別"})
    desk.post("/snapshots", name="a")
    assert len(list(desk.bench.uom.folder.glob("snapshot-*.db"))) == 1
    desk.post("/reset")
    desk.post("/restore", snapshot="a")
    assert desk.get(f"/tickets/{first['ticket_id']}")["title"] == "別"
    desk.ask("DELETE", "/snapshots")
    assert list(desk.bench.uom.folder.glob("snapshot-*.db")) == []
    assert desk.refuses("/restore", {"snapshot": "a"}) == "there is no snapshot a: there are none"


# The journal.


def test_the_journal_tells_calls_and_is_asked_about_them(desk: Emulator, client: Client) -> None:
    ticket_id = desk.post("/tickets")["ticket_id"]
    client.tickets.update(ticket_id, title="別")
    told = desk.get(f"/journal?action=UpdateTicket&ticket={ticket_id}&by={YAMADA.master_id}&error_type=")
    assert [(call["body"]["Title"], call["status"], call["error_type"]) for call in told["calls"]] == [("別", 200, "")]
    assert "UpdateTicket" in told["text"]
    assert "authorization" not in told["calls"][0]["headers"]
    assert desk.get("/journal?error_type=EXCLUSION_FAILURE")["calls"] == []
    found = desk.post("/journal/assert_called", action="UpdateTicket", times=1, values={"Title": "別"})
    assert found["calls"] == told["calls"]
    desk.post("/journal/assert_not_called", action="RegisterTicket")
    desk.post("/journal/assert_actions", actions=["GetTicketDetail", "UpdateTicket", "GetTicketDetail"])
    assert desk.ask("DELETE", "/journal") == {}
    assert desk.get("/journal")["text"] == "  (no call was received)"


def test_an_assertion_that_fails_is_409_with_all_the_calls(desk: Emulator, client: Client) -> None:
    client.tickets.get(desk.post("/tickets")["ticket_id"])
    said = desk.refuses("/journal/assert_called", {"action": "UpdateTicket", "values": {"Title": "x"}}, status=409)
    assert said.startswith("expected UpdateTicket(Title='x') at least once, found 0×:\n    1 12:00:00 GetTicketDetail")


def test_a_harness_waits_for_calls_while_others_use_the_controls(desk: Emulator, client: Client) -> None:
    with ThreadPoolExecutor(1) as harness:
        waiting = harness.submit(
            desk.post,
            "/journal/wait_for",
            action="UpdateTicket",
            within=PATIENCE,
            error_type="",
            values={"Title": "別"},
        )
        ticket_id = desk.post("/tickets")["ticket_id"]
        desk.post("/faults/someone_edits", changes={"cause": "ログの肥大"})
        client.tickets.update(ticket_id, title="別", on_conflict="merge")
        (call,) = waiting.result(PATIENCE)["calls"]
    assert (call["body"]["Title"], call["error_type"]) == ("別", "")
    said = desk.refuses("/journal/wait_for", {"action": "RegisterTicket", "within": 0.01}, status=409)
    assert said.startswith("expected RegisterTicket() 1× within 0.01 s, found 0×:\n    1 12:00:00 ")
    assert desk.refuses("/journal/wait_for", {"action": "RegisterTicket", "times": 0}).startswith("a test waits for")


def test_extensions_are_told_though_the_journal_was_emptied() -> None:
    with emulator() as desk, client_of(desk) as client:
        assert desk.get("/extensions") == {"extensions": []}
        client.options("incident")
        desk.post("/reset")
        list(client.tickets.list())
        assert desk.get("/extensions") == {"extensions": ["GetOptionList", "GetTicketList"]}


# Accounts.


def test_rights_are_changed(desk: Emulator, client: Client) -> None:
    ticket_id = desk.post("/tickets")["ticket_id"]
    told = desk.post(f"/accounts/{YAMADA.master_id}", may_approve=False)
    assert (told["role"], told["may_approve"]) == ("特権ユーザ", False)
    with pytest.raises(NoRolesToClose):
        client.tickets.update(ticket_id, state=State.CLOSED, approver=YAMADA.master_id)
    assert desk.post(f"/accounts/{YAMADA.master_id}", role="参照ユーザ")["may_approve"] is False
    assert desk.get("/accounts")["accounts"][0]["role"] == "参照ユーザ"


def test_the_cast_is_told_with_its_keys_and_the_release_with_its_api(desk: Emulator) -> None:
    assert [each["secret_key"] for each in desk.get("/cast")["cast"]] == [actor.key.secret_key for actor in CAST]
    assert desk.get("/version")["api"] == "20221221"


def test_everything_else_is_the_desks(desk: Emulator) -> None:
    assert desk.http.get("/livez").json() == {"status": "ok"}
    assert desk.http.get("/_emulators").json().keys() == {"ErrorResponse"}


def test_the_index_is_there_with_and_without_its_slash(desk: Emulator) -> None:
    assert desk.http.get("/_emulator").json() == desk.get("/")


def test_as_the_vendor_there_are_no_extensions() -> None:
    with emulator(as_vendor=True) as desk:
        told = desk.post("/tickets")
        assert desk.get(f"/tickets/{told['ticket_id']}")["ticket_id"] == told["ticket_id"]
        assert desk.http.post("/r/20221221/GetOptionList.json", json={}).status_code == 404
