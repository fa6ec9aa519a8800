"""What a list may be asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypedDict

from unyo.tickets.dates import format_date
from unyo.tickets.field_tables import GET_TICKET_LIST, SORT_OBJECTS
from unyo.tickets.model import TicketKind

PAGE_SIZE: Final = 200

Sort = Literal["ticket_id", "registration", "last_update", "limit_date", "priority"]
Several = str | Sequence[str]
"""One value or several: any of them."""

_SORTS: Final = {name: number for number, name in SORT_OBJECTS.items()}
_ROWS: Final = GET_TICKET_LIST.by_key


class Filters(TypedDict, total=False):
    """Which tickets, and in which order; all filters must hold. ``keyword`` holds words that must all occur."""

    kind: TicketKind
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
    """
    unknown = [name for name in filters if name not in Filters.__annotations__]
    if unknown:
        raise TypeError(f"a list has no filter {', '.join(unknown)}; there are {', '.join(Filters.__annotations__)}")
    body = {"Limit": str(page_size), **({"Cursor": cursor} if cursor else {})}
    for name, value in filters.items():
        if name == "sort":
            body[_ROWS["sort_object"].wire] = _SORTS[value]
        elif name == "descending":
            body[_ROWS["sort_order"].wire] = "2" if value else "1"
        else:
            body[_ROWS[name].wire] = _written(value)
    return body


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return format_date(value)
    return str(value) if isinstance(value, str) else ",".join(value)
