"""What changes on one node is told to those who listen on any; on both databases."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from support.desks import NEW_INCIDENT, REQUEST, desk_on
from support.faults import connected, pause, pausing, terminate, wait_for_waiter
from support.gate import GateClock, as_one_group, write_call
from support.installations import contents, execute
from support.people import lobby
from support.processes import PATIENCE, wait_until
from unyo.cast import ITO, OTHER_SERVICE, SATO, SERVICE, YAMADA
from unyo.services.feed import Missed, Moved, Told
from unyo.services.ports import Done
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.feed import DatabaseFeed
from unyo.storage.feed.hub import MOST_WAITING
from unyo.storage.feed.notices import CHANNEL, MOST_BYTES, read, written

NUMBER = 123456
BY_YAMADA = Moved(SERVICE, NUMBER, YAMADA.master_id)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is let in before the database is listened to, however long that takes on a machine that does much else."""
    monkeypatch.setattr("unyo.storage.feed.hub._ENTER_SECONDS", PATIENCE)


@contextmanager
def feed_on(url: str, linger: float = 0) -> Iterator[DatabaseFeed]:
    """Another node's feed."""
    engines = open_engines(parse_url(url))
    feed = DatabaseFeed(engines, linger=linger)
    try:
        yield feed
    finally:
        feed.end()
        engines.dispose()


async def _next(told: AsyncIterator[Told]) -> Told:
    return await asyncio.wait_for(anext(told), PATIENCE)


async def _told(feed: DatabaseFeed, does: Callable[[], object], count: int, code: str = SERVICE) -> list[Told]:
    """The first news of what somebody does in a thread."""
    async with feed.listen(code) as told:
        await asyncio.to_thread(does)
        return [await _next(told) for _ in range(count)]


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "unyo-feed"]


def test_who_changed_or_registered_which_ticket_is_told_on_every_node(filled_url: str) -> None:
    with desk_on(filled_url) as desk, feed_on(filled_url) as one, feed_on(filled_url) as other:

        def _work() -> None:
            assert desk.update(Title="変更").error is None
            assert desk.register(NEW_INCIDENT, actor=SATO) == "UTM123459"
            assert desk.update(REQUEST, Title="変更", actor=SATO).error is None

        async def _both() -> list[list[Told]]:
            async with other.listen(SERVICE) as told:
                here = await _told(one, _work, 3)
                return [here, [await _next(told) for _ in range(3)]]

        expected = [BY_YAMADA, Moved(SERVICE, 123459, SATO.master_id), Moved(SERVICE, 123457, SATO.master_id)]
        assert asyncio.run(_both()) == [expected, expected]


def test_what_is_refused_or_changes_nothing_or_is_anothers_is_not_told(filled_url: str) -> None:
    with desk_on(filled_url) as desk, feed_on(filled_url) as feed:

        def _work() -> None:
            assert desk.register(NEW_INCIDENT, actor=ITO)
            assert desk.update(Title="").error is not None
            assert desk.update().error is None
            assert desk.update(Title="変更").error is None

        assert asyncio.run(_told(feed, _work, 1)) == [BY_YAMADA]


def test_a_group_is_told_as_one_and_each_service_hears_of_its_own(filled_url: str) -> None:
    with desk_on(filled_url, clock=GateClock()) as desk, feed_on(filled_url) as feed:
        calls = [
            write_call("UpdateTicket", {**desk.echo(), "Title": "変更"}),
            write_call("RegisterTicket", NEW_INCIDENT, ITO),
            write_call("RegisterTicket", NEW_INCIDENT, SATO),
        ]

        async def _listen() -> tuple[Told, Told, Told]:
            async with feed.listen(OTHER_SERVICE) as theirs, feed.listen(SERVICE) as ours:
                await asyncio.to_thread(as_one_group, desk, *calls)
                return await _next(ours), await _next(ours), await _next(theirs)

        assert asyncio.run(_listen()) == (
            BY_YAMADA,
            Moved(SERVICE, 123460, SATO.master_id),
            Moved(OTHER_SERVICE, 123459, ITO.master_id),
        )


def test_who_comes_to_edits_and_leaves_a_ticket_is_told(filled_url: str) -> None:
    with lobby(filled_url) as at, feed_on(filled_url) as feed:

        async def _listen() -> list[Told]:
            found = []
            async with feed.listen(SERVICE) as told:
                for does in (_arrive, _edit, _leave):
                    await asyncio.to_thread(does)
                    found.append(await _next(told))
            return found

        def _arrive() -> None:
            at.presence.arrive(SERVICE, NUMBER, YAMADA.master_id, at.clock(), is_editing=False)
            at.presence.arrive(SERVICE, NUMBER, YAMADA.master_id, at.clock(), is_editing=False)

        def _edit() -> None:
            at.presence.arrive(SERVICE, NUMBER, YAMADA.master_id, at.clock(), is_editing=True)

        def _leave() -> None:
            at.presence.leave(SERVICE, NUMBER, YAMADA.master_id)
            at.presence.leave(SERVICE, NUMBER, YAMADA.master_id)

        assert asyncio.run(_listen()) == [Moved(SERVICE, NUMBER, YAMADA.master_id, is_presence=True)] * 3


def test_nothing_listens_to_the_database_unless_somebody_listens_here(filled_url: str) -> None:
    with feed_on(filled_url) as feed:
        assert _threads() == []

        async def _listen() -> None:
            async with feed.listen(SERVICE), feed.listen(SERVICE):
                assert _threads() == ["unyo-feed"]
            async with feed.listen(OTHER_SERVICE):
                pass

        asyncio.run(_listen())
        wait_until("the thread has ended", lambda: not _threads())


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_who_comes_while_a_thread_ends_finds_another_which_is_the_only_one_then(filled_url: str) -> None:
    with feed_on(filled_url) as feed, connected(filled_url) as connection, ThreadPoolExecutor(1) as pool:

        async def _come_and_go() -> None:
            async with feed.listen(SERVICE):
                pass

        async def _come(*, gone: threading.Event) -> None:
            async with feed.listen(SERVICE):
                await asyncio.to_thread(gone.wait, PATIENCE)

        gone = threading.Event()
        connection.exec_driver_sql("BEGIN")
        asyncio.run(_come_and_go())
        connection.exec_driver_sql("LOCK TABLE listeners IN SHARE MODE")
        wait_for_waiter(connection, "relation")
        listening = pool.submit(asyncio.run, _come(gone=gone))
        try:
            wait_until("another has begun", lambda: len(_threads()) == 2)
            connection.exec_driver_sql("COMMIT")
            wait_until("the first has ended", lambda: len(_threads()) == 1)
            wait_until("the other listens", lambda: len(contents(filled_url)["listeners"]) == 1)
            assert len(_threads()) == 1
        finally:
            gone.set()
            listening.result(PATIENCE)


def test_between_two_pages_the_database_is_listened_to_on(filled_url: str) -> None:
    with feed_on(filled_url, linger=PATIENCE) as feed:

        async def _listen() -> list[int | None]:
            seen = []
            for _ in range(3):
                async with feed.listen(SERVICE):
                    seen += [thread.ident for thread in threading.enumerate() if thread.name == "unyo-feed"]
            return seen

        assert len({*asyncio.run(_listen())}) == 1
    assert _threads() == []


def test_a_listener_that_does_not_read_loses_detail_and_not_the_memory(filled_url: str) -> None:
    portion = MOST_WAITING // 2
    with desk_on(filled_url) as desk, feed_on(filled_url) as feed:

        def _work() -> None:
            for _ in range(portion):
                desk.register(NEW_INCIDENT)

        async def _listen() -> list[Told]:
            async with feed.listen(SERVICE) as slow, feed.listen(SERVICE) as quick:
                for _ in range(3):
                    await asyncio.to_thread(_work)
                    assert Missed(SERVICE) not in [await _next(quick) for _ in range(portion)]
                await asyncio.to_thread(desk.update, Title="変更")
                # What came before this one has been handed to everybody.
                assert await _next(quick) == BY_YAMADA
                found = [await _next(slow)]
                await asyncio.to_thread(desk.update, Title="再変更")
                return [*found, await _next(slow)]

        assert asyncio.run(_listen()) == [Missed(SERVICE), BY_YAMADA]


def test_a_listener_comes_to_its_end_when_the_feed_does_and_late_ones_at_once(filled_url: str) -> None:
    with feed_on(filled_url) as feed:

        async def _listen() -> list[Told]:
            async with feed.listen(SERVICE) as told:
                await asyncio.to_thread(feed.end)
                return [each async for each in told]

        assert asyncio.run(_listen()) == asyncio.run(_listen()) == []


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_write_costs_no_notice_unless_somebody_listens_on_some_node(filled_url: str) -> None:
    with desk_on(filled_url) as desk, feed_on(filled_url) as feed:
        noticed = []

        @sa.event.listens_for(desk.desk.engines.writing, "before_cursor_execute")
        def _notice(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "pg_notify" in statement:
                noticed.append(statement)

        desk.update(Title="前")
        assert noticed == []
        assert asyncio.run(_told(feed, lambda: desk.update(Title="変更"), 1)) == [BY_YAMADA]
        assert len(noticed) == 1
        wait_until("nobody listens", lambda: not _threads())
        desk.update(Title="後")
        assert len(noticed) == 1


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_process_that_is_gone_without_a_word_is_forgotten(filled_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(filled_url, "INSERT INTO listeners VALUES ('gone', now() - interval '1 second')")
    monkeypatch.setattr("unyo.storage.feed.sources._RENEW_SECONDS", 0)
    with feed_on(filled_url) as feed:

        async def _listen() -> None:
            async with feed.listen(SERVICE):
                (first,) = contents(filled_url)["listeners"]
                await asyncio.to_thread(
                    wait_until, "it says that it is there", lambda: contents(filled_url)["listeners"] != [first]
                )

        asyncio.run(_listen())
        wait_until("nobody listens", lambda: not _threads())
    assert contents(filled_url)["listeners"] == []


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_what_was_on_its_way_when_somebody_began_to_listen_is_there_once_they_listen(filled_url: str) -> None:
    with desk_on(filled_url) as desk, feed_on(filled_url) as feed:
        call = write_call("UpdateTicket", {**desk.echo(), "Title": "変更"})
        pause(filled_url, "history", at_commit=False)

        async def _listen() -> str:
            async with feed.listen(SERVICE):
                return str((await asyncio.to_thread(desk.detail))["Title"])

        with pausing(filled_url) as connection, ThreadPoolExecutor(1) as pool:
            writing = desk.desk.writer.submit(call)
            wait_for_waiter(connection, "advisory")
            listening = pool.submit(asyncio.run, _listen())
            wait_for_waiter(connection, "relation")
            connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            assert listening.result(PATIENCE) == "変更"
            assert isinstance(writing.result(PATIENCE), Done)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_after_a_cut_connection_listeners_look_anew_and_hear_again(
    filled_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with desk_on(filled_url) as desk, feed_on(filled_url) as feed, connected(filled_url) as connection:

        def _cut() -> None:
            assert terminate(connection, f"query LIKE 'LISTEN {CHANNEL}'") == 1

        async def _listen() -> list[Told]:
            async with feed.listen(SERVICE) as told:
                await asyncio.to_thread(_cut)
                found = [await _next(told)]
                await asyncio.to_thread(desk.update, Title="変更")
                return [*found, await _next(told)]

        with caplog.at_level(logging.WARNING, "unyo.storage.feed"):
            assert asyncio.run(_listen()) == [Missed(SERVICE), BY_YAMADA]
        (record,) = caplog.records
        assert record.message.startswith("listening for changes: ")
        assert record.message.endswith("; what changes is not told until that works again")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_who_comes_while_the_database_is_away_is_let_in_and_told_when_it_is_back(
    filled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unyo.storage.feed.hub._ENTER_SECONDS", 0.05)
    database = parse_url(filled_url).database
    beside = parse_url(filled_url).set(database="postgres").render_as_string(hide_password=False)
    with feed_on(filled_url) as feed:
        execute(beside, f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')

        async def _listen() -> Told:
            async with feed.listen(SERVICE) as told:
                await asyncio.to_thread(execute, beside, f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
                return await _next(told)

        assert asyncio.run(_listen()) == Missed(SERVICE)


def test_more_than_postgresql_carries_is_told_with_less_detail() -> None:
    few = [Moved(SERVICE, number, YAMADA.master_id, is_presence=number % 2 == 0) for number in range(150)]
    assert read(written(few)) == few
    assert written([*few[:3], *few[:3]]) != written(few[:3])
    assert read(written(few * 2)) == [Missed(SERVICE)]
    everywhere = [Moved(f"uom{number:08}", number, YAMADA.master_id) for number in range(2000)]
    assert read(written(everywhere)) == [Missed()]
    for moved in (few, few * 2, everywhere):
        assert len(written(moved).encode()) <= MOST_BYTES


@pytest.mark.parametrize("text", ["", "{", "null", "[[1]]", "[5]", '{"a": 1}', "[]"])
def test_what_this_release_does_not_understand_may_be_anything(text: str) -> None:
    assert read(text) == [Missed()]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_more_changes_than_are_looked_through_at_once_are_told_as_such(
    filled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unyo.storage.feed.sources._MOST", 2)
    with desk_on(filled_url, clock=GateClock()) as desk, feed_on(filled_url) as feed:
        calls = [write_call("RegisterTicket", NEW_INCIDENT) for _ in range(4)]
        assert asyncio.run(_told(feed, lambda: as_one_group(desk, *calls), 1)) == [Missed(SERVICE)]
        assert asyncio.run(_told(feed, lambda: desk.update(Title="変更"), 1)) == [BY_YAMADA]
