"""What the portal works with: the use cases, and the ports to people. It is wired by `bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from unyo.services.people import Choices, People, Presence
from unyo.services.ports import Reader, Writer
from unyo.services.reads import Reads


@dataclass(frozen=True, slots=True)
class Backing:
    """The use cases and ports; ``clock`` tells the time in UTC, ``url`` is how browsers reach the portal."""

    reads: Reads
    reader: Reader
    writer: Writer
    people: People
    choices: Choices
    presence: Presence
    clock: Callable[[], datetime]
    make_request_id: Callable[[], str]
    version: str
    hours: int
