"""What a demonstration's ticket is about."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """A ticket's story: what is known when it is registered, the notes as work goes on, what it came to.

    ``values`` and ``outcome`` are by the wire's names; ``notes`` are memos in their order.
    """

    title: str
    priority: str
    values: Mapping[str, str]
    notes: tuple[str, ...]
    outcome: Mapping[str, str]
