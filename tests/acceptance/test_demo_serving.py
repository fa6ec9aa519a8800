"""`unyo demo --serve-only` serves the published accounts, on loopback, until it is told to stop."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from support.clock import Clock
from support.demonstration import (
    CAST,
    ITO,
    NOW,
    SATO,
    SUZUKI,
    TAKAHASHI,
    TANAKA,
    YAMADA,
    demonstration,
    tickets_of,
)
from support.desks import NO_PARAMETERS
from support.people import AT_HOME, lobby
from support.processes import Account, Client, Running, environment, unyo
from support.tools import needs
from unyo.bootstrap.clock import system_clock
from unyo.services.people import LINK_PATH
from unyo.services.signing_in import Refusal, Refused, SignedIn

Demo = tuple[Running, Client]
NOT_ALLOWED = ("PARAMETER_ERROR", "指定されたSAアカウントまたはサービスコードが不正です。")
NO_TICKET = ("NO_TICKET_ID", "指定されたチケットIDのデータは存在しない、または閲覧権限がありません。")
NO_RIGHT_TO_CLOSE = ("NO_ROLES_TO_CLOSE", "ステータスをクローズにする権限がありません。")


def _echo(client: Client, ticket_id: str) -> dict[str, object]:
    """An update that changes nothing."""
    detail = client.succeed("GetTicketDetail", {"TicketId": ticket_id}, YAMADA)
    return {wire: value for wire, value in detail.items() if wire not in NO_PARAMETERS} | {"CorrespondProcessList": []}


@pytest.mark.parametrize("account", CAST, ids=lambda account: account.master_id)
def test_each_published_key_reads_the_list(demo: Demo, account: Account) -> None:
    answer = demo[1].succeed("GetTicketList", {}, account)
    assert (answer["TotalCount"] == "0") is (account is ITO)


def test_it_has_sent_nothing(demo: Demo) -> None:
    detail = demo[1].succeed("GetTicketDetail", {"TicketId": "UTM123456"}, YAMADA)
    assert (detail["StateCode"], detail["Title"]) == ("対応中", "アラート発生XXX")
    assert "the call" not in demo[0].out


def test_groups_see_their_own_tickets_and_those_of_all(demo: Demo) -> None:
    _, client = demo
    everything = tickets_of(client, YAMADA)
    for account, group in ((TAKAHASHI, "サーバ運用"), (TANAKA, "ネットワーク")):
        seen = [each for each in everything if each["ManagementGroupId"] in {group, "制限しない"}]
        assert tickets_of(client, account) == seen
        assert {each["ManagementGroupId"] for each in seen} == {group, "制限しない"}
        assert len(seen) < len(everything)
    for account in (SATO, SUZUKI):
        assert tickets_of(client, account) == everything


def test_a_ticket_of_another_group_does_not_exist(demo: Demo) -> None:
    asked = {"TicketId": "UTM123458"}
    assert demo[1].call("GetTicketDetail", asked, TANAKA).error == NO_TICKET
    assert demo[1].call("GetTicketDetail", asked, TAKAHASHI).error is None


def test_another_tenant_sees_nothing_of_it(demo: Demo) -> None:
    assert demo[1].call("GetTicketDetail", {"TicketId": "UTM123456"}, ITO).error == NO_TICKET


def test_a_reader_reads_and_updates_nothing(demo: Demo) -> None:
    _, client = demo
    echo = _echo(client, "UTM123457")
    assert client.call("UpdateTicket", {**echo, "MasterID": SUZUKI.master_id}, SUZUKI).error == NOT_ALLOWED
    assert client.call("UpdateTicket", {**echo, "MasterID": SATO.master_id}, SATO).error is None


def test_closing_needs_the_right_to_approve(demo: Demo) -> None:
    _, client = demo
    closing = {**_echo(client, "UTM123457"), "StateCode": "クローズ", "FinishApprovalUserId": YAMADA.master_id}
    assert client.call("UpdateTicket", closing, SATO).error == NO_RIGHT_TO_CLOSE


def test_the_printed_command_works_when_it_is_pasted(demo: Demo) -> None:
    needs("bash", "curl", "openssl")
    _, _, printed = demo[0].out.partition("ACCESS_KEY=")
    command, end, _ = f"ACCESS_KEY={printed}".partition("}'\n")
    pasted = subprocess.run(
        ["bash", "-eu", "-c", command + end],  # noqa: S607 - the machine's shell, as a person would paste into it
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert pasted.returncode == 0, pasted.stderr
    assert json.loads(pasted.stdout)["GetTicketDetailResponse"]["TicketId"] == "UTM123456"


def test_it_listens_on_loopback_only(demo: Demo) -> None:
    port = int(demo[1].url.rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{demo[0].pid}/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].rpartition(":")[2], 16) == port
    ]
    assert listening == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_it_ends_well_when_told_to_and_takes_its_folder_with_it(tmp_path: Path, number: signal.Signals) -> None:
    with demonstration("--serve-only", "--now", NOW, folder=tmp_path) as (process, _):
        (folder,) = tmp_path.iterdir()
        assert folder.name.startswith("unyo-demo-")
        told = process.end(number)
    assert (told.status, told.err) == (0, "")
    assert not list(tmp_path.iterdir())


def test_once_and_serve_only_exclude_each_other(tmp_path: Path) -> None:
    refused = unyo("demo", "--once", "--serve-only", folder=tmp_path)
    assert refused.status == 2
    assert "--once and --serve-only exclude each other" in refused.err
    assert not list(tmp_path.iterdir())


def test_a_taken_port_is_refused_in_one_line(demo: Demo, tmp_path: Path) -> None:
    port = demo[1].url.rpartition(":")[2]
    refused = unyo("demo", "--once", "--port", port, folder=tmp_path, variables={"TMPDIR": str(tmp_path)})
    assert refused.refusal == f"unyo: port {port} cannot be used (Address already in use): give another one with --port"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("now", ["yesterday", "2026-02-30", "2026-04-01T09:00", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused_in_one_line(tmp_path: Path, now: str) -> None:
    refused = unyo("demo", "--once", "--now", now, folder=tmp_path, variables={"TMPDIR": str(tmp_path)})
    assert re.fullmatch(rf"unyo: --now takes a date such as 2026-04-01, not '{now}'", refused.refusal)
    assert not list(tmp_path.iterdir())


def test_it_gives_every_member_of_the_cast_a_link_that_signs_in_once(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'demo.db'}"
    seen = set()
    for _ in range(2):
        with (
            demonstration("--serve-only", "--database", database, folder=tmp_path) as (process, url),
            lobby(database, clock=Clock(system_clock())) as at,
        ):
            lines = process.out.splitlines()
            links = [line.removeprefix(f"{url}{LINK_PATH}") for line in lines if line.startswith(f"{url}{LINK_PATH}")]
            outcomes = [at.signing_in.sign_in_by_link(SecretStr(link), AT_HOME) for link in links]
            assert [each.session.master_id for each in outcomes if isinstance(each, SignedIn)] == [
                account.master_id for account in CAST
            ]
            assert at.signing_in.sign_in_by_link(SecretStr(links[0]), AT_HOME) == Refused(Refusal.LINK_USED)
            seen |= {*links}
    assert len(seen) == 2 * len(CAST)
