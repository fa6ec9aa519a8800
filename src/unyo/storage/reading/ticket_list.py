"""The list: filters, words, order and keyset pages (contract, section 6, GetTicketList)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.engine import Connection, Row

from unyo.services.ports import Page, Position
from unyo.storage.tables import memos, tickets
from unyo.tickets.commands import ListTickets
from unyo.tickets.directory import Member, Service
from unyo.tickets.field_tables import ALL_STATES, SORTED_BY_TEXT
from unyo.tickets.model import CLOSED, UNRESTRICTED, Section, TicketKind, TicketRow

COUNT_LIMIT = 10_000
_SORTED_CHARACTERS = 50
LISTED = (
    "title",
    "state",
    "substate",
    "priority",
    "supported_group",
    "assignee",
    "category",
    "management_group",
    "limit_date",
)
_REGISTERED = tickets.c[Section.STATE.inserted]


def read_page(
    connection: Connection, query: ListTickets, member: Member, service: Service, after: Position | None
) -> Page:
    """A page of the tickets that the member may see, and how many there are in all."""
    conditions = list(_conditions(connection, query, member))
    sort = _sort_value(connection, query, service)
    columns = [tickets.c[name] for name in LISTED]
    statement = sa.select(
        tickets.c.number,
        tickets.c.kind,
        _REGISTERED.label("registered"),
        tickets.c.last_update,
        *columns,
        sort.label("sort_value"),
    ).where(*conditions)
    if after is not None:
        statement = statement.where(_beyond(sort, query, after))
    rows = connection.execute(statement.order_by(*_order(sort, query)).limit(query.limit + 1)).all()
    # A page that holds all there is needs no second look through all tickets.
    is_whole = after is None and len(rows) <= query.limit
    total = len(rows) if is_whole else _count(connection, conditions)
    shown = rows[: query.limit]
    there, here = (_position(shown[-1]), _position(shown[0])) if shown else (None, None)
    far = there if len(rows) > query.limit else None
    # Where a page was reached from there is another one, and here is where that one begins.
    near = here if after is not None else None
    on, back = (near, far) if query.backwards else (far, near)
    listed = [_listed(row) for row in (reversed(shown) if query.backwards else shown)]
    return Page(listed, on, min(total, COUNT_LIMIT), total <= COUNT_LIMIT, back)


def _count(connection: Connection, conditions: list[ColumnElement[bool]]) -> int:
    """How many tickets there are, up to one more than is told."""
    counted = sa.select(sa.literal(1)).select_from(tickets).where(*conditions).limit(COUNT_LIMIT + 1).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(counted)).scalar_one())


def is_seen_by(member: Member) -> Iterator[ColumnElement[bool]]:
    """What is so of the tickets that a member may see, as `Member.may_see` has it."""
    if member.groups:
        yield tickets.c.management_group.in_(["", UNRESTRICTED, *sorted(member.groups)])


def _listed(row: Row[*tuple[Any, ...]]) -> TicketRow:
    return TicketRow(
        number=row.number,
        kind=TicketKind(row.kind),
        values={name: getattr(row, name) for name in LISTED},
        registered=row.registered,
        last_update=row.last_update,
    )


def _conditions(connection: Connection, query: ListTickets, member: Member) -> Iterator[ColumnElement[bool]]:
    yield tickets.c.service_code == query.service_code
    yield from is_seen_by(member)
    for name, accepted in query.filters.items():
        yield tickets.c[name].in_(accepted)
    if query.date_from is not None:
        yield query.date_from <= _REGISTERED
    if query.date_to is not None:
        yield query.date_to >= _REGISTERED
    if query.overdue_at is not None:
        yield tickets.c.limit_date < query.overdue_at
        yield tickets.c.state != CLOSED
    for word in query.words:
        yield has_word(connection, word)


def has_word(connection: Connection, word: str) -> ColumnElement[bool]:
    """Whether a normalised word occurs in a searched value or a memo. An index may come behind this."""
    find = sa.func.strpos if connection.dialect.name == "postgresql" else sa.func.instr
    in_memo = (
        sa.select(sa.literal(1))
        .where(
            memos.c.service_code == tickets.c.service_code,
            memos.c.ticket_number == tickets.c.number,
            find(memos.c.search_text, word) > 0,
        )
        .exists()
    )
    return (find(tickets.c.search_text, word) > 0) | in_memo


def _sort_value(connection: Connection, query: ListTickets, service: Service) -> ColumnElement[Any]:
    """What is sorted by, before the ticket number; None sorts last."""
    match query.sort:
        case "ticket_id":
            return tickets.c.number
        case "registration":
            return _REGISTERED
        case "last_update" | "limit_date":
            return tickets.c[query.sort]
        case "state":
            return sa.case({state: position for position, state in enumerate(ALL_STATES)}, value=tickets.c.state)
        case "priority":
            return _priority_position(service)
    # The beginning is enough to sort by, and fits into a cursor; both databases compare it by its code points.
    text = sa.func.nullif(sa.func.substr(tickets.c[query.sort], 1, _SORTED_CHARACTERS), "", type_=sa.Text)
    return text.collate("C") if connection.dialect.name == "postgresql" else text


def _priority_position(service: Service) -> ColumnElement[Any]:
    """The position of the priority in the option list of the ticket's own kind."""
    whens = [
        ((tickets.c.kind == kind.value) & (tickets.c.priority == value), position)
        for kind in TicketKind
        for value, position in service.order_of(kind, "priority").items()
    ]
    return sa.case(*whens, else_=sa.null()) if whens else sa.null()


def _order(sort: ColumnElement[Any], query: ListTickets) -> list[ColumnElement[Any]]:
    number = tickets.c.number
    by: list[ColumnElement[Any]] = [sort.desc(), number.desc()] if _falls(query) else [sort.asc(), number.asc()]
    empty = sort.is_(None)
    return [empty.desc() if query.backwards else empty, *by] if _may_be_empty(query) else by


def _beyond(sort: ColumnElement[Any], query: ListTickets, after: Position) -> ColumnElement[bool]:
    """The rows that come after a position in the order, or before it."""
    number = tickets.c.number
    further = number < after.number if _falls(query) else number > after.number
    if after.value is None:
        beyond = sort.is_(None) & further
        return beyond | sort.is_not(None) if query.backwards else beyond
    value = sa.literal(_sort_literal(query, after.value), sort.type)
    past = sort < value if _falls(query) else sort > value
    beyond = past | ((sort == value) & further)
    return beyond | sort.is_(None) if _may_be_empty(query) and not query.backwards else beyond


def _falls(query: ListTickets) -> bool:
    """Whether it is read from the highest to the lowest."""
    return query.descending is not query.backwards


def _may_be_empty(query: ListTickets) -> bool:
    return query.sort in {"limit_date", "priority", *SORTED_BY_TEXT}


def _position(row: Row[*tuple[Any, ...]]) -> Position:
    value = row.sort_value
    return Position(value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value, row.number)


def _sort_literal(query: ListTickets, value: str | int) -> datetime | str | int:
    return datetime.fromisoformat(value) if isinstance(value, str) and query.sort not in SORTED_BY_TEXT else value
