"""Where figures are read: one process's own, or the sum of several workers', and a separate address for them."""

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest, start_http_server
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from .figures import Figures
from .measures import BUILD, PROCESSES, Kind, Sum

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

About = Mapping[str, str]
"""What is running: the label values of the build's metric."""


class UnusableMetrics(Exception):
    """Metrics cannot be shown as the settings say; the message says what to do."""


class Exposition(Collector):
    """All figures of a server, as they are now."""

    def __init__(self, about: About, parts: Iterable[Collector], look: Callable[[], None] = lambda: None) -> None:
        self._build = GaugeMetricFamily(BUILD.name, BUILD.meaning, labels=BUILD.labels)
        self._build.add_metric([about[label] for label in BUILD.labels], 1)
        self._parts = tuple(parts)
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """Everything that `/metrics` shows."""
        self._look()
        yield self._build
        for part in self._parts:
            yield from part.collect()

    def text(self) -> bytes:
        """The same in Prometheus' text format."""
        return generate_latest(self)


def of_this_process(figures: Figures, about: About) -> Exposition:
    """The figures of one process."""
    return Exposition(about, [figures.registry, _Processes(lambda: ["self"])], figures.look)


def of_all_workers(folder: Path, about: About, figures: Figures | None = None) -> Exposition:
    """The sum of the figures that workers keep in a folder; ``figures`` are those of the worker that asks."""
    summed = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return Exposition(
        about, [summed, _Processes(lambda: _workers_in(folder))], figures.look if figures else lambda: None
    )


def shared_folder() -> Path | None:
    """The folder in which this worker keeps its figures, for all to be summed; None where it is the only one."""
    found = os.environ.get(FOLDER_VARIABLE)
    return Path(found) if found else None


@contextmanager
def folder_for_workers() -> Iterator[Path]:
    """A fresh, private folder for the figures of the workers that are started meanwhile; it is gone afterwards."""
    if FOLDER_VARIABLE in os.environ:
        raise UnusableMetrics(f"unyo makes the folder for its workers' metrics by itself: unset {FOLDER_VARIABLE}")
    folder = Path(tempfile.mkdtemp(prefix="unyo-metrics-"))
    os.environ[FOLDER_VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        del os.environ[FOLDER_VARIABLE]
        shutil.rmtree(folder, ignore_errors=True)


def forget_all_but(folder: Path, pids: Container[str]) -> None:
    """Other workers have ended: what they counted stays, what was so in them is so no more."""
    for pid in _workers_in(folder):
        if pid not in pids:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # likewise


def _workers_in(folder: Path) -> list[str]:
    """The processes that keep figures in the folder and have not been forgotten."""
    return sorted({found.stem.rpartition("_")[2] for found in folder.glob("gauge_live*_*.db")})


@contextmanager
def at_address(host: str, port: int, exposition: Exposition) -> Iterator[str]:
    """Serve the figures there meanwhile; gives the URL.

    Raises:
        UnusableMetrics: it cannot be listened on.
    """
    registry = CollectorRegistry()
    registry.register(exposition)
    shown = f"[{host}]" if ":" in host else host
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise UnusableMetrics(f"metrics cannot be served on {shown}:{port}: {error.strerror}") from None
    try:
        yield f"http://{shown}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Processes(Collector):
    """What the kernel knows of the serving processes, put together."""

    def __init__(self, pids: Callable[[], Iterable[str]]) -> None:
        self._pids = pids

    def collect(self) -> Iterator[Metric]:
        values: dict[str, list[float]] = defaultdict(list)
        for pid in self._pids():
            for metric in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                for sample in metric.samples:
                    values[sample.name].append(sample.value)
        for measure in PROCESSES:
            if found := values[measure.name]:
                family = CounterMetricFamily if measure.kind is Kind.COUNTER else GaugeMetricFamily
                value = min(found) if measure.sum is Sum.SMALLEST else sum(found)
                yield family(measure.name, measure.meaning, value=value)
