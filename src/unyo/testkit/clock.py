"""The desk's clock, which stands where a test puts it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from unyo.bootstrap.clock import system_clock
from unyo.tickets.dates import JAPAN

START: Final = datetime(2026, 4, 1, tzinfo=UTC)
"""Where every clock stands at first: 2026-04-01 09:00 in Japan."""
FIRST: Final = datetime(1900, 1, 1, tzinfo=JAPAN).astimezone(UTC)
LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=JAPAN).astimezone(UTC)
_YEARS: Final = "a ticket's dates lie in the years 1900 to 9999, in Japan"


class DeskClock:
    """The clock that dates tickets. It stands still until it is set, advanced or run.

    Signatures are judged by the true time and not by this one, so that programs which sign by their own clock go on
    working wherever a test puts it; ``skew`` is how far the server is ahead of that true time.
    """

    def __init__(self, start: datetime = START, true_time: Callable[[], datetime] = system_clock) -> None:
        self.true_time = true_time
        self.skew = timedelta()
        # Where it stood, and since when it has run from there, if it runs; always exchanged whole, since the desk
        # reads it in threads of its own.
        self._hands: tuple[datetime, datetime | None]
        self.set(start)

    def __call__(self) -> datetime:
        """The time, in UTC."""
        stood_at, runs_since = self._hands
        return stood_at + (self.true_time() - runs_since) if runs_since else stood_at

    def __repr__(self) -> str:
        return f"<DeskClock {self():%Y-%m-%d %H:%M:%S} UTC, {'runs' if self.runs else 'stands'}>"

    @property
    def runs(self) -> bool:
        """Whether the clock runs."""
        return self._hands[1] is not None

    def set(self, moment: datetime) -> None:
        """Set the clock to a moment, at which it stands still.

        Raises:
            ValueError: it has no zone, or lies outside of the years that a ticket's dates can have.
        """
        if not isinstance(moment, datetime) or moment.utcoffset() is None:
            raise ValueError("a moment needs a zone: datetime(2026, 4, 1, 9, tzinfo=JAPAN)")
        self._hands = (_within_the_years(moment - FIRST), None)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move the clock forward, or back; a running clock keeps running.

        Raises:
            ValueError: that leads out of the years that a ticket's dates can have.
        """
        stood_at, runs_since = self._hands
        try:
            moved = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            since_the_first = stood_at - FIRST + moved
        except (OverflowError, ValueError):  # beyond what Python counts in, or no number at all
            raise ValueError(_YEARS) from None
        self._hands = (_within_the_years(since_the_first), runs_since)

    def run(self) -> None:
        """Let the clock run from where it stands."""
        stood_at, runs_since = self._hands
        self._hands = (stood_at, runs_since or self.true_time())

    def stand(self) -> None:
        """Stop the clock."""
        self.set(self())

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Hold a running clock still within a `with` block; if a test sets it meanwhile, it stays there."""
        if not self.runs:
            yield
            return
        moment, began = self(), self.true_time()
        self._hands = held = (moment, None)
        try:
            yield
        finally:
            if self._hands is held:
                self._hands = (moment, began)

    def state(self) -> tuple[datetime, bool, timedelta]:
        """All that `put` needs to restore the clock: the time, whether it runs, the skew."""
        return self(), self.runs, self.skew

    def put(self, moment: datetime, runs: bool, skew: timedelta) -> None:  # noqa: FBT001 - it is what state gives
        """Restore the clock to what `state` returned."""
        self.set(moment)
        self.skew = skew
        if runs:
            self.run()

    def of_the_server(self) -> datetime:
        """The time that signatures are checked against."""
        return self.true_time() + self.skew


def _within_the_years(since_the_first: timedelta) -> datetime:
    if not timedelta() <= since_the_first <= LAST - FIRST:
        raise ValueError(_YEARS)
    return FIRST + since_the_first
