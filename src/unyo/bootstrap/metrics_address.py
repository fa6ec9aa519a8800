"""The address of its own on which the figures of a server are shown."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from unyo.config.settings import Settings, host_and_port
from unyo.watching import exposition
from unyo.watching.figures import Figures

from .metrics import shown

log = logging.getLogger(__name__)


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
