"""Where the figures of a server are shown."""

import logging
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from unyo import __version__
from unyo.config.settings import Settings, host_and_port
from unyo.storage.migrations import newest
from unyo.uom.actions import API_VERSION
from unyo.watching import exposition
from unyo.watching.figures import Figures

log = logging.getLogger(__name__)


def about() -> Mapping[str, str]:
    """What is running: nothing of it is secret."""
    return {
        "version": __version__,
        "api_version": API_VERSION,
        "schema_revision": newest(),
        "python": platform.python_version(),
    }


@contextmanager
def metrics_at(settings: Settings, figures: Figures | None = None) -> Iterator[None]:
    """Serve the metrics on their own address meanwhile, if they have one: of this process, or of all workers.

    Raises:
        UnusableMetrics: they cannot be; the message says why.
    """
    if not settings.metrics_address:
        yield
        return
    with exposition.at_address(*host_and_port(settings.metrics_address), shown(figures)) as url:
        log.info("Metrics on %s", url)
        yield


def shown(figures: Figures | None) -> exposition.Exposition:
    """The figures of all workers where this is one of several, or their parent; else those of this process."""
    folder = exposition.shared_folder()
    if folder is not None:
        return exposition.of_all_workers(folder, about(), figures)
    assert figures is not None
    return exposition.of_this_process(figures, about())
