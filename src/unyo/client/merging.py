"""Two people changed one ticket: what each changed, field by field, and what both can keep."""

from collections.abc import Mapping, Sequence

from .bodies import AddMemo, MemoOperation
from .entries import HistoryEntry
from .errors import Clash
from .tickets import Memo, Ticket, Value


def what_they_changed(mine: Ticket, theirs: Ticket, history: Sequence[HistoryEntry]) -> tuple[Clash, ...]:
    """Every field, and memo, that differs between what was read and what is there now."""
    by = {change.field: entry.user_id for entry in reversed(history) for change in entry.changes}
    changes = mine.changes
    fields = [
        Clash(name, base, theirs.read[name], changes[name][1] if name in changes else None, by.get(name, ""))
        for name, base in mine.read.items()
        if theirs.read[name] != base
    ]
    before, after = _texts(mine.memos), _texts(theirs.memos)
    memos = [
        Clash(f"memos.{number}", before.get(number), after.get(number), by=by.get(f"memos.{number}", ""))
        for number in sorted(before.keys() | after.keys())
        if before.get(number) != after.get(number)
    ]
    return (*fields, *memos)


def clashes(mine: Ticket, memos: Sequence[MemoOperation], changed: Sequence[Clash]) -> tuple[Clash, ...]:
    """What both changed, to different values; the rest of both can be kept."""
    named = {f"memos.{memo.number}" for memo in memos if not isinstance(memo, AddMemo)}
    ours = mine.changes
    return tuple(
        each for each in changed if each.field in named or (each.field in ours and ours[each.field][1] != each.theirs)
    )


def kept(mine: Ticket, changed: Sequence[Clash]) -> Mapping[str, Value]:
    """What this side changed and the other did not."""
    theirs = {each.field for each in changed}
    return {name: after for name, (_, after) in mine.changes.items() if name not in theirs}


def _texts(memos: Sequence[Memo]) -> dict[int, str]:
    return {memo.number: memo.text for memo in memos}
