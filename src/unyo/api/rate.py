"""How many calls a minute an access key may make of this process, and what its answers say about it."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

_SECOND: Final = 1_000_000_000
_MINUTE: Final = 60 * _SECOND


class Standing(NamedTuple):
    """Where a key stands after a call."""

    retry_after: int
    """Whole seconds until a call is taken again; 0 where this one was."""
    headers: list[tuple[bytes, bytes]]
    """The same for the caller, as the fields of the IETF's draft "RateLimit header fields for HTTP"."""


class RateLimit:
    """A bucket for each key: it holds a minute's calls and fills evenly. A call that finds none left takes none.

    Kept is one number a key: when its bucket will be full (the "generic cell rate algorithm"). Times are counted in
    parts of a nanosecond, so many that a call is exactly a minute of them: nothing is ever rounded.
    """

    def __init__(self, calls_per_minute: int, nanoseconds: Callable[[], int] = time.monotonic_ns) -> None:
        self._parts = calls_per_minute
        self._now = nanoseconds
        self._bucket = calls_per_minute * _MINUTE
        self._policy = (b"ratelimit-policy", b'"key";q=%d;w=60' % calls_per_minute)
        # A key that was not seen for a minute has a full bucket, as one that was never seen: minute by minute the
        # older half is forgotten.
        self._newer: dict[str, int] = {}
        self._older: dict[str, int] = {}
        self._forgets = 0

    def __len__(self) -> int:
        """How many keys it remembers."""
        return len(self._newer.keys() | self._older.keys())

    def count(self, key: str) -> Standing:
        """Count a call of that key, if there is one left for it."""
        now = self._now() * self._parts
        if now >= self._forgets:
            self._older = self._newer if now < self._forgets + self._bucket else {}
            self._newer, self._forgets = {}, now + self._bucket
        full = self._newer.get(key) or self._older.get(key, 0)
        full = max(full, now) + _MINUTE
        left = now + self._bucket - full
        if left < 0:
            seconds = self._whole_seconds(-left)
            return Standing(seconds, [self._policy, (b"ratelimit", b'"key";r=0;t=%d' % seconds)])
        self._newer[key] = full
        if left >= _MINUTE:
            return Standing(0, [self._policy, (b"ratelimit", b'"key";r=%d' % (left // _MINUTE))])
        return Standing(0, [self._policy, (b"ratelimit", b'"key";r=0;t=%d' % self._whole_seconds(_MINUTE - left))])

    def _whole_seconds(self, time_in_parts: int) -> int:
        return -(-time_in_parts // (_SECOND * self._parts))
