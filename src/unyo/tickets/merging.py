"""Two people changed one ticket: what both can keep, and what somebody has to choose. Values are compared, not read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .history import HistoryEntry
from .model import Memo, Value

T = TypeVar("T")


class Compared(Protocol):
    """A field that the other side changed, beside what this side did to it."""

    @property
    def field(self) -> str:
        """Our name of it, or ``memos.N``."""

    @property
    def theirs(self) -> object:
        """What the other side made of it; None for a memo that it deleted."""

    @property
    def mine(self) -> object:
        """What this side made of it, where ``is_mine``."""

    @property
    def is_mine(self) -> bool:
        """Whether this side changed it as well."""


C = TypeVar("C", bound=Compared)


@dataclass(frozen=True, slots=True)
class Moved:
    """A field that the other side changed: what it was, what it is now, and what this side made of it, if anything."""

    field: str
    base: object
    theirs: object
    mine: object = None
    is_mine: bool = False


def moved(base: Mapping[str, object], theirs: Mapping[str, object], mine: Mapping[str, object]) -> tuple[Moved, ...]:
    """Every field that the other side changed; ``mine`` holds this side's changes alone. What is missing is None."""
    return tuple(
        Moved(name, base.get(name), theirs.get(name), mine.get(name), name in mine)
        for name in (*base, *(added for added in theirs if added not in base))
        if base.get(name) != theirs.get(name)
    )


def clashes(changed: Iterable[C]) -> tuple[C, ...]:
    """What both changed, to different values; the rest of both can be kept."""
    return tuple(each for each in changed if each.is_mine and each.mine != each.theirs)


def only_mine(mine: Mapping[str, T], changed: Iterable[Compared]) -> dict[str, T]:
    """What this side changed and the other did not."""
    theirs = {each.field for each in changed}
    return {name: value for name, value in mine.items() if name not in theirs}


def changes(before: Mapping[str, object], after: Mapping[str, T]) -> dict[str, T]:
    """What ``after`` says otherwise than ``before``; what it does not name stays as it was, what is missing is None."""
    return {name: value for name, value in after.items() if before.get(name) != value}


def by_name(values: Mapping[str, Value], memos: Mapping[int, Memo]) -> dict[str, Value]:
    """A ticket's values, and its memos' texts as ``memos.N``, as they are compared."""
    return {**values, **{memo_name(number): memo.text for number, memo in memos.items()}}


def memo_name(number: int) -> str:
    """The name of a memo, as the history has it."""
    return f"memos.{number}"


def is_memo(name: str) -> bool:
    """Whether a name is a memo's."""
    return "." in name


def undone(now: Mapping[str, Value], entries: Sequence[HistoryEntry]) -> dict[str, Value]:
    """What a ticket held before those changes, its latest, newest first; a memo that was not there is left out."""
    held = dict(now)
    for entry in entries:
        for line in reversed(entry.lines):
            if is_memo(line.field) and line.before == "":  # a memo is never empty: it was added
                held.pop(line.field, None)
            else:
                held[line.field] = line.before
    return held
