"""What a desk shows of its tickets, before and after a call, so that a test can say that nothing else changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from unyo.cast import ITO, YAMADA, Actor

from .desks import INCIDENT, LOCK_DATES, DeskUnderTest, who

MEMOS = "CorrespondProcessList"
# Each sees every ticket of its service.
READERS = (YAMADA, ITO)
# What a history tells nothing of: it never changes, or it follows from other values.
UNTOLD = {*LOCK_DATES, "AssignUser", "TicketId", "TicketProcessType"}

Entries = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Seen:
    """Every ticket's entry in its list, and one ticket: its detail (each memo a member of its own), its history."""

    entries: Entries
    detail: Mapping[str, Any]
    history: list[dict[str, Any]]


class Watch:
    """Looks at a desk, and remembers what it saw until told that it may be stale."""

    def __init__(self, desk: DeskUnderTest) -> None:
        self._desk = desk
        self._entries: dict[Actor, Entries] = {}
        self._tickets: dict[str, tuple[Mapping[str, Any], list[dict[str, Any]]]] = {}

    def seen(self, ticket_id: str) -> Seen:
        """All lists and the ticket, or the page's own where there is no such ticket."""
        for reader in READERS:
            if reader not in self._entries:
                self._entries[reader] = _entries(self._desk, reader)
        entries = {name: entry for listed in self._entries.values() for name, entry in listed.items()}
        if ticket_id not in entries:
            return self.seen(INCIDENT)
        reader = next(each for each in READERS if ticket_id in self._entries[each])
        if ticket_id not in self._tickets:
            self._tickets[ticket_id] = (
                flat(self._desk.detail(ticket_id, reader)),
                self._desk.history(ticket_id, reader),
            )
        return Seen(entries, *self._tickets[ticket_id])

    def forget(self) -> None:
        """What was seen may not hold any more."""
        self._entries.clear()
        self._tickets.clear()


def flat(detail: Mapping[str, Any]) -> dict[str, Any]:
    """GetTicketDetail's answer with each memo as ``CorrespondProcessList.<number>``: text, author and dates."""
    memos = {f"{MEMOS}.{memo['CorrespondProcessSeq']}": [*memo.values()][1:] for memo in detail[MEMOS]}
    return {**{wire: value for wire, value in detail.items() if wire != MEMOS}, **memos}


def lines_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    """The history lines that lead from one flat detail to the other, sorted."""
    names = {*before, *after} - UNTOLD
    lines = ([name, _text(before.get(name)), _text(after.get(name))] for name in names)
    return sorted(line for line in lines if line[1] != line[2])


def assert_agrees(entry: Mapping[str, str], detail: Mapping[str, Any]) -> None:
    """A list's entry says of a ticket what its detail says."""
    assert dict(entry) == listed_as(detail, entry)


def listed_as(detail: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """A list's entry of a ticket, of those names."""
    latest = max(detail.get(wire, "") for wire in LOCK_DATES)
    return {**{wire: detail.get(wire) for wire in names}, "LastUpdateDate": latest}


def _text(value: Any) -> str:
    """A value, or a memo's text; nothing is ``""``."""
    return str(value[0] if isinstance(value, list) else value or "")


def _entries(desk: DeskUnderTest, reader: Actor) -> Entries:
    answer = desk.call("GetTicketList", {**who(reader), "Limit": "200"}, actor=reader)
    assert answer.error is None, answer.envelope
    found = {entry["TicketId"]: entry for entry in answer.body["TicketList"]}
    assert answer.body["TotalCount"] == str(len(found))
    return found
