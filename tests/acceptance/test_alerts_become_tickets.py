"""The program of docs/howto/alert-ticket-close.md, when monitoring is not as orderly as on that page."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

import unyo
from support.balancer import free_port
from support.demonstration import SATO, YAMADA, demonstration, tickets_of
from support.documents import FILE, blocks_of
from support.processes import PATIENCE, Client, running, wait_until
from support.tree import ROOT

PAGE = ROOT / "docs" / "howto" / "alert-ticket-close.md"
FINGERPRINT = "c4a1e0f2b7d39a58"


class Hooks:
    """Two processes of the program, and what monitoring tells them."""

    def __init__(self, urls: list[str], url: str, desk: Client) -> None:
        self.urls = urls
        self._url = url
        self._desk = desk

    def post(
        self, status: str, began: str, ended: str = "0001-01-01T00:00:00Z", *, to: int = 0, severity: str = "critical"
    ) -> str:
        labels = {"alertname": "DiskFull", "instance": "db-tokyo-03", "severity": severity}
        alert = {"status": status, "fingerprint": FINGERPRINT, "startsAt": began, "endsAt": ended, "labels": labels}
        answer = httpx2.post(self.urls[to], content=json.dumps({"alerts": [alert]}), timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.text

    def approve(self, ticket_id: str) -> None:
        who = YAMADA.access_key, YAMADA.secret_key, YAMADA.service_code, YAMADA.master_id
        with unyo.Client(self._url, *who) as approver:
            approver.tickets.approve(ticket_id)

    def tickets(self) -> list[dict[str, Any]]:
        """The tickets of the alert as they are in full."""
        found = [each["TicketId"] for each in tickets_of(self._desk, YAMADA) if "DiskFull" in each["Title"]]
        return [self._desk.succeed("GetTicketDetail", {"TicketId": each}, YAMADA) for each in found]


@pytest.fixture
def hooks(tmp_path: Path) -> Iterator[Hooks]:
    (program,) = [
        each.text for each in blocks_of(PAGE.read_text(encoding="utf-8")) if ".py" in each.marks.get(FILE, "")
    ]
    script = tmp_path / "alert_tickets.py"
    script.write_text(program, encoding="utf-8")
    ports = [str(free_port()), str(free_port())]
    with demonstration("--serve-only", folder=tmp_path) as (_, url), Client(url) as desk:
        variables = {
            "UNYO_ENDPOINT": url,
            "UNYO_ACCESS_KEY": SATO.access_key,
            "UNYO_SECRET_KEY": SATO.secret_key,
            "UNYO_SERVICE_CODE": SATO.service_code,
            "UNYO_MASTER_ID": SATO.master_id,
            "ASSIGNEE": SATO.master_id,
            "APPROVER": YAMADA.master_id,
        }
        first, second = (
            running(str(script), port, folder=tmp_path, variables=variables, script=sys.executable) for port in ports
        )
        with first, second:
            urls = [f"http://127.0.0.1:{port}/" for port in ports]
            for each in urls:
                wait_until(f"{each} answers", partial(_answers, each))
            yield Hooks(urls, url, desk)


def _answers(url: str) -> bool:
    try:
        httpx2.get(url, timeout=PATIENCE)
    except httpx2.TransportError:
        return False
    return True


def test_an_alert_that_two_processes_hear_at_the_same_time_has_one_ticket(hooks: Hooks) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(lambda turn: hooks.post("firing", "2026-04-01T01:00:00Z", to=turn % 2), range(16)))
    assert len(said) == 1
    assert [each["StateCode"] for each in hooks.tickets()] == ["未対応"]


def test_an_alert_comes_back_before_and_after_its_ticket_is_closed(hooks: Hooks) -> None:
    hooks.post("firing", "2026-04-01T01:00:00Z")
    hooks.post("resolved", "2026-04-01T01:00:00Z", "2026-04-01T01:20:00Z")
    hooks.post("firing", "2026-04-01T01:00:00Z")  # late
    (ticket,) = hooks.tickets()
    assert (ticket["StateCode"], ticket["FinishApprovalUserId"]) == ("クローズ承認待ち", YAMADA.master_id)
    assert (ticket["FaultRecoveryDate"], len(ticket["CorrespondProcessList"])) == ("20260401102000", 1)
    for _ in range(2):
        hooks.post("firing", "2026-04-01T02:00:00Z")
    (ticket,) = hooks.tickets()
    assert (ticket["StateCode"], ticket["FaultRecoveryDate"]) == ("対応中", "")
    assert len(ticket["CorrespondProcessList"]) == 2
    assert "UTM" in hooks.post("resolved", "2026-04-01T02:00:00Z", "2026-04-01T02:10:00Z")


def test_a_late_message_that_is_told_in_other_words_opens_nothing_beside_the_closed_ticket(hooks: Hooks) -> None:
    hooks.post("firing", "2026-04-01T01:00:00Z")
    (ticket,) = hooks.tickets()
    hooks.approve(ticket["TicketId"])
    assert hooks.post("firing", "2026-04-01T01:00:00Z", severity="warning") == ""
    assert [each["StateCode"] for each in hooks.tickets()] == ["クローズ"]


def test_what_is_over_without_having_begun_is_nobodys(hooks: Hooks) -> None:
    assert hooks.post("resolved", "2026-04-01T01:00:00Z", "2026-04-01T01:20:00Z") == ""
    assert hooks.tickets() == []
