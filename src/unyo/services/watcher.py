"""The port to whoever watches a desk: figures, log lines, traces. What is watched does not know them."""

import logging
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, NamedTuple

from .ports import WriteCall

log = logging.getLogger(__name__)

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The RequestId of the call that is being served."""


class Called(NamedTuple):
    """An answered call, without anything secret or that a user wrote.

    ``path`` is percent-encoded. ``""`` are: ``action`` where the path names none, ``master_id`` (the access key's
    owner) until a signature has been verified, ``ticket_id`` where no ticket can have that name, ``error_type`` for a
    success. ``traceparent`` is the caller's header of that name.
    """

    request_id: str
    method: str
    path: str
    action: str
    master_id: str
    ticket_id: str
    status: int
    error_type: str
    seconds: float
    client: str
    traceparent: str


@dataclass(frozen=True, slots=True)
class Present:
    """What is so at this moment; ``free_bytes`` is of the disk that the database is on, None where it is elsewhere."""

    waiting_calls: int
    waiting_bytes: int
    calls_limit: int
    bytes_limit: int
    directory_version: int
    free_bytes: int | None


Look = Callable[[], Present]


class Watcher:
    """Is told what has happened, and looks away unless a subclass says otherwise.

    Each method is called on the hot path, from any thread: it must be quick. What it raises is logged.
    """

    def called(self, call: Called) -> None:
        """A call is about to be answered."""

    def refused_unread(self, error_type: str) -> None:
        """What came was refused before it was a call."""

    def committed(self, group: Sequence[WriteCall], seconds: float) -> None:
        """A group has been committed; ``seconds`` from its BEGIN until after its COMMIT."""

    def read(self, seconds: float) -> None:
        """A read has been carried out; its RequestId is the context's."""

    def end(self) -> None:
        """Nothing more will be told."""


NOBODY: Final = Watcher()


def together(watchers: Sequence[Watcher]) -> Watcher:
    """All of them as one; one that fails costs nobody an answer, and the others are told all the same."""
    return _Watchers(watchers) if watchers else NOBODY


class _Watchers(Watcher):
    """Some of them, each told in turn."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = tuple(watchers)

    def called(self, call: Called) -> None:
        """Tell each."""
        self._each(lambda watcher: watcher.called(call))

    def refused_unread(self, error_type: str) -> None:
        """Tell each."""
        self._each(lambda watcher: watcher.refused_unread(error_type))

    def committed(self, group: Sequence[WriteCall], seconds: float) -> None:
        """Tell each."""
        self._each(lambda watcher: watcher.committed(group, seconds))

    def read(self, seconds: float) -> None:
        """Tell each."""
        self._each(lambda watcher: watcher.read(seconds))

    def end(self) -> None:
        """Tell each."""
        self._each(lambda watcher: watcher.end())

    def _each(self, tell: Callable[[Watcher], None]) -> None:
        for watcher in self._watchers:
            try:
                tell(watcher)
            except Exception:
                log.exception("what watches failed")
