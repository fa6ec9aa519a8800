"""Ticket numbers: one counter of the installation; gaps are allowed, repeats are not."""

from collections import deque

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .tables import ticket_counter, ticket_numbers


class TicketNumbers:
    """The numbers that one writer has at hand."""

    def __init__(self) -> None:
        self._drawn: deque[int] = deque()
        self._highest = 0

    def ensure(self, connection: Connection, wanted: int) -> None:
        """Have at least so many numbers at hand, for the calls of one transaction."""
        if connection.dialect.name != "postgresql":
            self._drawn.clear()  # the counter's row tells better what is free
        missing = wanted - len(self._drawn)
        if missing > 0:
            self._drawn.extend(_draw(connection, missing, self._highest))

    def take(self) -> int:
        """The next number."""
        self._highest = self._drawn.popleft()
        return self._highest


def _draw(connection: Connection, wanted: int, above: int) -> list[int]:
    if connection.dialect.name == "postgresql":
        # A sequence keeps what was drawn even if the transaction is rolled back.
        series = sa.func.generate_series(1, wanted).table_valued("n")
        drawn = connection.execute(sa.select(ticket_numbers.next_value()).select_from(series))
        return sorted(drawn.scalars())
    # A number given to a call whose transaction was rolled back stays that call's, so we go above it too.
    last = max(connection.execute(sa.select(ticket_counter.c.last)).scalar_one(), above)
    return list(range(last + 1, last + wanted + 1))


def settle(connection: Connection, highest: int) -> None:
    """Have the counter stand no lower than a number that is now stored (a sequence already does)."""
    if connection.dialect.name != "postgresql":
        connection.execute(sa.update(ticket_counter).where(ticket_counter.c.last < highest).values(last=highest))


def set_counter(connection: Connection, last: int) -> None:
    """Go on after that number; for tickets that come with numbers of their own."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.setval(ticket_numbers.name, last)))
    else:
        connection.execute(sa.update(ticket_counter).values(last=last))


def last_drawn(connection: Connection) -> int:
    """The last number that was given to anybody; 0 before the first."""
    if connection.dialect.name != "postgresql":
        return int(connection.execute(sa.select(ticket_counter.c.last)).scalar_one())
    sequence = sa.table(ticket_numbers.name, sa.column("last_value"), sa.column("is_called"))
    last, is_called = connection.execute(sa.select(sequence.c.last_value, sequence.c.is_called)).one()
    return int(last) if is_called else 0
