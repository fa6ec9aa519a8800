"""Whatever can be stored in a ticket is the same after an export and an import."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from support.databases import KINDS, Databases
from support.generated import Draw
from support.moved import MOVED, rows_through, without_tickets
from unyo.cast import OTHER_SERVICE, SERVICE
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.moving.exporting import header, lines
from unyo.storage.moving.importing import read_header, take_in
from unyo.storage.rows import COMPACT, LOCK_KEYS, search_text_of
from unyo.storage.tables import calls, history, memos, tickets
from unyo.storage.types import UtcDateTime
from unyo.tickets.text import searchable

MODEST = settings(max_examples=50, deadline=None, derandomize=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added
Row = dict[str, Any]


def _value(column: sa.Column[Any]) -> st.SearchStrategy[Any]:
    """What a column can hold."""
    match column.type:
        case UtcDateTime():
            return st.none() | MOMENTS if column.nullable else MOMENTS
        case sa.BigInteger():
            return st.integers(0, 2**63 - 1)
        case sa.Integer():
            return st.integers(0, 2**31 - 1)
        case sa.LargeBinary():
            return st.binary(max_size=32)
        case _:
            return TEXTS


def _row(draw: Draw, table: sa.Table, **known: Any) -> Row:
    return {**{c.name: draw(_value(c)) for c in table.columns if c.name not in known}, **known}


@st.composite
def installations(draw: Draw) -> dict[str, list[Row]]:
    """Rows of a few tickets with what belongs to them."""
    found: dict[str, list[Row]] = {table.name: [] for table in MOVED}
    keys = st.tuples(st.sampled_from([SERVICE, OTHER_SERVICE]), st.integers(1, 2**62))
    few = st.sets(st.integers(1, 9), max_size=3)
    for code, number in draw(st.sets(keys, max_size=3)):
        kind = draw(st.sampled_from("12"))
        ticket = _row(draw, tickets, service_code=code, number=number, kind=kind, state_inserted=draw(MOMENTS))
        ticket |= {
            "last_update": max(ticket[key] for key in LOCK_KEYS if ticket[key]),
            "search_text": search_text_of(ticket),
        }
        found["tickets"].append(ticket)
        key = {"service_code": code, "ticket_number": number}
        for place in draw(few):
            text = draw(TEXTS)
            found["memos"].append(_row(draw, memos, **key, number=place, text=text, search_text=searchable(text)))
        for place in draw(few):
            changes = COMPACT.encode(draw(st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=2)))
            known = {"version": place, "request_id": f"{number} {place}", "door": "API", "changes": changes}
            found["history"].append(_row(draw, history, **key, **known))
    for call_id in draw(st.sets(TEXTS, max_size=2)):
        found["calls"].append(_row(draw, calls, service_code=SERVICE, call_id=call_id))
    return found


@pytest.fixture(scope="module")
def both(all_databases: dict[str, Databases]) -> Iterator[dict[str, Engines]]:
    """An installation without tickets on each kind of database."""
    urls = {kind: without_tickets(all_databases[kind].empty()) for kind in KINDS}
    opened = {kind: open_engines(parse_url(url)) for kind, url in urls.items()}
    yield opened
    for kind, url in urls.items():
        opened[kind].dispose()
        all_databases[kind].drop(url)


@pytest.mark.parametrize(("source", "target"), [KINDS, KINDS[::-1]])
@given(rows=installations())
@MODEST
def test_what_is_moved_stays_the_same(
    both: dict[str, Engines], source: str, target: str, rows: dict[str, list[Row]]
) -> None:
    # Both transactions are rolled back at their end, so that the next example finds no tickets.
    with both[source].writing.connect() as there, both[target].writing.connect() as here:
        for table in MOVED:
            if rows[table.name]:
                there.execute(sa.insert(table), rows[table.name])
        file = lines(there, header(there))
        list(take_in(here, read_header(file), file))
        assert rows_through(here) == rows_through(there)
        assert {name: len(held) for name, held in rows_through(here).items()} == {n: len(r) for n, r in rows.items()}
