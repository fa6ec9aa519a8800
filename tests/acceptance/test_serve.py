"""`unyo serve` serves what `unyo init` made, by the real clock, to whoever holds the printed key."""

import re
from collections.abc import Mapping
from socket import create_server
from typing import Any

import pytest

from support.desks import NEW_INCIDENT, NO_PARAMETERS
from support.installations import Installation
from support.processes import Account, Client, is_answering, running, serving, unyo, wait_until

WRONG_LINE = re.compile(r"Traceback|Error|\"level\": \"(warning|error|critical)\"")


def _update_of(detail: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket sent back with changes; what a registration does not know is filled in."""
    values = {wire: value for wire, value in detail.items() if wire not in NO_PARAMETERS}
    first = {
        "AssignUserId": "SA0000001",
        "CorrespondLimitDate": "20991231235959",
        "CauseClassification": "調査中",
        "CorrespondProcessList": [],
    }
    return {**values, **first, **changes}


def test_the_printed_key_registers_reads_and_updates_a_ticket(client: Client) -> None:
    ticket = {"TicketId": client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"]}
    before = client.succeed("GetTicketDetail", ticket)
    client.succeed("UpdateTicket", _update_of(before, {"StateCode": "対応中", "Cause": "日本語の原因"}))
    after = client.succeed("GetTicketDetail", ticket)
    assert (before["StateCode"], after["StateCode"], after["Cause"]) == ("未対応", "対応中", "日本語の原因")
    assert before["StateUpdateDate"] == ""
    assert after["StateUpdateDate"] >= before["StateInsertDate"]


def test_what_was_answered_is_there_after_a_restart(installation: Installation) -> None:
    arguments = ("--database", installation.url)
    with serving(*arguments, folder=installation.folder) as (server, url), Client(url, installation.account) as client:
        registered = client.succeed("RegisterTicket", NEW_INCIDENT)
        assert server.end().status == 0
    with serving(*arguments, folder=installation.folder) as (_, url), Client(url, installation.account) as client:
        detail = client.succeed("GetTicketDetail", {"TicketId": registered["TicketId"]})
    assert detail["Title"] == NEW_INCIDENT["Title"]


def test_the_log_names_calls_by_their_request_ids_and_tells_no_secret(installation: Installation) -> None:
    account = installation.account
    stranger = Account(account.service_code, account.master_id, account.access_key, "0" * 40)
    with (
        serving("--database", installation.url, folder=installation.folder) as (server, url),
        Client(url, account) as client,
    ):
        answers = [client.call("RegisterTicket", NEW_INCIDENT), client.call("RegisterTicket", NEW_INCIDENT, stranger)]
        told = server.end()
    assert [answer.error_type for answer in answers] == ["", "AUTH_FAILURE"]
    calls = {line["request_id"]: line for line in server.log if line["event"] == "call"}
    assert set(calls) == {answer.body["RequestId"] for answer in answers}
    registered, refused = (calls[answer.body["RequestId"]] for answer in answers)
    assert registered.pop("milliseconds") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", registered.pop("timestamp"))
    assert registered == {
        "level": "info",
        "event": "call",
        "request_id": answers[0].body["RequestId"],
        "method": "POST",
        "path": "/r/20221221/RegisterTicket.json",
        "action": "RegisterTicket",
        "master_id": account.master_id,
        "ticket_id": answers[0].body["TicketId"],
        "status": 200,
        "error_type": "OK",
        "client": "127.0.0.1",
    }
    assert (refused["error_type"], refused["master_id"], refused["ticket_id"]) == ("AUTH_FAILURE", "", "")
    assert account.secret_key not in told.err + told.out
    assert NEW_INCIDENT["Title"] not in told.err
    assert not WRONG_LINE.search(told.err)


def test_the_log_may_be_coloured_for_people(installation: Installation) -> None:
    arguments = ("--database", installation.url, "--log-format", "console")
    with serving(*arguments, folder=installation.folder) as (server, url), Client(url, installation.account) as client:
        answer = client.call("RegisterTicket", NEW_INCIDENT)
        told = server.end()
    (line,) = (line for line in told.err.splitlines() if answer.body["RequestId"] in line)
    assert "\x1b[" in line
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
    assert re.search(r"call .*action=RegisterTicket .*error_type=OK", plain)
    assert not told.err.count("{")


def test_of_a_quieter_log_calls_are_no_part(installation: Installation) -> None:
    arguments = ("--database", installation.url, "--log-level", "warning")
    with create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    with running("serve", "--port", port, *arguments, folder=installation.folder) as server:
        url = f"http://127.0.0.1:{port}"
        wait_until("it answers", lambda: is_answering(url))
        with Client(url, installation.account) as client:
            client.succeed("RegisterTicket", NEW_INCIDENT)
        assert server.end().err == ""


def test_settings_may_come_from_the_environment(installation: Installation) -> None:
    variables = {
        "UNYO_SERVER_DATABASE": installation.url,
        "UNYO_SERVER_SECRET_KEY": installation.key_file.read_text(),
    }
    installation.key_file.unlink()
    with (
        serving(folder=installation.folder, variables=variables) as (_, url),
        Client(url, installation.account) as client,
    ):
        assert client.succeed("GetTicketList", {})["TotalCount"] == "0"


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_two_workers_serve_one_postgresql_database(installation: Installation) -> None:
    with serving("--database", installation.url, "--workers", "2", folder=installation.folder) as (server, url):
        with Client(url, installation.account) as client:
            registered = client.succeed("RegisterTicket", NEW_INCIDENT)
            client.succeed("GetTicketDetail", {"TicketId": registered["TicketId"]})
        wait_until("two processes serve", lambda: server.err.count("Application startup complete") == 2)
        told = server.end()
    assert told.status == 0
    assert len(set(re.findall(r"Started server process \[(\d+)]", told.err))) == 2
    assert not WRONG_LINE.search(told.err)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_two_workers_on_sqlite_are_refused_with_the_reason(installation: Installation) -> None:
    refused = unyo("serve", "--database", installation.url, "--workers", "2", folder=installation.folder)
    assert refused.refusal == (
        "unyo: SQLite has one writer, so it is served by one process: use --workers 1, or PostgreSQL for more"
    )


def test_a_taken_port_is_told_and_nothing_is_served(installation: Installation) -> None:
    arguments = ("serve", "--database", installation.url)
    with serving("--database", installation.url, folder=installation.folder) as (_, url):
        refused = unyo(*arguments, "--port", url.rpartition(":")[2], folder=installation.folder)
    assert refused.status != 0
    assert len(re.findall('address already in use.*"level": "error"', refused.err)) == 1
    assert "Traceback" not in refused.err
