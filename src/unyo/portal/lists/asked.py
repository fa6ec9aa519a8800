"""What a list's address asks for: read leniently, and written in one form, so that lists can be shared and compared."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import ImmutableMultiDict, QueryParams

from unyo.tickets.build import DEFAULT_LIMIT
from unyo.tickets.commands import ListTickets
from unyo.tickets.field_tables import OPEN_STATES, SORTS
from unyo.tickets.text import is_storable, searchable

LIST: Final = "/tickets"
FILTERS: Final = (
    "state",
    "kind",
    "priority",
    "assignee",
    "supported_group",
    "management_group",
    "category",
    "approver",
)
PEOPLE: Final = frozenset({"assignee", "approver"})
"""The filters by people."""
OPEN: Final = "open"
"""Any state but closed."""
ME: Final = "me"
"""Whoever looks, so that an address serves everybody."""
NOBODY: Final = "none"
COLUMNS: Final = (
    "state",
    "substate",
    "priority",
    "assignee",
    "supported_group",
    "management_group",
    "category",
    "limit_date",
    "registration",
    "last_update",
    "kind",
)
"""The columns to choose from, in their order; a ticket's ID and title are always there."""
USUAL: Final = ("state", "priority", "assignee", "limit_date", "last_update", "kind")
_LAST_CHANGED: Final = "-last_update"
# What is sorted from the highest to the lowest at first.
_NEWEST_FIRST: Final = frozenset({"ticket_id", "registration", "last_update"})
# As long as the fields themselves, and more values than anybody chooses.
_LONGEST: Final = 256
_MOST: Final = 100
_LONGEST_CURSOR: Final = 1024
# No call's head holds more, so no address does; a form could, and reading it would hold up everybody.
_LONGEST_QUERY: Final = 65_536
_DIGITS: Final = re.compile("[0-9]{1,10}")
_YEARS: Final = range(1970, 9999)


@dataclass(frozen=True, slots=True)
class PlaceInList:
    """Where in a list a page is: its number as its reader counts, and the sealed cursor that it lies beyond.

    ``at`` is the second as of which the list was overdue.
    """

    page: int = 1
    cursor: str = ""
    backwards: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as its address asks for it; ``sort`` has a minus sign before it where it falls."""

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str = ""
    since: date | None = None
    until: date | None = None
    is_overdue: bool = False
    sort: str = _LAST_CHANGED
    columns: tuple[str, ...] = USUAL
    place: PlaceInList = PlaceInList()

    @property
    def sorted_by(self) -> str:
        """What it is sorted by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether from the highest to the lowest."""
        return self.sort.startswith("-")

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than all tickets."""
        return bool(self.filters or self.words or self.since or self.until or self.is_overdue)

    @property
    def whole(self) -> "Asked":
        """The same list from its beginning."""
        return replace(self, place=PlaceInList())

    def query(self) -> str:
        """The address's query; ``""`` for all tickets as they are usually shown."""
        return urlencode(list(self._pairs()))

    @property
    def address(self) -> str:
        """The address."""
        query = self.query()
        return f"{LIST}?{query}" if query else LIST

    def without(self, name: str, value: str = "") -> "Asked":
        """The list from its beginning, with one thing less asked for."""
        match name:
            case "words":
                return replace(self.whole, words="")
            case "from":
                return replace(self.whole, since=None)
            case "to":
                return replace(self.whole, until=None)
            case "overdue":
                return replace(self.whole, is_overdue=False)
        left = tuple(each for each in self.filters[name] if each != value)
        rest = {key: values for key, values in self.filters.items() if key != name}
        return replace(self.whole, filters={**rest, name: left} if left else rest)

    def all(self) -> "Asked":
        """All tickets, in the same order and columns."""
        return Asked(sort=self.sort, columns=self.columns)

    def sorted_anew(self, by: str) -> "Asked":
        """The same list by another column; by the same one, the other way round."""
        falls = not self.descending if by == self.sorted_by else by in _NEWEST_FIRST
        return replace(self.whole, sort=f"-{by}" if falls else by)

    def command(self, service_code: str, master_id: str, zone: ZoneInfo, now: datetime) -> ListTickets:
        """The reading that it comes to for somebody there, days being those of the time zone."""
        as_of = self.place.at or int(now.timestamp())
        return ListTickets(
            service_code=service_code,
            master_id=master_id,
            filters={key: tuple(_meant(key, self.filters[key], master_id)) for key in FILTERS if key in self.filters},
            words=tuple(dict.fromkeys(searchable(self.words).split())),
            date_from=_midnight(self.since, zone) if self.since else None,
            date_to=_midnight(self.until + timedelta(1), zone) - timedelta(microseconds=1) if self.until else None,
            sort=self.sorted_by,
            descending=self.descending,
            limit=DEFAULT_LIMIT,
            cursor=self.place.cursor,
            overdue_at=datetime.fromtimestamp(as_of, UTC) if self.is_overdue else None,
            backwards=self.place.backwards,
        )

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for name in FILTERS:
            yield from ((name, value) for value in self.filters.get(name, ()))
        given = {
            "words": self.words,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "overdue": "1" if self.is_overdue else "",
            "sort": "" if self.sort == _LAST_CHANGED else self.sort,
        }
        yield from ((name, value) for name, value in given.items() if value)
        if self.columns != USUAL:
            yield from (("column", name) for name in self.columns)
        if self.place.cursor:
            yield "page", str(self.place.page)
            yield ("before" if self.place.backwards else "after"), self.place.cursor
            if self.is_overdue:
                yield "at", str(self.place.at)


def read(query: ImmutableMultiDict[str, str]) -> Asked:
    """What an address asks for; what makes no sense in it is left out, except for values that no ticket has."""
    columns = frozenset(query.getlist("column"))
    filters = {name: tuple(_values(query.getlist(name))) for name in FILTERS}
    sort = query.get("sort", "")
    asked = Asked(
        filters={name: values for name, values in filters.items() if values},
        words=_text(" ".join(query.get("words", "").split())),
        since=_day(query.get("from", "")),
        until=_day(query.get("to", "")),
        is_overdue=query.get("overdue") == "1",
        sort=sort if sort.removeprefix("-") in SORTS else _LAST_CHANGED,
        columns=tuple(name for name in COLUMNS if name in columns) or USUAL,
    )
    return replace(asked, place=_place(query, is_dated=asked.is_overdue))


def read_query(text: str) -> Asked:
    """The same of an address's query; all tickets where it is longer than one can be."""
    return read(QueryParams(text if len(text) <= _LONGEST_QUERY else ""))


def _place(query: ImmutableMultiDict[str, str], *, is_dated: bool) -> PlaceInList:
    before, after = query.get("before", ""), query.get("after", "")
    cursor = before or after
    if not cursor or len(cursor) > _LONGEST_CURSOR or not is_storable(cursor):
        return PlaceInList()
    at = _number(query.get("at", "")) if is_dated else 0
    return PlaceInList(max(_number(query.get("page", "")), 1), cursor, bool(before), at)


def _values(given: Iterable[str]) -> list[str]:
    return sorted({text for text in given if _text(text)})[:_MOST]


def _text(given: str) -> str:
    return given if len(given) <= _LONGEST and is_storable(given) else ""


def _number(given: str) -> int:
    return int(given) if _DIGITS.fullmatch(given) else 0


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _meant(name: str, values: Iterable[str], master_id: str) -> Iterator[str]:
    """The values that tickets hold for those of an address."""
    for value in values:
        if name == "state" and value == OPEN:
            yield from OPEN_STATES
        elif name in PEOPLE and value in {ME, NOBODY}:
            yield master_id if value == ME else ""
        else:
            yield value
