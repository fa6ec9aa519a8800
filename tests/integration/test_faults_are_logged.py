"""What a server's log tells of its calls: every call in one line, faults in full, and nothing that is not its own."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from support.databases import KINDS, Databases
from support.desks import NEW_INCIDENT, Answer
from support.faults import cure, poison
from support.installations import Installation, execute, install
from support.processes import PATIENCE, Account, Client, Running, serving
from unyo.uom.actions import ACTIONS

SYSTEM_ERROR = 200, ("SYSTEM_ERROR", "システムエラーが発生しました。")
SECRETIVE = "社外秘の障害内容"
PATH = ACTIONS["GetTicketDetail"].path


@dataclass(frozen=True)
class Logged:
    """A server as its operator sees it, and a client of it."""

    installation: Installation
    process: Running
    client: Client

    def lines(self, request_id: str) -> list[dict[str, Any]]:
        """The log's lines of a call, once its last is there; no line is anything but JSON."""
        self.process.wait_for(rf'"event": "call", "request_id": "{request_id}"')
        assert len(self.process.log) == len(self.process.err.splitlines())
        return [line for line in self.process.log if line["request_id"] == request_id]

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        answer = httpx2.post(f"{self.client.url}{path}", content=content, headers=headers, timeout=PATIENCE)
        return Answer(answer.status_code, answer.headers, answer.content)


@pytest.fixture(scope="module", params=KINDS)
def logged(
    request: pytest.FixtureRequest, all_databases: dict[str, Databases], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Logged]:
    databases = all_databases[request.param]
    installation = install(databases.empty(), tmp_path_factory.mktemp("logged"))
    with (
        serving("--database", installation.url, folder=installation.folder) as (process, url),
        Client(url, installation.account) as client,
    ):
        yield Logged(installation, process, client)
    databases.drop(installation.url)


def _assert_tells_a_fault(logged: Logged, answer: Answer) -> str:
    """The call was answered with a system error, and the log has its traceback and its line; the former."""
    assert (answer.status, answer.error) == SYSTEM_ERROR
    fault, line = logged.lines(answer.body["RequestId"])
    assert fault["level"] == "error"
    assert "Traceback (most recent call last):\n" in fault["exception"]
    assert (line["status"], line["error_type"]) == (200, "SYSTEM_ERROR")
    return str(fault["event"])


def _assert_tells_no_secrets(logged: Logged) -> None:
    """Nothing of a body, of the keys, or of what they encrypt."""
    account = logged.installation.account
    key = logged.installation.key_file.read_text(encoding="ascii").strip()
    for secret in (SECRETIVE, NEW_INCIDENT["Title"], account.secret_key, key, "gAAAA"):
        assert secret not in logged.process.err


@contextmanager
def _refusing(url: str) -> Iterator[None]:
    """The database refuses the text; where it is PostgreSQL, its error quotes the whole row."""
    if url.startswith("sqlite"):
        poison(url, "tickets", "INSERT", f"NEW.cause = '{SECRETIVE}'", "unwanted")
        yield
        cure(url)
    else:
        execute(url, f"ALTER TABLE tickets ADD CONSTRAINT unwanted CHECK (cause <> '{SECRETIVE}')")
        yield
        execute(url, "ALTER TABLE tickets DROP CONSTRAINT unwanted")


def test_a_write_that_the_database_refuses_is_told_with_its_traceback_and_nothing_that_was_sent(logged: Logged) -> None:
    with _refusing(logged.installation.url):
        answer = logged.client.call("RegisterTicket", {**NEW_INCIDENT, "Cause": SECRETIVE})
    assert "unwanted" in _assert_tells_a_fault(logged, answer)
    _assert_tells_no_secrets(logged)


def test_a_read_that_the_database_fails_is_told_with_its_traceback(logged: Logged) -> None:
    ticket_id = logged.client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"]
    execute(logged.installation.url, "ALTER TABLE history RENAME TO elsewhere")
    try:
        answer = logged.client.call("GetTicketHistory", {"TicketId": ticket_id})
    finally:
        execute(logged.installation.url, "ALTER TABLE elsewhere RENAME TO history")
    assert "history" in _assert_tells_a_fault(logged, answer)
    assert logged.client.succeed("GetTicketHistory", {"TicketId": ticket_id})["HistoryList"]


@pytest.mark.parametrize(
    ("path", "content_type", "status", "code"),
    [
        (PATH, "application/json", 200, "AUTH_FAILURE"),
        (PATH, "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("/r/20221221/Nothing.json", "application/json", 404, "NOT_FOUND"),
        ("/r/20221221/forged%0D2026-01-01%20line.json", "application/json", 404, "NOT_FOUND"),
        (f"{PATH}%0A", "application/json", 404, "NOT_FOUND"),
    ],
)
def test_a_refused_call_is_one_line_with_its_code(
    logged: Logged, path: str, content_type: str, status: int, code: str
) -> None:
    answer = logged.post(path, SECRETIVE.encode(), {"Content-Type": content_type})
    assert (answer.status, answer.error_type) == (status, code)
    *_, line = logged.lines(answer.headers["x-request-id"])
    assert (line["status"], line["error_type"], line["path"]) == (status, code, path)
    assert line["action"] == ("GetTicketDetail" if path == PATH else "")


def test_why_a_body_is_not_json_is_in_the_log_and_nothing_of_the_body(logged: Logged) -> None:
    path, _, headers = logged.client.signed("GetTicketList", {})
    answer = logged.post(path, f'{{"Title": "{SECRETIVE}'.encode(), headers)
    assert (answer.status, answer.error_type) == (400, "INVALID_JSON")
    why, line = logged.lines(answer.body["RequestId"])
    assert "the body is not JSON" in why["event"]
    assert line["master_id"] == logged.installation.account.master_id
    _assert_tells_no_secrets(logged)


def test_a_call_that_succeeds_is_one_line(logged: Logged) -> None:
    answer = logged.client.call("RegisterTicket", NEW_INCIDENT)
    (line,) = logged.lines(answer.body["RequestId"])
    assert (line["action"], line["ticket_id"], line["error_type"]) == ("RegisterTicket", answer.body["TicketId"], "OK")
    _assert_tells_no_secrets(logged)


def test_why_an_authentication_failed_is_in_the_log_and_not_in_the_answer(logged: Logged) -> None:
    account = logged.installation.account
    path, content, headers = logged.client.signed("GetTicketList", {})
    others = Account(account.service_code, account.master_id, account.access_key, "x" * 40)
    wrongs: dict[str, dict[str, Any]] = {
        "Authorization": {**headers, "Authorization": ""},
        "x-iijapi-Expire": {**headers, "x-iijapi-Expire": "2020-01-01T00:00:00Z"},
        "Content-MD5": {**headers, "Content-MD5": "AAAA"},
        "signature": logged.client.signed("GetTicketList", {}, others)[2],
    }
    for reason, sent in wrongs.items():
        answer = logged.post(path, content, sent)
        assert answer.error == ("AUTH_FAILURE", "認証エラーです。")
        assert set(answer.body) == {"RequestId", "ErrorType", "ErrorMessage"}
        why, line = logged.lines(answer.body["RequestId"])
        assert re.search(rf"authentication failed: .*{reason}", why["event"])
        assert line["master_id"] == ""
    _assert_tells_no_secrets(logged)


def test_a_ticket_that_a_call_names_is_in_its_line_if_a_ticket_can_have_that_name(logged: Logged) -> None:
    for given, shown in {"UTM999999": "UTM999999", SECRETIVE: "", "UTM1\nforged": ""}.items():
        answer = logged.client.call("GetTicketDetail", {"TicketId": given})
        assert answer.error_type == "NO_TICKET_ID"
        (line,) = logged.lines(answer.body["RequestId"])
        assert line["ticket_id"] == shown
    _assert_tells_no_secrets(logged)


def test_a_path_without_end_is_cut_short_in_the_log(logged: Logged) -> None:
    answer = logged.post("/r/" + "x" * 5000, b"", {})
    *_, line = logged.lines(answer.headers["x-request-id"])
    assert line["path"] == ("/r/" + "x" * 5000)[:200]
