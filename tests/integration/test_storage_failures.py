"""What storage keeps when it is closed, what it never holds in clear, and what it says when the database fails."""

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from support.databases import Databases
from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, DeskUnderTest, desk_on, who
from support.directories import admin
from support.faults import connected
from support.gate import outcome_of, write_call
from support.installations import contents
from unyo.cast import CAST, SECRET_KEY, SERVICE, YAMADA
from unyo.services.ports import StorageFailed
from unyo.services.watcher import NOBODY
from unyo.storage import administration
from unyo.storage.directory import DirectoryCache
from unyo.storage.keyring import Keyring
from unyo.storage.reading.readers import SqlReader
from unyo.storage.tables import metadata
from unyo.tickets.commands import ListTickets
from unyo.tickets.directory import Member, Role, Service

# What a user wrote, or is called; it must not get into a log by way of an error's text.
PRIVATE = "himitsu"
QUERY = ListTickets(
    PRIVATE,
    PRIVATE,
    {"priority": (PRIVATE,)},
    (PRIVATE,),
    None,
    None,
    "last_update",
    descending=True,
    limit=1,
    cursor="",
)
MEMBER = Member(PRIVATE, Role.READER, groups=frozenset({PRIVATE}))
READS: dict[str, Callable[[SqlReader], object]] = {
    "the directory": lambda reader: reader.directory(),
    "a ticket": lambda reader: reader.ticket(PRIVATE, 1),
    "a history": lambda reader: reader.history(PRIVATE, 1, None, 1),
    "a history further on": lambda reader: reader.history(PRIVATE, 1, 2, 1),
    "a list": lambda reader: reader.tickets(QUERY, MEMBER, Service(PRIVATE, {}, ()), None),
}


def _drop_tables(desk: DeskUnderTest, _databases: Databases) -> None:
    with connected(desk.url) as connection:
        cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
        for table in reversed(metadata.sorted_tables):
            connection.exec_driver_sql(f"DROP TABLE {table.name}{cascade}")


def _drop_database(desk: DeskUnderTest, databases: Databases) -> None:
    desk.desk.engines.dispose()
    databases.drop(desk.url)


@pytest.fixture(params=[_drop_tables, _drop_database], ids=["no tables", "no database"])
def broken_desk(request: pytest.FixtureRequest, desk: DeskUnderTest, databases: Databases) -> DeskUnderTest:
    """A desk whose database was taken away behind its back."""
    request.param(desk, databases)
    return desk


def _told(error: StorageFailed) -> str:
    """All that a log may say of an error."""
    return "".join(traceback.format_exception(error))


def test_a_read_that_the_database_fails_says_what_was_tried_and_nothing_of_what_users_wrote(
    broken_desk: DeskUnderTest,
) -> None:
    engine = broken_desk.desk.engines.reading
    reader = SqlReader(engine, DirectoryCache(engine), NOBODY)
    for what, read in READS.items():
        with pytest.raises(StorageFailed, match=f"^reading {what.partition(' further')[0]}: [A-Za-z]+: .+$") as failed:
            read(reader)
        assert len(str(failed.value).splitlines()) == 1
        assert failed.value.__cause__ is not None
        assert PRIVATE not in _told(failed.value)


def test_a_write_that_the_database_fails_says_which_call_and_nothing_of_what_users_wrote(
    desk: DeskUnderTest, databases: Databases
) -> None:
    bodies = {"RegisterTicket": {**NEW_INCIDENT, "Title": PRIVATE}, "UpdateTicket": {**desk.echo(), "Title": PRIVATE}}
    calls = [write_call(action, body) for action, body in bodies.items()]
    _drop_tables(desk, databases)
    for call in calls:
        failed = outcome_of(desk.desk.writer.submit(call))
        assert isinstance(failed, StorageFailed)
        assert str(failed).startswith(f"call {call.request_id}: ")
        assert PRIVATE not in _told(failed)


def test_what_was_answered_is_there_when_the_desk_is_opened_again(filled_url: str) -> None:
    with desk_on(filled_url) as desk:
        ticket_id = desk.register(NEW_INCIDENT)
        assert desk.update(REQUEST, Title="閉じる前の件名").error is None
        known = (INCIDENT, REQUEST, ticket_id)
        before = [(desk.detail(each), desk.history(each)) for each in known]
        listed = desk.call("GetTicketList", who(YAMADA)).body["TicketList"]
    with desk_on(filled_url) as desk:
        assert [(desk.detail(each), desk.history(each)) for each in known] == before
        assert desk.call("GetTicketList", who(YAMADA)).body["TicketList"] == listed
        assert int(desk.register(NEW_INCIDENT).removeprefix("UTM")) > int(ticket_id.removeprefix("UTM"))


def _stored(url: str) -> bytes:
    """All that a database holds: its rows, and a file's bytes with those of the files beside it."""
    rows = repr(contents(url)).encode()
    if not url.startswith("sqlite"):
        return rows
    path = Path(url.removeprefix("sqlite:///"))
    return rows + b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_no_secret_is_stored_in_clear_and_the_key_that_opens_them_not_at_all(desk: DeskUnderTest) -> None:
    key = administration.make_key()
    with desk.desk.engines.writing.begin() as connection:
        administration.add_key(admin(connection), Keyring(SECRET_KEY), YAMADA.master_id, key)
    stored = _stored(desk.url)
    keys = [key, *(actor.key for actor in CAST)]
    assert [each.access_key for each in keys if each.access_key.encode() not in stored] == []
    assert [each.access_key for each in keys if each.secret_key.encode() in stored] == []
    assert SECRET_KEY.encode() not in stored
    assert SERVICE.encode() in stored
