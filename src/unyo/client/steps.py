"""What a client does, step by step, without doing it: generators that yield what to send and get what came back.

`Client` and `AsyncClient` carry out the same steps, the one by waiting and the other by awaiting.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Send:
    """Post this; the answer is an `Arrived`, or `NotReached` or `NoAnswer` is thrown in."""

    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for so many seconds; nothing comes back."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Arrived:
    """An HTTP answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


T = TypeVar("T")
Steps = Generator[Send | Pause, Arrived | None, T]
