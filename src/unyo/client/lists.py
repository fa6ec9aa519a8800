"""What a list may be asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypedDict

from unyo.tickets.dates import format_date
from unyo.tickets.field_tables import GET_TICKET_LIST, SORT_OBJECTS, TICKET_KIND
from unyo.tickets.model import TicketKind

from .tickets import aware

PAGE_SIZE: Final = 200

Sort = Literal["ticket_id", "registration", "last_update", "limit_date", "priority"]
Several = str | Sequence[str]
"""One value or several: any of them."""

_SORTS: Final = {name: number for number, name in SORT_OBJECTS.items()}
_KINDS: Final[Mapping[str, TicketKind]] = {
    **{each.value: each for each in TicketKind},
    **{each.name.lower(): each for each in TicketKind},
}
_ROWS: Final = GET_TICKET_LIST.by_key


Kind = TicketKind | Literal["incident", "request"]


class Filters(TypedDict, total=False):
    """Which tickets, and in which order; all filters must hold. ``keyword`` holds words that must all occur."""

    kind: Kind
    state: Several
    priority: Several
    supported_group: Several
    assignee: Several
    management_group: Several
    category: Several
    date_from: datetime
    date_to: datetime
    keyword: str
    sort: Sort
    descending: bool


def list_body(filters: Mapping[str, Any], cursor: str, page_size: int) -> dict[str, str]:
    """The body of GetTicketList for a page.

    Raises:
        TypeError: there is no such filter.
        ValueError: no such sort or kind, or a date without a zone.
    """
    unknown = [name for name in filters if name not in Filters.__annotations__]
    if unknown:
        raise TypeError(f"a list has no filter {', '.join(unknown)}; there are {', '.join(Filters.__annotations__)}")
    body = {"Limit": str(page_size), **({"Cursor": cursor} if cursor else {})}
    for name, value in filters.items():
        if name == "sort":
            if value not in _SORTS:
                raise ValueError(f"sort is one of {', '.join(_SORTS)}")
            body[_ROWS["sort_object"].wire] = _SORTS[value]
        elif name == "descending":
            body[_ROWS["sort_order"].wire] = "2" if value else "1"
        elif name == "kind":
            body[TICKET_KIND.wire] = kind_of(value).value
        elif isinstance(value, datetime):
            body[_ROWS[name].wire] = format_date(aware(name, value))
        else:
            body[_ROWS[name].wire] = str(value) if isinstance(value, str) else ",".join(value)
    return body


def kind_of(kind: Kind) -> TicketKind:
    """A kind of tickets by its name.

    Raises:
        ValueError: there is no such kind.
    """
    found = _KINDS.get(kind)
    if found is None:
        raise ValueError(f"a kind of tickets is one of {', '.join(each.name.lower() for each in TicketKind)}")
    return found
