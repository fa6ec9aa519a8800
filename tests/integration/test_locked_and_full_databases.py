"""A database that somebody else holds, or that has no more room: writes are told so, and nothing is kept half."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.databases import Databases
from support.desks import INCIDENT, REQUEST, DeskUnderTest, desk_on
from support.disks import LONG, history_on, small_disk
from support.faults import writing_held
from support.gate import outcome_of, write_call
from support.installations import contents
from support.tools import as_root
from unyo.services.ports import Done, StorageFailed
from unyo.storage.engine import parse_url

SYSTEM_ERROR = 200, ("SYSTEM_ERROR", "システムエラーが発生しました。")


def test_a_write_that_finds_the_database_held_waits_and_is_carried_out_when_it_comes_free(desk: DeskUnderTest) -> None:
    call = write_call("UpdateTicket", {**desk.echo(), "Title": "待った"})
    with writing_held(desk.url):
        future = desk.desk.writer.submit(call)
        assert desk.detail()["Title"] != "待った"
        assert not future.done()
    assert outcome_of(future) == Done(call.request_id, INCIDENT)
    assert desk.detail()["Title"] == "待った"


def test_while_the_database_is_held_reads_go_on_and_writes_are_told_so_in_time_and_succeed_after(
    all_databases: dict[str, Databases],
) -> None:
    # Both databases at once, since their time-outs are the real ones.
    urls = [databases.filled() for databases in all_databases.values()]
    with ExitStack() as opened:
        desks = [opened.enter_context(desk_on(url)) for url in urls]
        bodies = [{**desk.echo(REQUEST), "Title": "変更"} for desk in desks]
        before = [contents(url) for url in urls]
        with ExitStack() as held:
            for url in urls:
                held.enter_context(writing_held(url))
            futures = [
                desk.desk.writer.submit(write_call("UpdateTicket", body))
                for desk, body in zip(desks, bodies, strict=True)
            ]
            assert [desk.history(REQUEST)[0]["Door"] for desk in desks] == ["API", "API"]
            assert [type(outcome_of(future)) for future in futures] == [StorageFailed, StorageFailed]
            assert [desk.detail(REQUEST)["Title"] != "変更" for desk in desks] == [True, True]
        assert [contents(url) for url in urls] == before
        answers = [desk.call("UpdateTicket", body) for desk, body in zip(desks, bodies, strict=True)]
        assert [answer.error for answer in answers] == [None, None]
    for databases, url in zip(all_databases.values(), urls, strict=True):
        databases.drop(url)


def _assert_keeps_nothing_half_and_works_again(
    desk: DeskUnderTest, fill: Callable[[], None], free: Callable[[], None]
) -> None:
    """A long update meets a full disk, and then one with room."""
    add = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": "追記"}]
    body: dict[str, Any] = {**desk.echo(REQUEST), "RequestContents": LONG, "CorrespondProcessList": add}
    headers = {"x-iijapi-unyo-call": "0d9f3b1e-6f0b-4c55-9d6c-0f7d3a4b5c01"}
    before = contents(desk.url)
    fill()
    for _ in range(2):
        answer = desk.call("UpdateTicket", body, headers=headers)
        assert (answer.status, answer.error) == SYSTEM_ERROR
    assert desk.detail(REQUEST)["RequestContents"] != LONG
    assert contents(desk.url) == before
    free()
    answer = desk.call("UpdateTicket", body, headers=headers)
    assert answer.error is None
    assert "x-unyo-replayed" not in answer.headers
    assert desk.detail(REQUEST)["RequestContents"] == LONG
    assert [entry["RequestId"] for entry in desk.history(REQUEST)].count(answer.body["RequestId"]) == 1


def _limit_pages(desk: DeskUnderTest, most: int) -> None:
    """SQLite: let the file take no more pages than so many, or than it has; the writer has one connection."""
    connection = desk.desk.engines.writing.raw_connection()
    connection.cursor().execute(f"PRAGMA max_page_count = {most}")
    connection.close()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_file_that_may_not_grow_keeps_nothing_half_and_takes_the_write_when_it_may(desk: DeskUnderTest) -> None:
    assert desk.update(Title="前").error is None
    _assert_keeps_nothing_half_and_works_again(
        desk, lambda: _limit_pages(desk, 1), lambda: _limit_pages(desk, 1_000_000)
    )


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_full_disk_under_sqlite_keeps_nothing_half_and_takes_the_write_when_there_is_room(
    filled_url: str, tmp_path: Path
) -> None:
    with small_disk(as_root("mount", "umount"), tmp_path / "disk", os.geteuid()) as disk:
        shutil.copy(filled_url.removeprefix("sqlite:///"), disk.folder / "unyo.db")
        with desk_on(f"sqlite:///{disk.folder / 'unyo.db'}") as desk:
            assert desk.update(Title="前").error is None
            _assert_keeps_nothing_half_and_works_again(desk, disk.fill, disk.free)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_full_disk_under_postgresql_keeps_nothing_half_and_takes_the_write_when_there_is_room(
    filled_url: str,
) -> None:
    # Beside the server's own folder, where the user under which it runs can come.
    server_folder = Path(str(parse_url(filled_url).query["host"]))
    with (
        small_disk(as_root("mount", "umount"), server_folder.with_name("disk"), server_folder.stat().st_uid) as disk,
        history_on(disk, filled_url),
        desk_on(filled_url) as desk,
    ):
        _assert_keeps_nothing_half_and_works_again(desk, disk.fill, disk.free)
