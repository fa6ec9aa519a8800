"""PostgreSQL's own means bring an installation back to a moment: tried as docs/operations.md says it."""

from pathlib import Path
from typing import Any

import psycopg

from proof.places import scratch
from proof.postgresql import Postgres, postgres
from support.desks import NEW_INCIDENT
from support.installations import execute, install
from support.moved import everything
from support.processes import Client, serving, wait_until

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
ARCHIVING = """
archive_mode = on
archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'
"""
RECOVERY = """
restore_command = 'cp {archive}/%f "%p"'
recovery_target_time = '{moment}'
recovery_target_action = promote
"""


def test_an_installation_goes_back_to_the_moment_before_a_mistake() -> None:
    with scratch() as folder:
        archive, first, second = (folder / name for name in ("archive", "first", "second"))
        for each in (archive, first, second):
            each.mkdir()
        with postgres(first) as server:
            server.hand_over(archive)
            server.kill()
            server.configure(ARCHIVING.format(archive=archive))
            server.start()
            made = install(server.url, folder)
            store = ("--secret-key-file", str(made.key_file))
            with (
                serving("--database", made.url, *store, folder=folder) as (_, url),
                Client(url, made.account) as client,
            ):
                client.succeed("RegisterTicket", NEW_INCIDENT)
                copied = server.copy_to(second)
                last = client.succeed("RegisterTicket", {**NEW_INCIDENT, "Title": "基本バックアップの後"})["TicketId"]
                good, moment = everything(made.url), _asked(server, "SELECT now()")
                client.succeed("RegisterTicket", {**NEW_INCIDENT, "Title": "間違い"})
            execute(made.url, "DELETE FROM access_keys")
            _archive_all(server)
        copied.recover(RECOVERY.format(archive=archive, moment=moment))
        try:
            copied.start()
            wait_until("it is recovered", lambda: not _asked(copied, "SELECT pg_is_in_recovery()"))
            assert everything(copied.url) == good
            with (
                serving("--database", copied.url, *store, folder=folder) as (_, url),
                Client(url, made.account) as client,
            ):
                assert client.succeed("GetTicketDetail", {"TicketId": last})["Title"] == "基本バックアップの後"
                # A sequence is ahead in what was archived, never behind.
                assert int(client.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"][3:]) > int(last[3:])
        finally:
            copied.kill()


def test_the_settings_that_are_tried_are_those_that_are_documented() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    for line in (ARCHIVING + RECOVERY).strip().splitlines():
        told = line.format(archive="/var/backups/unyo/wal", moment="2026-11-26 17:04:59+09:00")
        assert f"\n{told}\n" in text


def _asked(server: Postgres, question: str) -> Any:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return row[0]


def _archive_all(server: Postgres) -> None:
    """Have all that was written until now archived."""
    name = _asked(server, "SELECT pg_walfile_name(pg_switch_wal())")
    wait_until(
        f"{name} is archived", lambda: (_asked(server, "SELECT last_archived_wal FROM pg_stat_archiver") or "") >= name
    )
