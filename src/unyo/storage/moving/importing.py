"""Takes in the JSON lines that an export wrote, in one transaction of the caller's: all of them, or a refusal."""

import json
from collections.abc import Container, Iterable, Iterator
from itertools import islice
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unyo.storage.administration import NotPossible
from unyo.storage.engine import APPLICATION, Engines
from unyo.storage.errors import storage_errors
from unyo.storage.migrations import newest
from unyo.storage.numbers import last_drawn, set_counter
from unyo.storage.tables import calls, history, memos, services, tickets
from unyo.storage.writing.statements import INSERT_CALL, INSERT_HISTORY, INSERT_MEMO, INSERT_TICKET
from unyo.tickets.model import format_ticket_id

from .exporting import FORMAT, FORMAT_VERSION, PAGE
from .json_rows import CALLS, Json, Row, load_change, load_memo, load_ticket

_WRITING: Final = {"tickets": INSERT_TICKET, "memos": INSERT_MEMO, "history": INSERT_HISTORY, "calls": INSERT_CALL}
_TOO_HIGH: Final = 2**63
# A ticket's line holds the ticket, its memos and its history.
_PARTS: Final = 3
_Rows = dict[str, list[Row]]


def read_header(lines: Iterator[bytes]) -> Json:
    """The header of a file, which is its first line.

    Raises:
        NotPossible: this is no export that this release can take in.
    """
    found = _parse(next(lines, b""))
    if found is None or found.get("format") != FORMAT:
        raise NotPossible("this is no file that `unyo export` wrote: its first line is not the header of one")
    if (found.get("format_version"), found.get("schema")) != (FORMAT_VERSION, newest()):
        raise NotPossible(
            f"the file was written by unyo {found.get('unyo')}, whose tables are others: import it with that release, "
            "then run this one's `unyo migrate`"
        )
    match found:
        case {"service_codes": list(codes), "last_number": int(last), "counts": {"tickets": int(), "calls": int()}}:
            if 0 <= last < _TOO_HIGH and all(isinstance(code, str) for code in codes):
                return found
    raise NotPossible("the file's header is broken: export anew")


def check_alone(engines: Engines) -> None:
    """Check that nobody else of unyo is connected: a server may hold ticket numbers that the import is about to use.

    On SQLite the import is the only writer, and a server takes each number anew.

    Raises:
        NotPossible: somebody is.
        StorageFailed: the database did not answer.
    """
    if engines.is_sqlite:
        return
    with (
        storage_errors("importing"),
        engines.reading.begin() as reading,  # the one that its pool holds already
        engines.writing.begin() as writing,
    ):
        own = [
            connection.execute(sa.select(sa.func.pg_backend_pid())).scalar_one() for connection in (reading, writing)
        ]
        activity = sa.table("pg_stat_activity", *map(sa.column, ("pid", "datname", "application_name")))
        others = sa.select(sa.func.count()).where(
            activity.c.datname == sa.func.current_database(),
            activity.c.application_name == APPLICATION,
            activity.c.pid.not_in(own),
        )
        if reading.execute(others).scalar_one():
            raise NotPossible(
                "somebody else of unyo is connected to this database: stop its servers (and other commands), then "
                "import again"
            )


def take_in(connection: Connection, header: Json, lines: Iterator[bytes]) -> Iterator[int]:
    """Write what the lines after the header hold, and say after each batch how many lines it had.

    Raises:
        NotPossible: there are tickets already, a service code is missing, or the file is broken or cut off.
    """
    _check_target(connection, header["service_codes"])
    highest = max(header["last_number"], last_drawn(connection))
    reading = _read(lines, header)
    while batch := list(islice(reading, PAGE)):
        for name, statement in _WRITING.items():
            statement.run(connection, [row for found in batch for row in found.get(name, ())])
        highest = max([highest, *(row["number"] for found in batch for row in found.get("tickets", ()))])
        yield len(batch)
    if highest:
        set_counter(connection, highest)


def _check_target(connection: Connection, codes: Iterable[str]) -> None:
    """An installation without tickets, in which nobody else writes from now on, and with the file's services."""
    if connection.dialect.name == "postgresql":  # on SQLite we are the only writer anyway
        for table in (tickets, memos, history, calls):
            connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")
    key = (tickets.c.service_code, tickets.c.number)
    there = connection.execute(sa.select(*key).order_by(*key).limit(1)).one_or_none()
    if there:
        raise NotPossible(
            f"there are tickets already, {format_ticket_id(there.number)} of {there.service_code} is the first: "
            "`unyo import` fills an installation without tickets only"
        )
    missing = set(codes) - set(connection.execute(sa.select(services.c.service_code)).scalars())
    if missing:
        raise NotPossible(
            f"tickets of the file belong to {', '.join(sorted(missing))}, which this installation does not have: "
            "`unyo service add` makes a service code"
        )


def _read(lines: Iterator[bytes], header: Json) -> Iterator[_Rows]:
    """The rows of each line, up to the last one, which holds what the lines before it hold in numbers."""
    told = dict.fromkeys(_WRITING, 0)
    for place, line in enumerate(lines, 2):
        found = _parse(line)
        if found is None and not line.endswith(b"\n"):
            break
        if found and found.keys() == {"end"}:
            if not found["end"] == header["counts"] == told or next(lines, None) is not None:
                raise NotPossible(f"the file is broken: line {place} ends it with other counts than its lines have")
            return
        try:
            rows = _rows_of(found or {}, header["service_codes"])
        except ValueError as error:
            raise NotPossible(f"line {place} of the file is broken: {error}") from None
        for name, held in rows.items():
            told[name] += len(held)
        yield rows
    raise NotPossible(
        f"the file is cut off after {told['tickets']} tickets: its last line, with the counts, is missing"
    )


def _parse(line: bytes) -> Json | None:
    """The object that a line is; None when it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _rows_of(found: Json, codes: Container[str]) -> _Rows:
    """The rows of a line that holds a ticket or a kept call."""
    match found:
        case {"ticket": about, "memos": list(noted), "history": list(changed)} if len(found) == _PARTS:
            ticket = load_ticket(about)
            rows = {
                "tickets": [ticket],
                "memos": [load_memo(each, ticket) for each in noted],
                "history": [load_change(each, ticket) for each in changed],
            }
        case {"call": about} if len(found) == 1:
            rows = {"calls": [CALLS.load(about)]}
        case _:
            raise ValueError("it is neither a ticket nor a kept call")
    if any(row["service_code"] not in codes for held in rows.values() for row in held):
        raise ValueError("its service code is not in the header")
    return rows
