"""How much a desk takes, and for how long."""

from dataclasses import dataclass, field
from typing import Final

from unyo.api.http import BODY_SECONDS
from unyo.api.rate import RateLimit
from unyo.storage.writing.queue import Bounds


@dataclass(frozen=True, slots=True)
class Limits:
    """The writer's queue, the time for a body, the calls of a key (None: as often as it likes), the time to drain."""

    bounds: Bounds = field(default_factory=Bounds)
    body_seconds: float = BODY_SECONDS
    rate: RateLimit | None = None
    drain_seconds: float = 0


USUAL: Final = Limits()
