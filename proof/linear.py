"""Whether a history of calls on one ticket is linearizable: a checker that is exact, and small enough to be read.

The ticket is taken as a register of dates and a title. A write holds dates: where they are the register's own it wins,
and sets its title and some later dates; otherwise it is refused and changes nothing. A read sees dates and title.
A history is linearizable if each call can be given a point of time between its start and its end so that the calls,
done one at a time in the order of these points, come to what they did come to.

As dates only ever get later, each version is the register's once, from the win that made it to the win that held it;
so the wins can have happened in no other order than that of the dates they held. What remains is to find their points:

- the wins come in that order;
- a read of a version comes after the win that made it and before the win that held it;
- a refusal comes before the win that made the version whose dates it held, or after the win that held it.

Each of these says that some win is not later than some moment, or not earlier than one, or not earlier than one if
another win is later than one. So wins are moved from their starts to later moments only where they must be. If one then
has gone past its latest moment there are no such points; if none has, these points fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

Dates = tuple[str, ...]


class NotLinearizable(Exception):
    """There is no order that explains the history; the text says which calls contradict each other."""


@dataclass(frozen=True, slots=True)
class Version:
    """What the register holds: its dates, which order all versions, and its title."""

    dates: Dates
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call, and when it was under way."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Call):
    """A call that saw a version."""

    seen: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Call):
    """A call that held dates and would set a title; it won or was refused."""

    held: Dates
    title: str
    won: bool


_Bound = tuple[float, Call | None]
"""A moment, and the call that it comes from."""


def check(first: Version, calls: Sequence[Call]) -> None:
    """See that the calls on a register which held ``first`` are linearizable.

    Raises:
        NotLinearizable: they are not.
    """
    wins = sorted((call for call in calls if isinstance(call, Write) and call.won), key=lambda win: win.held)
    reads = [call for call in calls if isinstance(call, Read)]
    versions = _versions(first, wins, reads)
    number = {version.dates: place for place, version in enumerate(versions)}
    # Version k is the register's from point k to point k + 1: the first one since ever, the last one for good.
    earliest: list[_Bound] = [(-inf, None), *((win.start, win) for win in wins), (inf, None)]
    latest: list[_Bound] = [(-inf, None), *((win.end, win) for win in wins), (inf, None)]
    for read in reads:
        place = number.get(read.seen.dates)
        if place is None or versions[place] != read.seen:
            raise NotLinearizable(f"{read} saw what never was")
        latest[place] = _first(latest[place], (read.end, read))
        earliest[place + 1] = _last(earliest[place + 1], (read.start, read))
    refusals = [call for call in calls if isinstance(call, Write) and not call.won and call.held in number]
    _move(earliest, [(number[refusal.held], refusal) for refusal in refusals])
    for low, high in zip(earliest, latest, strict=True):
        if low[0] > high[0]:
            raise NotLinearizable(f"{_told(low)} contradicts {_told(high)}")


def _versions(first: Version, wins: Sequence[Write], reads: Sequence[Read]) -> list[Version]:
    """All versions in their order. The dates of the last one are known from reads only; () if nobody saw it."""
    if not wins:
        return [first]
    if wins[0].held != first.dates:
        raise NotLinearizable(f"{wins[0]} won with dates that were not the register's")
    for one, other in pairwise(wins):
        if one.held == other.held:
            raise NotLinearizable(f"{one} and {other} both won with the same dates")
    newest = max((read.seen.dates for read in reads), default=())
    dates = [*(win.held for win in wins), newest if newest > wins[-1].held else ()]
    return [Version(*each) for each in zip(dates, [first.title, *(win.title for win in wins)], strict=True)]


def _move(earliest: list[_Bound], refusals: Sequence[tuple[int, Write]]) -> None:
    """Move the wins to the earliest moments that their order and the refusals allow."""
    moved = True
    while moved:
        moved = False
        for place in range(1, len(earliest)):
            earliest[place] = _last(earliest[place], earliest[place - 1])
        for place, refusal in refusals:
            if earliest[place + 1][0] > refusal.end and earliest[place][0] < refusal.start:
                earliest[place] = refusal.start, refusal
                moved = True


def _first(one: _Bound, other: _Bound) -> _Bound:
    return one if one[0] <= other[0] else other


def _last(one: _Bound, other: _Bound) -> _Bound:
    return one if one[0] >= other[0] else other


def _told(bound: _Bound) -> str:
    return str(bound[1] or "what the register held at first")
