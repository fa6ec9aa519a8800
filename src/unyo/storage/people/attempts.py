"""Attempts to sign in, counted before it is known whether they succeed, so that none at the same moment slips by."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

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
        with self._keeping.reading("reading attempts to sign in") as connection:
            wait = _longest(connection.execute(sa.select(attempts).where(of_these)).all(), now, wait_after)
        if wait:  # whoever goes on all the same must not cost the tickets' writer anything
            return wait
        with self._keeping.writing("counting an attempt to sign in") as connection:
            sweep(connection, attempts, attempts.c.last_at <= now - forget)
            # In one order, so that two never wait for each other.
            put_new(
                connection, attempts, [{"subject": each, "failures": 0, "last_at": now} for each in sorted(subjects)]
            )
            rows = connection.execute(
                sa.select(attempts).where(of_these).order_by(attempts.c.subject).with_for_update()
            ).all()
            wait = _longest(rows, now, wait_after)
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


def _longest(rows: Sequence[sa.Row[Any]], now: datetime, wait_after: Callable[[int], timedelta]) -> timedelta:
    """What is left of the longest wait; a clock that went back makes none longer."""
    left: list[timedelta] = [wait_after(row.failures) - max(now - row.last_at, _NONE) for row in rows]
    return max([_NONE, *left])
