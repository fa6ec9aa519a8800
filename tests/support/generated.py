"""Values of tickets, tickets and memo operations, as hypothesis draws them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

from hypothesis import strategies as st

from unyo.cast import SERVICE, YAMADA
from unyo.tickets.directory import Member, Option, Service
from unyo.tickets.field_tables import TICKET_FIELDS, UNSET
from unyo.tickets.fields import Text
from unyo.tickets.model import SECTIONS, Memo, Ticket, TicketKind
from unyo.uom.answers import ticket_detail

from .contract_tables import GROUPS, STATES, TICKET_TABLES, WAYS, Row
from .desks import NEW_INCIDENT, NEW_REQUEST
from .model import APPROVAL_STATES, OFFERED, PARENTS, PEOPLE, Known, Rules
from .model import SECTIONS as NAMES
from .watching import flat

Draw = Callable[[st.SearchStrategy[Any]], Any]

ROWS = {kind: [row for row in TICKET_TABLES["UpdateTicket", kind] if row.section] for kind in "12"}
NEW = {"1": NEW_INCIDENT, "2": NEW_REQUEST}
REGISTERED = datetime(2026, 3, 31, 15, 0, 0, tzinfo=UTC)
DATES = ("20260401000000", "20260401000001", "20991231235959")
# In no list, and no account: what was taken off since, or never was.
RETIRED, GONE = "廃止済み", "SA9999999"
OPERATIONS = ("CorrespondProcessOperationClass", "CorrespondProcessSeq", "CorrespondProcess")
NEVER_EMPTY = {"Title", "StateCode", "SubStateCode"}


def service(rules: Rules) -> Service:
    """The rules as the product knows them."""
    keys = {p.wire: p.key for p in TICKET_FIELDS}
    members = {
        name: Member(name, actor.role, actor.may_approve, frozenset(actor.groups))
        for name, actor in rules.people.items()
    }
    options = (Option(TicketKind(kind), keys[name], value, parent) for kind, name, value, parent in rules.offered)
    return Service(SERVICE, members, tuple(options), {name: actor.name for name, actor in rules.people.items()})


EVERYTHING_OFFERED = service(Rules())
_UPDATE_DATES = st.sampled_from(
    list(product([None, *(REGISTERED + timedelta(seconds=s) for s in (0, 1, 3600))], repeat=4))
)
_MEMOS = st.sampled_from([(1, 2, 3), (), (1, 2), (2, 4), (3,)])
# Of memo 1 and of another one: the same text, another text, none.
_EDITS = [("1", "メモ1"), ("1", "メモ2"), ("1", "書き直し"), ("2", "")]


def values_of(kind: str, row: Row, *, known_only: bool = True) -> list[str]:
    """A few values of a row, the empty one among them."""
    match row.kind:
        case "account":
            found = ["", *PEOPLE, GONE]
        case "list":
            found = ["", *sorted({value for of, name, value, _ in OFFERED if (of, name) == (kind, row.name)}), RETIRED]
        case "date":
            found = ["", *DATES]
        case "enum":
            found = ["", *{"StateCode": STATES[kind], "SupportedGroup": GROUPS}.get(row.name, WAYS)]
        case _:
            found = ["", "通知", 'It\'s "¥100"\n二行目']
    return [value for value in found if not known_only or value not in {RETIRED, GONE}]


@cache
def some_values(kind: str, *, known_only: bool = True, may_be_empty: bool = True) -> st.SearchStrategy[dict[str, str]]:
    """Values for some of the rows."""
    pairs = [
        (row.name, value)
        for row in ROWS[kind]
        for value in values_of(kind, row, known_only=known_only)
        if value or (may_be_empty and row.mark != "R" and row.name not in NEVER_EMPTY)
    ]
    return st.lists(st.sampled_from(pairs), max_size=8).map(dict)


@cache
def some_optional_rows(kind: str) -> st.SearchStrategy[set[str]]:
    return st.lists(st.sampled_from([row.name for row in ROWS[kind] if row.mark != "R"]), max_size=6).map(set)


@st.composite
def tickets(draw: Draw, *, known_only: bool = True) -> Ticket:
    """A ticket as calls can have left it."""
    kind = draw(st.sampled_from("12"))
    values = {
        **{name: NEW[kind].get(name, "") for name in NAMES[kind]},
        **draw(some_values(kind, known_only=known_only)),
    }
    values["StateCode"] = draw(st.sampled_from((*STATES[kind], *APPROVAL_STATES)))
    if values["StateCode"] in APPROVAL_STATES:
        values["FinishApprovalUserId"] = draw(st.sampled_from(list(PEOPLE) if known_only else [*PEOPLE, GONE]))
    else:
        values["FinishApprovalUserId"] = ""
        values["SupportedGroup"] = values["SupportedGroup"] or "お客様"
    fit_children(kind, values, values)
    numbers = draw(_MEMOS)
    lock: dict[str, datetime | None] = {}
    for section, moved in zip(SECTIONS[TicketKind(kind)], draw(_UPDATE_DATES), strict=False):
        lock |= {section.inserted: REGISTERED, section.updated: moved}
    read = {p.key: p.kind.parse(values[p.wire]) for p in TICKET_FIELDS if isinstance(p.kind, Text) and p.wire in values}
    memos = {number: Memo(number, f"メモ{number}", YAMADA.master_id, REGISTERED) for number in numbers}
    version, last = 5, max(numbers, default=4)
    return Ticket(SERVICE, 7, TicketKind(kind), version, last, {**UNSET, **read}, lock, memos)


@cache
def memo_operations(numbers: frozenset[int]) -> st.SearchStrategy[list[dict[str, str]]]:
    """Operations that need nothing but the call to be right; they name each of the numbers once at most."""
    named = [(how, str(number), text) for number in numbers for how, text in _EDITS]
    operations = st.sampled_from([*named, *[("0", "", text) for text in ("追記", "メモ1")]])
    listed = st.lists(operations, max_size=4).map(
        lambda found: list({each[1] or place: each for place, each in enumerate(found)}.values())
    )
    return listed.map(lambda found: [dict(zip(OPERATIONS, operation, strict=True)) for operation in found])


def known_of(ticket: Ticket) -> Known:
    """A ticket as GetTicketDetail shows it."""
    return Known(flat(ticket_detail(ticket, EVERYTHING_OFFERED)), ticket.last_memo)


def fit_children(kind: str, values: Mapping[str, Any], changed: dict[str, Any]) -> None:
    """Empty each child that does not fit its parent."""
    for child, parent in PARENTS.items():
        if child in NAMES[kind] and (kind, child, values[child], values[parent]) not in OFFERED:
            changed[child] = ""
