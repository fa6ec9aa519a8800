"""Several clients change one ticket, beside a plain model: merging loses nobody's change.

The model is two dictionaries and one rule: a change is refused only where somebody else changed the same thing, since
this client read it, to something else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.ticketing import INCIDENT
from unyo.client import AddMemo, Client, DeleteMemo, EditMemo, ExclusionFailure, Incident, MemoOperation
from unyo.testkit import SATO, TAKAHASHI, YAMADA, Uom

VALUES: dict[str, tuple[Any, ...]] = {
    "title": ("一", "二", "三"),
    "cause": ("", "一", "二"),
    "node_name": ("", "web01", "web02"),
    "priority": ("高", "中", "低"),
    "detected_at": (None, datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)),
}
FRESH: dict[str, Any] = {**INCIDENT, "title": "元", "limit_date": datetime(2026, 5, 1, tzinfo=UTC)}
ACTORS = (YAMADA, SATO, TAKAHASHI)
Mode = Literal["raise", "retry", "merge"]


@dataclass(frozen=True)
class Turn:
    """What one client does: it reads anew, or goes on from what it has; then it changes fields and memos."""

    who: int
    reads: bool
    mode: Mode
    fields: dict[str, Any]
    memos: dict[int, str | None]
    """A new text, or None to delete it, by the memo's place among those that this client knows."""
    adds: list[str]


@dataclass
class Held:
    """A ticket's values and memos, as they are or as somebody knows them."""

    fields: dict[str, Any]
    memos: dict[int, str] = field(default_factory=dict)

    def copy(self) -> "Held":
        return Held(dict(self.fields), dict(self.memos))


@st.composite
def _turns(draw: st.DrawFn) -> Turn:
    names = draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=3))
    return Turn(
        draw(st.integers(0, len(ACTORS) - 1)),
        draw(st.booleans()),
        draw(st.sampled_from(("merge", "merge", "retry", "raise"))),
        {name: draw(st.sampled_from(VALUES[name])) for name in sorted(names)},
        draw(st.dictionaries(st.integers(0, 2), st.sampled_from((None, "甲", "乙")), max_size=2)),
        draw(st.lists(st.sampled_from(("丙", "丁")), max_size=2)),
    )


@pytest.fixture(scope="module")
def people() -> Iterator[list[Client]]:
    """A client of each actor's, on one desk."""
    with Uom() as uom:
        yield [uom.client(actor) for actor in ACTORS]


class Played:
    """A ticket that the clients change, beside its model."""

    def __init__(self, people: list[Client]) -> None:
        self.people = people
        self.ticket_id = people[0].tickets.register("incident", **FRESH, memos=["一つ目", "二つ目"]).ticket_id
        self.now = Held({name: FRESH.get(name, VALUES[name][0]) for name in VALUES}, {1: "一つ目", 2: "二つ目"})
        self.last = 2
        self.tickets = [self._read(number) for number in range(len(people))]
        self.known = [self.now.copy() for _ in people]

    def _read(self, number: int) -> Incident:
        ticket = self.people[number].tickets.get(self.ticket_id)
        assert isinstance(ticket, Incident)
        return ticket

    def play(self, turn: Turn) -> None:
        if turn.reads:
            self.tickets[turn.who], self.known[turn.who] = self._read(turn.who), self.now.copy()
        known, ticket = self.known[turn.who], self.tickets[turn.who]
        fields = {name: value for name, value in turn.fields.items() if value != known.fields[name]}
        places = sorted(known.memos)
        memos = {places[place]: text for place, text in turn.memos.items() if place < len(places)}
        operations: list[MemoOperation] = [
            DeleteMemo(number) if text is None else EditMemo(number, text) for number, text in memos.items()
        ]
        operations += [AddMemo(text) for text in turn.adds]
        expected = self._against(known, fields, memos, turn.mode) if fields or operations else set()
        before = dict(ticket.__dict__)
        if expected:
            with pytest.raises(ExclusionFailure) as failed:
                self._update(turn, operations)
            assert {each.field for each in failed.value.changes} == expected
            assert all(each.by in {actor.master_id for actor in ACTORS} for each in failed.value.changes)
            assert ticket.__dict__ == before
            return
        self._update(turn, operations)
        if fields or operations:
            self._apply(fields, memos, turn.adds)
            self.known[turn.who] = self.now.copy()

    def _update(self, turn: Turn, memos: list[MemoOperation]) -> None:
        ticket = self.tickets[turn.who]
        self.people[turn.who].tickets.update(ticket, memos=memos, on_conflict=turn.mode, **turn.fields)

    def _against(self, known: Held, fields: dict[str, Any], memos: dict[int, str | None], mode: Mode) -> set[str]:
        """What stands against a turn, by name; nothing where it must succeed."""
        now = self.now
        changed = {name for name, value in now.fields.items() if value != known.fields[name]}
        moved = {n for n in {*now.memos, *known.memos} if now.memos.get(n) != known.memos.get(n)}
        both = {name for name in changed & set(fields) if fields[name] != now.fields[name]} | {
            f"memos.{n}" for n in moved & set(memos) if memos[n] != now.memos.get(n)
        }
        everything = changed | {f"memos.{n}" for n in moved}
        return both if mode == "merge" else everything if mode == "raise" or fields or both else set()

    def _apply(self, fields: dict[str, Any], memos: dict[int, str | None], adds: list[str]) -> None:
        self.now.fields |= fields
        for number, text in memos.items():
            if text is None:
                self.now.memos.pop(number, None)
            else:
                self.now.memos[number] = text
        for text in adds:
            self.last += 1
            self.now.memos[self.last] = text

    def compare(self) -> None:
        """What the server holds is what the model holds, and so does whoever has just written."""
        ticket = self._read(0)
        assert {name: getattr(ticket, name) for name in VALUES} == self.now.fields
        assert {memo.number: memo.text for memo in ticket.memos} == self.now.memos
        for held, known in zip(self.tickets, self.known, strict=True):
            assert {name: getattr(held, name) for name in VALUES} == known.fields
            assert {memo.number: memo.text for memo in held.memos} == known.memos


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(_turns(), min_size=2, max_size=7))
def test_nobodys_change_is_lost_and_only_what_both_changed_is_refused(people: list[Client], turns: list[Turn]) -> None:
    played = Played(people)
    for turn in turns:
        played.play(turn)
        played.compare()
