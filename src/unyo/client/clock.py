"""The server's clock, learnt from the ``Date`` of its answers: a signature expires by it, not by ours."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# A clock that never was set says 1970; whatever is further off is no date of a server.
_FURTHEST: Final = timedelta(days=36525)


def now() -> datetime:
    """Now, in UTC, by this machine."""
    return datetime.now(UTC)


class ServerClock:
    """Tells the server's time, as far as it is known."""

    def __init__(self, here: Callable[[], datetime] = now) -> None:
        self._here = here
        self.offset = timedelta()
        """How far the server's clock is ahead of this machine's; zero before its first answer."""

    def __call__(self) -> datetime:
        """Now, in UTC, by the server."""
        return self._here() + self.offset

    def learn(self, date: str | None) -> None:
        """Take the ``Date`` of an answer that just came; what is no date teaches nothing."""
        try:
            told = parsedate_to_datetime(date or "")
        except (OverflowError, ValueError):
            return
        # Without a zone it is in UTC all the same (RFC 9110).
        offset = (told if told.tzinfo else told.replace(tzinfo=UTC)) - self._here()
        if abs(offset) < _FURTHEST:
            self.offset = offset
