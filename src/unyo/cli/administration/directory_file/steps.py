"""A difference as steps: what is shown, where in the file it comes from, and what makes it vanish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from unyo.storage.administration import Admin

from .reading import Path


class Sign(StrEnum):
    """What a step does to what it names."""

    ADD = "+"
    TAKE = "-"
    CHANGE = "~"


@dataclass(frozen=True, slots=True)
class Step:
    """One difference, and the change that ends it."""

    sign: Sign
    text: str
    path: Path
    do: Callable[[Admin], None]

    def __str__(self) -> str:
        return f"{self.sign} {self.text}"


def added(have: Sequence[str], want: Sequence[str]) -> list[str]:
    """What is wanted and not there."""
    return [each for each in want if each not in have]


def arranged(have: Sequence[str], want: Sequence[str]) -> list[str] | None:
    """The order that the file asks for, with what it does not name last; None where its own stand in that order."""
    now = [*have, *added(have, want)]
    return None if [each for each in now if each in want] == [*want] else [*want, *added(want, have)]


def state_word(*, enabled: bool) -> str:
    """How a state is called."""
    return "enabled" if enabled else "disabled"
