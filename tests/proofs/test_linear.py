"""The checker of histories: what it accepts, what it refuses, and that a search through all orders says the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from proof.linear import Call, Dates, NotLinearizable, Read, Version, Write, check

MODEST = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
SOME = settings(MODEST, max_examples=400)
Draw = Callable[[st.SearchStrategy[Any]], Any]
D0, D1, D2, D3 = (("20260401090000", f"2026040109000{second}") for second in range(4))
FIRST = Version(D0, "登録")


def _win(start: float, end: float, held: Dates, title: str) -> Write:
    return Write(start=start, end=end, held=held, title=title, won=True)


def _refusal(start: float, end: float, held: Dates) -> Write:
    return Write(start=start, end=end, held=held, title="負け", won=False)


def _read(start: float, end: float, dates: Dates, title: str) -> Read:
    return Read(start=start, end=end, seen=Version(dates, title))


# One after the other: A wins at 2, is seen, and B wins at 6 and is seen.
RUN = (_win(1, 2, D0, "A"), _read(3, 4, D1, "A"), _win(5, 6, D1, "B"), _read(7, 8, D2, "B"))
_WIN = _win(0, 9, D0, "A")
GOOD: dict[str, Sequence[Call]] = {
    "nothing at all": (),
    "a read of what was there": (_read(1, 2, D0, "登録"),),
    "calls one after the other": RUN,
    "a win that nobody saw": (*RUN, _win(9, 10, D2, "C"), _refusal(9, 11, D2)),
    "a refusal beside the win": (*RUN, _refusal(1, 2, D0)),
    "a refusal that begins before the dates it holds, and ends while they hold": (*RUN, _refusal(1, 3, D1)),
    "a refusal with dates that were none": (*RUN, _refusal(3, 4, D3)),
    "a read beside a win sees what was before it": (*RUN, _read(5, 6, D1, "A")),
    "a read beside a win sees what it made": (*RUN, _read(5, 6, D2, "B")),
    "of two reads beside a win the later one sees it": (_WIN, _read(1, 2, D0, "登録"), _read(3, 4, D1, "A")),
}
BAD: dict[str, Sequence[Call]] = {
    "two wins with the same dates": (*RUN, _win(1, 2, D0, "C")),
    "a win with dates that were none": (*RUN, _win(1, 2, D3, "C")),
    "a win with older dates": (_win(3, 4, ("20260401090000", ""), "A"),),
    "a win with dates that came to be after it ended": (_win(3, 4, D0, "A"), _win(1, 2, D1, "B")),
    "a refusal while its dates hold": (*RUN, _refusal(3, 4, D1)),
    "a refusal of the only writer": (_refusal(1, 2, D0),),
    "a refusal for good with the newest dates": (*RUN, _refusal(9, 10, D2)),
    "a read of what has been replaced": (*RUN, _read(7, 8, D1, "A")),
    "a read of what comes later": (*RUN, _read(3, 4, D2, "B")),
    "a read of a title with other dates": (*RUN, _read(3, 4, D1, "B")),
    "a read of dates that were none": (*RUN, _read(3, 4, D3, "A")),
    "a read of a title that nobody set": (_read(1, 2, D0, "A"),),
    "of two reads beside a win the earlier one sees it": (_WIN, _read(1, 2, D1, "A"), _read(3, 4, D0, "登録")),
    "a refusal for dates that a later read still sees": (_WIN, _refusal(1, 2, D0), _read(3, 4, D0, "登録")),
}


@pytest.mark.parametrize("calls", GOOD.values(), ids=GOOD)
def test_a_history_that_an_order_explains_is_accepted(calls: Sequence[Call]) -> None:
    check(FIRST, calls)


@pytest.mark.parametrize("calls", BAD.values(), ids=BAD)
def test_a_history_that_no_order_explains_is_refused(calls: Sequence[Call]) -> None:
    with pytest.raises(NotLinearizable):
        check(FIRST, calls)


_SLACK = st.integers(0, 4)


@st.composite
def runs(draw: Draw, most: int = 25) -> list[Call]:
    """A run that was carried out one call after the other, as a clock tells it that is not quick enough to see that.

    Its last call is a read.
    """
    known = [FIRST]
    calls: list[Call] = []
    kinds = draw(st.lists(st.sampled_from(("win", "refusal", "read")), max_size=most))
    for moment, kind in enumerate([*kinds, "read"]):
        when: dict[str, float] = {"start": moment, "end": moment}
        if kind == "win":
            later = str(int(known[-1].dates[1]) + draw(st.integers(1, 2)))
            calls.append(Write(**when, held=known[-1].dates, title=f"題{moment}", won=True))
            known.append(Version((D0[0], later), f"題{moment}"))
        elif kind == "read":
            calls.append(Read(**when, seen=known[-1]))
        else:
            held = draw(st.sampled_from([D3, *(version.dates for version in known)]))
            if held != known[-1].dates:
                calls.append(Write(**when, held=held, title=f"題{moment}", won=False))
    calls = [replace(call, start=call.start - draw(_SLACK), end=call.end + draw(_SLACK)) for call in calls]
    return list(draw(st.permutations(calls)))


@given(runs())
@MODEST
def test_a_run_one_after_the_other_is_accepted_however_its_calls_are_stretched(calls: list[Call]) -> None:
    check(FIRST, calls)


def _mutants(calls: Sequence[Call]) -> Iterator[list[Call]]:
    """The run, in each of the ways in which one call alone breaks it."""
    wins = sorted((call for call in calls if isinstance(call, Write) and call.won), key=lambda win: win.held)
    newest = max(call.seen.dates for call in calls if isinstance(call, Read))
    end = max(call.end for call in calls) + 1
    for call in calls:
        others = [each for each in calls if each is not call]
        if isinstance(call, Read):
            yield [*others, replace(call, seen=replace(call.seen, title="誰も書かない"))]
            for win in wins:
                if win.held == call.seen.dates:  # it still sees what this win replaced
                    yield [*others, replace(call, start=win.end + 1, end=end)]
                if win.title == call.seen.title:  # it sees what this win has yet to make; or nobody made it
                    yield [*others, replace(call, start=win.start - 2, end=win.start - 1)]
                    yield [each for each in calls if each is not win]
            if call.seen.dates == newest:
                yield [*calls, _refusal(end, end, call.seen.dates)]
        elif isinstance(call, Write) and not call.won and call.held in {win.held for win in wins}:
            yield [*others, replace(call, won=True)]


@given(runs())
@MODEST
def test_a_run_with_one_call_altered_so_that_it_breaks_the_rules_is_refused(calls: list[Call]) -> None:
    for mutant in _mutants(calls):
        with pytest.raises(NotLinearizable):
            check(FIRST, mutant)


# All that a short run may come to.
_EVERY_DATES = tuple((D0[0], str(int(D0[1]) + seconds)) for seconds in range(13))
_UNSEEN = ("9",)  # later than any dates that a call holds or sees
_MOMENTS = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted)
_DATES, _TITLES = st.sampled_from((D0, D1, D2)), st.sampled_from(("登録", "A", "B"))


@st.composite
def histories(draw: Draw) -> list[Call]:
    """A few calls of any kind."""
    calls: list[Call] = []
    for start, end in draw(st.lists(_MOMENTS, max_size=6)):
        dates, title = draw(_DATES), draw(_TITLES)
        if draw(st.booleans()):
            calls.append(Write(start=start, end=end, held=dates, title=title, won=draw(st.booleans())))
        else:
            calls.append(_read(start, end, dates, title))
    return calls


@st.composite
def bent_runs(draw: Draw) -> list[Call]:
    """A short run of which one call was at another time, or one write came to something else."""
    first, *others = draw(runs(5))
    if isinstance(first, Write) and draw(st.booleans()):
        return [replace(first, won=not first.won), *others]
    start, end = draw(_MOMENTS)
    return [replace(first, start=start, end=end), *others]


def _is_explained(version: Version, calls: Sequence[Call]) -> bool:
    """Whether some order of the calls explains them, by trying all."""
    first_end = min((call.end for call in calls), default=0.0)
    return not calls or any(
        _is_explained(after, [each for each in calls if each is not call])
        for call in calls
        if call.start <= first_end  # otherwise another was over before it began
        for after in _versions_after(version, call)
    )


def _versions_after(version: Version, call: Call) -> list[Version]:
    """What the register may hold after a call came to what it did; nothing where it could not come to that."""
    if isinstance(call, Read):
        return [version] if call.seen == version else []
    assert isinstance(call, Write)
    if call.won != (call.held == version.dates):
        return []
    later = [dates for dates in (*_EVERY_DATES, _UNSEEN) if dates > version.dates]
    return [Version(dates, call.title) for dates in later] if call.won else [version]


@given(histories() | bent_runs())
@SOME
def test_the_checker_says_what_a_search_through_all_orders_says(calls: list[Call]) -> None:
    explained = _is_explained(FIRST, calls)
    event("explained" if explained else "not explained")
    with nullcontext() if explained else pytest.raises(NotLinearizable):
        check(FIRST, calls)
