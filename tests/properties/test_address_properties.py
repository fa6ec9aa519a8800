"""The address of a list: written in one form, and read leniently."""

from datetime import date
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.portal.lists.asked import COLUMNS, FILTERS, ME, NOBODY, OPEN, USUAL, Asked, PlaceInList, read_query
from unyo.tickets.field_tables import SORTS

settings.register_profile("addresses", max_examples=300, deadline=None, derandomize=True)
MANY = settings.get_profile("addresses")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
VALUES = st.lists(TEXT | st.sampled_from((OPEN, ME, NOBODY, "対応中", "1")), min_size=1, max_size=4)
NAMES = (*FILTERS, "words", "from", "to", "overdue", "sort", "column", "page", "before", "after", "at", "next")


def places(*, is_dated: bool) -> st.SearchStrategy[PlaceInList]:
    numbers = st.integers(1, 10**10 - 1)
    there = st.builds(PlaceInList, numbers, TEXT, st.booleans(), numbers if is_dated else st.just(0))
    return st.just(PlaceInList()) | there


@st.composite
def lists(draw: st.DrawFn) -> Asked:
    """What an address may ask for, in the form that reading brings it to."""
    filters = draw(st.dictionaries(st.sampled_from(FILTERS), VALUES.map(lambda found: tuple(sorted(set(found))))))
    days = st.none() | st.dates(date(1970, 1, 1), date(9998, 12, 31))
    columns = draw(st.sets(st.sampled_from(COLUMNS), min_size=1))
    is_overdue = draw(st.booleans())
    return Asked(
        filters=filters,
        words=" ".join(draw(TEXT).split()),
        since=draw(days),
        until=draw(days),
        is_overdue=is_overdue,
        sort=draw(st.sampled_from(["", "-"])) + draw(st.sampled_from(SORTS)),
        columns=draw(st.sampled_from((USUAL, tuple(name for name in COLUMNS if name in columns)))),
        place=draw(places(is_dated=is_overdue)),
    )


@given(asked=lists())
@MANY
def test_an_address_asks_for_what_it_was_written_for(asked: Asked) -> None:
    assert read_query(asked.query()) == asked


@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=8) | st.sampled_from(("1", "me", "state")))))
@MANY
def test_any_address_comes_to_one_that_stays_as_it_is(pairs: list[tuple[str, str]]) -> None:
    asked = read_query(urlencode(pairs, errors="replace"))
    assert read_query(asked.query()) == asked


@given(asked=lists())
@MANY
def test_taking_away_all_that_is_asked_for_one_by_one_leaves_all_tickets(asked: Asked) -> None:
    left = asked
    for name in FILTERS:
        for value in asked.filters.get(name, ()):
            assert left.narrows
            left = left.without(name, value)
    for name in ("words", "from", "to", "overdue"):
        left = left.without(name)
    assert not left.narrows
    assert left == asked.all()
