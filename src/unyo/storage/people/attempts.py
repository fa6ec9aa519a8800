"""Attempts to sign in, counted before it is known whether they succeed, so that none at the same moment slips by."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from unyo.storage.tables import attempts

from .keeping import Keeping, put_new, sweep

_NONE = timedelta(0)


class SqlAttempts:
    """The port Attempts."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def attempt(
        self, subjects: Sequence[str], now: datetime, wait_after: Callable[[int], timedelta], forget: timedelta
    ) -> timedelta:
        """Count an attempt, unless one of the subjects has to wait."""
        of_these = attempts.c.subject.in_(subjects)
        with self._keeping.writing("counting an attempt to sign in") as connection:
            sweep(connection, attempts, attempts.c.last_at <= now - forget)
            # In one order, so that two never wait for each other.
            put_new(
                connection, attempts, [{"subject": each, "failures": 0, "last_at": now} for each in sorted(subjects)]
            )
            rows = connection.execute(
                sa.select(attempts).where(of_these).order_by(attempts.c.subject).with_for_update()
            ).all()
            wait = max(_still(wait_after(row.failures), now - row.last_at) for row in rows)
            if wait:
                connection.execute(sa.delete(attempts).where(of_these, attempts.c.failures == 0))
            else:
                counted = sa.update(attempts).where(of_these)
                connection.execute(counted.values(failures=attempts.c.failures + 1, last_at=now))
        return wait

    def succeeded(self, subjects: Sequence[str]) -> None:
        """Forget the subjects' failures."""
        with self._keeping.writing("forgetting failures to sign in") as connection:
            connection.execute(sa.delete(attempts).where(attempts.c.subject.in_(subjects)))


def _still(wait: timedelta, passed: timedelta) -> timedelta:
    """What is left of a wait; a clock that went back makes none longer."""
    return max(wait - max(passed, _NONE), _NONE)
