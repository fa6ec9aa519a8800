"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How good or bad it is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is about, what was found, and how to mend it (``""``: nothing to mend)."""

    about: str
    level: Level
    says: str
    mend: str = ""


def good(about: str, says: str) -> Finding:
    """All is as it should be."""
    return Finding(about, Level.GOOD, says)


def doubtful(about: str, says: str, mend: str) -> Finding:
    """It works, or may work, and had better be otherwise."""
    return Finding(about, Level.DOUBTFUL, says, mend)


def bad(about: str, says: str, mend: str) -> Finding:
    """It cannot work so, or loses what it holds."""
    return Finding(about, Level.BAD, says, mend)
