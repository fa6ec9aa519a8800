"""How many files this process may hold open: each connection is one."""

import logging
import resource
from contextlib import suppress
from typing import Final

log = logging.getLogger(__name__)

ENOUGH_FILES: Final = 16_384
"""With fewer, ten thousand connections may find no room."""
# What Linux gives at the most, where nothing else is said.
_MOST: Final = 1_048_576


def may_be_open() -> int:
    """The most that this process may be allowed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if most == resource.RLIM_INFINITY else most


def allow_open_files() -> None:
    """Allow this process, and those that it starts, as many as it may have; log where these are few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # then it stays as it is
        resource.setrlimit(resource.RLIMIT_NOFILE, (may_be_open(), most))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < ENOUGH_FILES:
        log.warning(
            "this process may hold %d files open, and each connection is one: raise the limit to %d "
            "(LimitNOFILE= of the systemd unit, or ulimit -n)",
            allowed,
            ENOUGH_FILES,
        )
