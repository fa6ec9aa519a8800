"""The rule by which two people's changes go together: nobody's is lost silently, whichever side one looks from."""

from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from unyo.tickets.history import Door, FieldChange, HistoryEntry
from unyo.tickets.merging import changes, clashes, is_memo, moved, only_mine, undone
from unyo.tickets.model import Value

NAMES = ("title", "state", "cause", "memos.1", "memos.2")
VALUES = st.sampled_from(("", "一", "二", "三"))
HELD = st.dictionaries(st.sampled_from(NAMES), VALUES)


def merged(base: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str]) -> dict[str, str]:
    """Theirs and mine, where nothing stands against it; what both changed is left as theirs."""
    return {**theirs, **only_mine(mine, moved(base, theirs, mine))}


@st.composite
def _sides(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """A ticket, and what two people made of it, who each change some fields of it."""
    base = draw(st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)))
    return base, {**base, **draw(HELD)}, {**base, **draw(HELD)}


@given(_sides())
def test_whatever_one_side_alone_changed_is_in_what_comes_out(
    sides: tuple[dict[str, str], dict[str, str], dict[str, str]],
) -> None:
    base, theirs, mine = sides
    out = merged(base, theirs, changes(base, mine))
    against = {each.field for each in clashes(moved(base, theirs, changes(base, mine)))}
    for name in NAMES:
        if name in against:
            assert base[name] not in {theirs[name], mine[name]}
            assert theirs[name] != mine[name]
        elif theirs[name] != base[name]:
            assert out[name] == theirs[name]
        else:
            assert out[name] == mine[name]


@given(_sides())
def test_the_other_side_is_asked_about_the_same_and_gets_the_same(
    sides: tuple[dict[str, str], dict[str, str], dict[str, str]],
) -> None:
    base, theirs, mine = sides
    here = clashes(moved(base, theirs, changes(base, mine)))
    there = clashes(moved(base, mine, changes(base, theirs)))
    assert {(each.field, each.theirs, each.mine) for each in here} == {
        (each.field, each.mine, each.theirs) for each in there
    }
    asked = {each.field for each in here}
    out, other = merged(base, theirs, changes(base, mine)), merged(base, mine, changes(base, theirs))
    assert {name: out[name] for name in NAMES if name not in asked} == {
        name: other[name] for name in NAMES if name not in asked
    }


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)), HELD)
def test_nothing_is_asked_where_both_did_the_same(base: dict[str, str], both: dict[str, str]) -> None:
    after = {**base, **both}
    assert clashes(moved(base, after, changes(base, after))) == ()
    assert merged(base, after, changes(base, after)) == after


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_a_memo_that_somebody_deleted_is_a_change_like_any(base: dict[str, str], theirs: dict[str, str]) -> None:
    found = {each.field: (each.base, each.theirs) for each in moved(base, theirs, {})}
    assert found == {name: (base.get(name), theirs.get(name)) for name in NAMES if base.get(name) != theirs.get(name)}


@given(
    st.fixed_dictionaries(dict.fromkeys(("title", "state"), VALUES)),
    st.lists(st.dictionaries(st.sampled_from((*NAMES[:2], "memos.1", "memos.2")), VALUES, max_size=3), max_size=6),
    st.data(),
)
def test_the_history_says_what_a_ticket_held_at_any_version(
    first: dict[str, str], turns: list[dict[str, str]], data: st.DataObject
) -> None:
    held: list[dict[str, Value]] = [dict(first)]
    entries: list[HistoryEntry] = []
    for version, turn in enumerate(turns, 2):
        now = {name: text for name, text in {**held[-1], **turn}.items() if text or not is_memo(name)}
        lines = tuple(
            FieldChange(name, held[-1].get(name, ""), now.get(name, ""))
            for name in NAMES
            if held[-1].get(name) != now.get(name)
        )
        held.append(now)
        entries.insert(0, HistoryEntry(version, datetime(2026, 4, 1, tzinfo=UTC), "SA1234567", "1", Door.API, lines))
    version = data.draw(st.integers(1, len(held)))
    newer = [entry for entry in entries if entry.version > version]
    assert undone(held[-1], newer) == held[version - 1]
