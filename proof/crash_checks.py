"""What must be so after a crash: as the front door tells it, and as it stands in the database."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from support.desks import LOCK_DATES, NO_PARAMETERS
from support.installations import MASTER_ID
from unyo.storage.engine import parse_url
from unyo.storage.tables import calls, history, memos, tickets
from unyo.tickets.field_tables import BY_KEY, SEARCHED, VALUE_FIELDS
from unyo.tickets.model import SECTIONS, TicketKind

from .crash_door import Door
from .crash_writers import MEMOS, Ticket, Writer
from .telling import Disproved

_SECOND = timedelta(seconds=1)
_NO_VALUES = {*NO_PARAMETERS, *LOCK_DATES, MEMOS, "TicketId", "TicketProcessType"}


def expect(holds: object, otherwise: str) -> None:
    """Raise Disproved unless it holds."""
    if not holds:
        raise Disproved(otherwise)


def resolve(door: Door, writer: Writer) -> bool:
    """Learn what became of the writer's unanswered call; whether it was stored. Search and history must agree."""
    assert writer.doubt
    ticket, change = writer.doubt
    found = door.with_word(change.mark)
    expect(len(found) <= 1, f"{change.mark} is found in {found}")
    ticket_id = ticket.ticket_id or "".join(found)
    told = [entry for entry in door.history(ticket_id) if change.mark in _afters(entry)] if ticket_id else []
    expect(
        found == [ticket_id] * len(told), f"half stored: {change.mark} is searched in {found}, told {len(told)} times"
    )
    if told:
        writer.stored(ticket, change, told[0]["RequestId"], ticket_id)
    return bool(told)


def settle(door: Door, writer: Writer, *, stored: bool) -> None:
    """Send an unanswered call again under its call id: it is answered if it was stored, carried out if not."""
    assert writer.doubt
    ticket, change = writer.doubt
    writer.doubt = None
    if not change.call_id:
        return
    if not stored:
        expect(not writer.send(door, ticket, change), f"{change.mark} was not stored, and yet replayed")
        return
    answer = door.call(change.action, change.body, change.call_id)
    expect("X-Unyo-Replayed" in answer.headers, f"{change.mark} was stored, and is not replayed")
    got = answer.body["RequestId"], answer.body.get("TicketId", ticket.ticket_id)
    expect(got == (change.request_id, ticket.ticket_id), f"{change.mark} is replayed as {got}")


def check_door(door: Door, ticket: Ticket) -> None:
    """History and detail tell each change that was carried out once, whole, in its order, and nothing else."""
    told = [
        (entry["RequestId"], entry["UserId"], entry["Door"], _lines(entry)) for entry in door.history(ticket.ticket_id)
    ]
    known = [(change.request_id, MASTER_ID, "API", sorted(change.lines)) for change in ticket.done]
    gone = [entry[0] for entry in known if entry[0] not in {each[0] for each in told}]
    expect(not gone, f"{ticket.ticket_id}: acknowledged and not in the history: {gone}")
    expect(told == known, f"{ticket.ticket_id}: the history tells {told}, and not {known}")
    detail = door.detail(ticket.ticket_id)
    values = {wire: value for wire, value in detail.items() if wire not in _NO_VALUES}
    expected = {wire: ticket.values.get(wire, "") for wire in values}
    expect(values == expected, f"{ticket.ticket_id}: its values are {values}, and not {expected}")
    noted = {int(memo["CorrespondProcessSeq"]): memo["CorrespondProcess"] for memo in detail[MEMOS]}
    expect(noted == ticket.memos, f"{ticket.ticket_id}: its memos are {noted}, and not {ticket.memos}")


def check_database(url: str, everything: Sequence[Ticket], some: Sequence[Ticket]) -> None:
    """No row too many; of ``some`` of the tickets: each row is what its history comes to."""
    engine = sa.create_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            numbers = [ticket.number for ticket in some]
            rows = {
                row.number: row for row in connection.execute(sa.select(tickets).where(tickets.c.number.in_(numbers)))
            }
            told = _by_ticket(connection, history, numbers, history.c.version)
            noted = _by_ticket(connection, memos, numbers, memos.c.number)
        for ticket in some:
            number = ticket.number
            expect(number in rows, f"{ticket.ticket_id} is not there")
            entries = told.get(number, [])
            expect(
                [entry.request_id for entry in entries] == [change.request_id for change in ticket.done],
                f"{ticket.ticket_id}: its history in the database is not what was acknowledged",
            )
            _check_replay(rows[number], entries, noted.get(number, []))
        with engine.connect() as connection:
            _check_calls(connection, some)
            _count(connection, everything)
            if connection.dialect.name == "sqlite":
                _check_file(connection)
    finally:
        engine.dispose()


def _check_file(connection: Connection) -> None:
    """The file itself: every page, and every index beside its table (PostgreSQL has no such look of its own)."""
    found = connection.exec_driver_sql("PRAGMA integrity_check(3)").scalars().all()
    expect(found == ["ok"], f"the file is damaged: {found}")


def _count(connection: Connection, everything: Sequence[Ticket]) -> None:
    known = {
        tickets: len(everything),
        history: sum(len(ticket.done) for ticket in everything),
        memos: sum(len(ticket.memos) for ticket in everything),
        calls: sum(bool(change.call_id) for ticket in everything for change in ticket.done),
    }
    for table, count in known.items():
        found = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        expect(found == count, f"{found} rows of {table.name}, and not {count}")


def _check_calls(connection: Connection, some: Iterable[Ticket]) -> None:
    """Each call id is kept with the answer of its call."""
    known = {
        change.call_id: (change.request_id, ticket.ticket_id)
        for ticket in some
        for change in ticket.done
        if change.call_id
    }
    rows = connection.execute(sa.select(calls).where(calls.c.call_id.in_([*known])))
    kept = {row.call_id: (row.request_id, row.ticket_id) for row in rows}
    expect(kept == known, f"the kept calls are not those that were carried out: {kept.items() ^ known.items()}")


def _by_ticket(
    connection: Connection, table: sa.Table, numbers: list[int], order: sa.Column[Any]
) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(sa.select(table).where(table.c.ticket_number.in_(numbers)).order_by(order)):
        found.setdefault(row.ticket_number, []).append(row)
    return found


def _check_replay(row: Row[Any], entries: list[Row[Any]], noted: list[Row[Any]]) -> None:
    """A ticket, replayed from its history: values, memos, searched text, version and lock dates."""
    stands: dict[str, str] = {}
    kind = TicketKind(row.kind)
    lock: dict[str, datetime | None] = {}
    for version, entry in enumerate(entries, 1):
        expect(entry.version == version, f"UTM{row.number}: version {version} is told as {entry.version}")
        moved = set()
        for name, before, after in json.loads(entry.changes):
            expect(stands.get(name, "") == before, f"UTM{row.number} version {version}: {name} was not {before!r}")
            stands[name] = after
            moved.add(BY_KEY[name.partition(".")[0]].section)
        when = entry.at.replace(microsecond=0)
        for section in SECTIONS[kind]:
            if version == 1:
                lock |= {section.inserted: when, section.updated: None}
            elif section in moved:
                previous, inserted = lock[section.updated], lock[section.inserted]
                assert inserted
                lock[section.updated] = max(when, previous + _SECOND if previous else inserted)
    memo_texts = {f"memos.{memo.number}": memo.text for memo in noted}
    replayed = {name: text for name, text in stands.items() if name.startswith("memos.")}
    searched = {stands[key] for key in SEARCHED if stands.get(key)}
    for what, found, expected in (
        ("version", row.version, len(entries)),
        (
            "values",
            {p.key: _told(getattr(row, p.key)) for p in VALUE_FIELDS},
            {p.key: stands.get(p.key, "") for p in VALUE_FIELDS},
        ),
        ("memos", memo_texts, {name: text for name, text in replayed.items() if text}),
        ("highest memo", row.last_memo, max(int(name.partition(".")[2]) for name in replayed)),
        ("searched memos", {f"memos.{memo.number}": memo.search_text for memo in noted}, memo_texts),
        ("searched text", {*row.search_text.split("\n")}, searched),
        ("lock dates", {key: getattr(row, key) for key in lock}, lock),
        ("last update", row.last_update, max(date for date in lock.values() if date)),
    ):
        expect(found == expected, f"UTM{row.number}: {what} {found}, and not {expected} as its history says")


def _told(value: str | datetime | None) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value or ""


def _lines(entry: dict[str, Any]) -> list[list[str]]:
    return sorted([line["Parameter"], line["Before"], line["After"]] for line in entry["ChangeList"])


def _afters(entry: dict[str, Any]) -> set[str]:
    return {line["After"] for line in entry["ChangeList"]}
