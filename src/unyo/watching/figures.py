"""A process's figures: counted as things happen, looked at when asked; prometheus-client keeps them.

Where PROMETHEUS_MULTIPROC_DIR names a folder before this is imported, they are kept in files there, one set a process,
and whoever reads the folder (``exposition.py``) sees the sum.
"""

import threading
from collections.abc import Sequence
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from unyo.services.ports import WriteCall
from unyo.services.watcher import Called, Look, Watcher

from . import measures
from .measures import Kind, Measure

# Another process sees this one's queue as it was so many seconds ago at the most.
_LOOK_EVERY: Final = 1.0

# A line more for each series, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves it untyped


class Figures(Watcher):
    """Counts what it is told of."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        calls, seconds, unread, group, commit, read = (_made(each, self.registry) for each in measures.COUNTED)
        # Finding a child by its labels takes longer than counting with it.
        self._calls = _Children(calls)
        self._call_seconds = _Children(seconds)
        self._refused_unread = _Children(unread)
        self._commit_calls = group
        self._commit_seconds = commit
        self._read_seconds = read
        self._look: Look | None = None
        self._present: dict[Measure, Any] = {}
        self._ended = threading.Event()

    def called(self, call: Called) -> None:
        """Count the call, and its time."""
        action = call.action or "unknown"
        self._calls[action, call.error_type or "OK"].inc()
        self._call_seconds[action,].observe(call.seconds)

    def refused_unread(self, error_type: str) -> None:
        """Count it."""
        self._refused_unread[error_type,].inc()

    def committed(self, group: Sequence[WriteCall], seconds: float) -> None:
        """Count the group's calls and its time."""
        self._commit_calls.observe(len(group))
        self._commit_seconds.observe(seconds)

    def read(self, seconds: float) -> None:
        """Count its time."""
        self._read_seconds.observe(seconds)

    def look_at(self, look: Look, *, by_itself: bool) -> None:
        """Begin to look at what is so at a moment; ``by_itself`` every second, for another process that asks."""
        self._look = look
        self.look()
        if by_itself:
            threading.Thread(target=self._keep_looking, name="unyo-figures", daemon=True).start()

    def look(self) -> None:
        """See what is so now."""
        if self._look is None:
            return
        now = self._look()
        values = (
            now.waiting_calls,
            now.waiting_bytes,
            now.calls_limit,
            now.bytes_limit,
            now.directory_version,
            now.free_bytes,
        )
        for measure, value in zip(measures.LOOKED_AT, values, strict=True):
            if value is not None:
                if measure not in self._present:
                    self._present[measure] = _made(measure, self.registry)
                self._present[measure].set(value)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def _keep_looking(self) -> None:
        while not self._ended.wait(_LOOK_EVERY):
            self.look()


class _Children(dict[tuple[str, ...], Any]):
    """The children of a metric by their labels' values, each made when it is first asked for."""

    def __init__(self, metric: Any) -> None:
        super().__init__()
        self._metric = metric

    def __missing__(self, values: tuple[str, ...]) -> Any:
        self[values] = self._metric.labels(*values)
        return self[values]


def _made(measure: Measure, registry: CollectorRegistry) -> Any:
    name, meaning, labels = measure.name, measure.meaning, measure.labels
    if measure.kind is Kind.COUNTER:
        return Counter(name, meaning, labels, registry=registry)
    if measure.kind is Kind.HISTOGRAM:
        return Histogram(name, meaning, labels, registry=registry, buckets=measure.buckets)
    return Gauge(name, meaning, labels, registry=registry, multiprocess_mode=measure.sum.value)
