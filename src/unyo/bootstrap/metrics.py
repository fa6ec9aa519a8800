"""What the figures of a server say, and of whom."""

import platform
from collections.abc import Mapping

from unyo import __version__
from unyo.storage.migrations import newest
from unyo.uom.actions import API_VERSION
from unyo.watching import exposition
from unyo.watching.figures import Figures


def about() -> Mapping[str, str]:
    """What is running: nothing of it is secret."""
    return {
        "version": __version__,
        "api_version": API_VERSION,
        "schema_revision": newest(),
        "python": platform.python_version(),
    }


def shown(figures: Figures | None) -> exposition.Exposition:
    """The figures of all workers where this is one of several, or their parent; else those of this process."""
    folder = exposition.shared_folder()
    if folder is not None:
        return exposition.of_all_workers(folder, about(), figures)
    assert figures is not None
    return exposition.of_this_process(figures, about())
