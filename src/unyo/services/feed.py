"""What changes on any node, told to whoever listens: who changed which ticket, who opened or closed one."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket that somebody changed or registered; with ``is_presence``, one that somebody opened or closed."""

    service_code: str
    number: int
    master_id: str
    is_presence: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """Something changed, and what is not known: look anew. ``service_code`` is ``""`` where it may be any."""

    service_code: str = ""


Told = Moved | Missed


class Feed(Protocol):
    """What changes, as it is committed; the database is listened to only while somebody listens here."""

    def listen(self, service_code: str) -> AbstractAsyncContextManager[AsyncIterator[Told]]:
        """What changes in a service from the moment on at which the context is entered, until the feed ends.

        So whoever enters first, and reads a ticket then, misses nothing. While the database is away nothing is told;
        when it is back, or a reader is too slow, `Missed` is. The context belongs to one event loop.
        """

    def end(self) -> None:
        """Let every listener come to its end."""
