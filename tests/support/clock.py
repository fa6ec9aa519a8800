"""A clock that stands where a test puts it."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 4, 1, 0, 0, 0, tzinfo=UTC)  # 2026-04-01 09:00:00 in Japan


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)
