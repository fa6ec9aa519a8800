"""What storage promises on both databases: settings that make it durable, one snapshot a read, moments as they were."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, StatementError

from support.clock import START, Clock
from support.databases import Databases, fill
from support.desks import NEW_INCIDENT, DeskUnderTest, desk_on, who
from support.faults import after_a_statement, connected
from support.gate import outcome_of, write_call
from support.installations import contents
from unyo.cast import SERVICE, YAMADA
from unyo.services.ports import Done, Outcome
from unyo.services.watcher import NOBODY
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.reading.readers import SqlReader
from unyo.storage.tables import calls
from unyo.tickets.dates import JAPAN


@pytest.fixture
def engines(filled_url: str) -> Iterator[Engines]:
    opened = open_engines(parse_url(filled_url))
    yield opened
    opened.dispose()


@pytest.fixture(params=["writing", "reading"])
def engine(request: pytest.FixtureRequest, engines: Engines) -> Engine:
    found = getattr(engines, request.param)
    assert isinstance(found, Engine)
    return found


def _is_writing(engine: Engine, engines: Engines) -> bool:
    return engine is engines.writing


# Settings in force.


def _in_force(engine: Engine, *questions: str) -> list[set[Any]]:
    """What several connections at once answer, each question's answers together; before and after all are renewed."""
    answers: list[set[Any]] = [set() for _ in questions]
    for _ in range(2):
        connections = [engine.raw_connection() for _ in range(3)]
        for connection in connections:
            cursor = connection.cursor()
            for question, answer in zip(questions, answers, strict=True):
                cursor.execute(question)
                answer.update(*cursor.fetchall())
            connection.close()
        engine.dispose()
    return answers


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sqlite_writes_to_a_log_that_every_commit_syncs_and_keeps_its_references(engines: Engines) -> None:
    asked = ("PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA foreign_keys")
    assert _in_force(engines.writing, *asked) == [{"wal"}, {2}, {1}]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sqlite_reads_beside_the_writer_and_cannot_write(engines: Engines) -> None:
    assert _in_force(engines.reading, "PRAGMA journal_mode", "PRAGMA query_only") == [{"wal"}, {1}]
    with pytest.raises(DBAPIError, match="readonly"), engines.reading.begin() as connection:
        connection.execute(sa.delete(calls))


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_postgresql_waits_no_longer_than_it_should_and_has_no_zone_but_utc(
    filled_url: str, engine: Engine, engines: Engines
) -> None:
    with connected(filled_url) as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{engines.url.database}" SET timezone = "Asia/Tokyo"')
        connection.exec_driver_sql(f'ALTER DATABASE "{engines.url.database}" SET lock_timeout = 0')
    asked = ("SHOW lock_timeout", "SHOW statement_timeout", "SHOW timezone", "SHOW application_name")
    assert _in_force(engine, *asked) == [{"5s"}, {"30s"}, {"UTC"}, {"unyo"}]


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_postgresql_reads_in_one_snapshot_and_writes_on_what_was_committed(engine: Engine, engines: Engines) -> None:
    for _ in range(2):  # the second time the connection comes from the pool
        with engine.begin() as connection:
            found = connection.exec_driver_sql("SHOW transaction_isolation").scalar_one()
        assert found == ("read committed" if _is_writing(engine, engines) else "repeatable read")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_file_of_a_sqlite_database_is_its_owners_only(databases: Databases) -> None:
    url = databases.empty()
    path = Path(url.removeprefix("sqlite:///"))
    before = os.umask(0)
    try:
        fill(url)
        with desk_on(url) as desk:
            desk.register(NEW_INCIDENT)
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob(f"{path.name}*")}
    finally:
        os.umask(before)
    assert modes == {path.name: 0o600, f"{path.name}-wal": 0o600, f"{path.name}-shm": 0o600}
    databases.drop(url)


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("postgresql://user@host/unyo", "postgresql+psycopg"),
        ("postgresql+psycopg2://user@host/unyo", "postgresql+psycopg"),
        ("sqlite:///unyo.db", "sqlite"),
        ("sqlite+aiosqlite:///unyo.db", "sqlite"),
    ],
)
def test_each_database_has_one_driver_whatever_the_url_names(text: str, driver: str) -> None:
    assert parse_url(text).drivername == driver


# One read is one snapshot.


def _committed(desk: DeskUnderTest, action: str, body: dict[str, Any]) -> Callable[[], None]:
    """A change that is stored when this returns."""
    call = write_call(action, body)
    return lambda: _assert_done(desk.desk.writer.submit(call))


def _assert_done(future: Future[Outcome]) -> None:
    assert isinstance(outcome_of(future), Done)


def test_a_ticket_is_never_read_with_the_memos_of_another_version(desk: DeskUnderTest) -> None:
    memos = [
        {"CorrespondProcessSeq": "1", "CorrespondProcessOperationClass": "2"},
        {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "新しい版のメモ"},
    ]
    before = desk.detail()
    change = _committed(desk, "UpdateTicket", {**desk.echo(), "Title": "新しい版", "CorrespondProcessList": memos})
    with after_a_statement(desk.desk.engines.reading, "FROM tickets", change):
        assert desk.detail() == before
    after = desk.detail()
    assert after["Title"] == "新しい版"
    assert [memo["CorrespondProcessSeq"] for memo in after["CorrespondProcessList"]] == ["2", "3"]


def test_a_page_and_its_count_are_of_one_moment(desk: DeskUnderTest) -> None:
    before = desk.call("GetTicketList", who(YAMADA)).body
    change = _committed(desk, "RegisterTicket", {**NEW_INCIDENT})
    with after_a_statement(desk.desk.engines.reading, "FROM tickets", change):
        meanwhile = desk.call("GetTicketList", who(YAMADA)).body
    assert (meanwhile["TotalCount"], meanwhile["TicketList"]) == (before["TotalCount"], before["TicketList"])
    assert desk.call("GetTicketList", who(YAMADA)).body["TotalCount"] == str(int(before["TotalCount"]) + 1)


# Moments.

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001 - hypothesis adds the zones


@settings(max_examples=40, deadline=None, derandomize=True)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=8))
def test_moments_come_back_equal_and_in_utc_and_are_ordered_in_time(
    shared_desk: DeskUnderTest, moments: list[datetime]
) -> None:
    blank = {"service_code": "", "access_key": "", "action": "", "body_digest": b"", "request_id": "", "ticket_id": ""}
    rows = [{**blank, "call_id": str(number), "at": moment} for number, moment in enumerate(moments)]
    with shared_desk.desk.engines.writing.connect() as connection:
        connection.execute(sa.insert(calls), rows)
        found = connection.execute(sa.select(calls.c.at).order_by(calls.c.at)).scalars().all()
        compared = connection.execute(sa.select(sa.func.count()).where(calls.c.at <= moments[0])).scalar_one()
        connection.rollback()
    assert found == sorted(moments)
    assert {moment.utcoffset() for moment in found} == {timedelta(0)}
    assert compared == sum(moment <= moments[0] for moment in moments)


def test_a_moment_without_zone_is_not_stored(engines: Engines) -> None:
    with pytest.raises(StatementError, match="without time zone"), engines.writing.connect() as connection:
        connection.execute(sa.select(calls).where(calls.c.at == datetime(2026, 4, 1)))  # noqa: DTZ001 - that is the test


def test_a_change_is_dated_to_the_microsecond_in_utc_whatever_the_clocks_zone(filled_url: str) -> None:
    moment = (START + timedelta(microseconds=123456)).astimezone(JAPAN)
    with desk_on(filled_url, clock=Clock(moment)) as desk:
        ticket_id = desk.register(NEW_INCIDENT)
        engine = desk.desk.engines.reading
        (entry,) = SqlReader(engine, DirectoryCache(engine), NOBODY).history(
            SERVICE, int(ticket_id.removeprefix("UTM")), None, 2
        )
        assert (entry.at, entry.at.utcoffset()) == (moment, timedelta(0))
        assert desk.history(ticket_id)[0]["Date"] == "20260401090000"
    written = [str(row) for row in contents(filled_url)["history"] if entry.request_id in str(row)]
    assert "2026-04-01 00:00:00.123456+00:00" in written[0] or "2026, 4, 1, 0, 0, 0, 123456" in written[0]


def test_the_service_code_comes_first_in_every_key_of_the_ticket_tables(engines: Engines) -> None:
    inspector = sa.inspect(engines.reading)
    for table in ("tickets", "memos", "history", "calls"):
        keys: list[Sequence[str | None]] = [inspector.get_pk_constraint(table)["constrained_columns"]]
        keys += [key["constrained_columns"] for key in inspector.get_foreign_keys(table)]
        keys += [key["column_names"] for key in inspector.get_unique_constraints(table)]
        # Answers kept under a call id are purged by their age alone.
        keys += [key["column_names"] for key in inspector.get_indexes(table) if key["name"] != "ix_calls_at"]
        assert {key[0] for key in keys} == {"service_code"}
