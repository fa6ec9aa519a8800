"""What a desk takes from the world around it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from unyo.uom.envelopes import make_request_id

from .clock import Clock, system_clock


@dataclass(frozen=True, slots=True)
class World:
    """The time that tickets are dated by, the time that signatures are judged by (both in UTC), and RequestIds."""

    clock: Clock = system_clock
    signing_clock: Clock = system_clock
    make_request_id: Callable[[], str] = make_request_id


REAL: Final = World()
