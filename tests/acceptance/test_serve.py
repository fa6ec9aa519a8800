"""`unyo serve` serves what `unyo init` made, by the real clock, to whoever holds the printed key."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from support.balancer import free_port
from support.desks import NEW_INCIDENT, NO_PARAMETERS
from support.installations import Installation
from support.processes import (
    SCRIPT,
    Account,
    Client,
    Running,
    is_answering,
    running,
    serving,
    unyo,
    wait_until,
)

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


@contextmanager
def _silent(installation: Installation, *arguments: str, script: str = SCRIPT) -> Iterator[tuple[Running, Client]]:
    """A server whose log does not say that it serves, and a client of it."""
    port = str(free_port())
    given = ("serve", "--port", port, "--database", installation.url, *arguments)
    url = f"http://127.0.0.1:{port}"
    with running(*given, folder=installation.folder, script=script) as server:
        wait_until("it answers", lambda: is_answering(url))
        with Client(url, installation.account) as client:
            yield server, client


def test_of_a_quieter_log_calls_are_no_part(installation: Installation) -> None:
    with _silent(installation, "--log-level", "warning") as (server, client):
        client.succeed("RegisterTicket", NEW_INCIDENT)
        assert server.end().err == ""


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_log_that_cannot_be_written_costs_no_call_its_answer(installation: Installation, form: str) -> None:
    script = installation.folder / "serve-to-a-full-disk"
    script.write_text(f'#!/bin/sh\nexec "{SCRIPT}" "$@" 2>/dev/full\n', encoding="utf-8")
    script.chmod(0o700)
    with _silent(installation, "--log-format", form, script=str(script)) as (_, client):
        ticket = {"TicketId": client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"]}
        assert client.succeed("GetTicketDetail", ticket)["Title"] == NEW_INCIDENT["Title"]


@pytest.mark.parametrize(
    ("trusted", "logged"), [("127.0.0.1", "203.0.113.9"), ("192.0.2.7", "127.0.0.1")], ids=["trusted", "not trusted"]
)
def test_the_log_names_the_caller_that_a_trusted_proxy_tells_and_believes_nobody_else(
    installation: Installation, trusted: str, logged: str
) -> None:
    arguments = ("--database", installation.url, "--trusted-proxies", trusted)
    with serving(*arguments, folder=installation.folder) as (server, url), Client(url, installation.account) as client:
        forwarded = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        answer = client.call("RegisterTicket", NEW_INCIDENT, more=forwarded)
        assert answer.error is None
        server.end()
    (line,) = (line for line in server.log if line["request_id"] == answer.body["RequestId"])
    assert line["client"] == logged


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
    assert (refused.status, refused.err) == (
        2,
        "unyo: SQLite has one writer, so it is served by one process: use --workers 1, or PostgreSQL for more\n",
    )


def test_a_taken_port_is_told_and_nothing_is_served(installation: Installation) -> None:
    arguments = ("serve", "--database", installation.url)
    with serving("--database", installation.url, folder=installation.folder) as (_, url):
        port = url.rpartition(":")[2]
        refused = unyo(*arguments, "--port", port, folder=installation.folder)
    assert refused.refusal == (
        f"unyo: cannot listen on 127.0.0.1, port {port}: Address already in use. "
        "Name another one by host and port, or stop the program that has it"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(installation: Installation, host: str) -> None:
    arguments = ("serve", "--database", installation.url, "--host", host, "--behind-tls-proxy")
    assert unyo(*arguments, folder=installation.folder).refusal.startswith(
        f"unyo: cannot listen on {host}, port 8080: "
    )
