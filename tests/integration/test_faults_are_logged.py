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
from support.processes import Account, Client, Running, serving
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

    def records(self, request_id: str) -> list[str]:
        """The log's records of a call, each with the lines that belong to it, once the call's last is there."""
        self.process.wait_for(rf"{request_id} unyo\.api\.chain: [A-Z]+ ")
        found = re.split(r"^(?=\d{4}-\d\d-\d\d )", self.process.err, flags=re.MULTILINE)
        return [record for record in found if re.match(rf"\S+ \S+ [A-Z]+ {request_id} ", record)]

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        answer = httpx2.post(f"{self.client.url}{path}", content=content, headers=headers)
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
    fault, line = logged.records(answer.body["RequestId"])
    assert " ERROR " in fault
    assert "\nTraceback (most recent call last):\n" in fault
    assert re.search(r" INFO .* POST /r/20221221/\w+\.json 200 SYSTEM_ERROR ", line)
    return fault


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
    *_, record = logged.records(answer.headers["x-request-id"])
    assert re.search(rf" INFO .* POST \S+ {status} {code} \S+ ms\n?\Z", record)
    assert record.strip().count("\n") == 0
    assert "\n2026-01-01" not in logged.process.err


def test_why_a_body_is_not_json_is_in_the_log_and_nothing_of_the_body(logged: Logged) -> None:
    path, _, headers = logged.client.signed("GetTicketList", {})
    answer = logged.post(path, f'{{"Title": "{SECRETIVE}'.encode(), headers)
    assert (answer.status, answer.error_type) == (400, "INVALID_JSON")
    why, _line = logged.records(answer.body["RequestId"])
    assert "the body is not JSON" in why
    _assert_tells_no_secrets(logged)


def test_a_call_that_succeeds_is_one_line(logged: Logged) -> None:
    answer = logged.client.call("RegisterTicket", NEW_INCIDENT)
    (record,) = logged.records(answer.body["RequestId"])
    assert re.search(r" INFO .* POST /r/20221221/RegisterTicket\.json 200 OK \S+ ms\n?\Z", record)
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
        why, _line = logged.records(answer.body["RequestId"])
        assert re.search(rf"authentication failed: .*{reason}", why)
    _assert_tells_no_secrets(logged)
