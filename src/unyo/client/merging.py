"""Two people changed one ticket: what each changed, field by field, and what both can keep."""

from collections.abc import Mapping, Sequence

from unyo.tickets.text import unquote

from .bodies import AddMemo, DeleteMemo, MemoOperation
from .entries import HistoryEntry
from .errors import Clash
from .tickets import Ticket, Value


def what_they_changed(
    mine: Ticket, memos: Sequence[MemoOperation], theirs: Ticket, history: Sequence[HistoryEntry]
) -> tuple[Clash, ...]:
    """Every field, and memo, that differs between what was read and what is there now.

    ``history`` is newest first: its newest change of such a field is the one that made it what it is.
    """
    by = {change.field: entry.user_id for entry in reversed(history) for change in entry.changes}
    before, after = {**mine.read, **_by_name(mine)}, {**theirs.read, **_by_name(theirs)}
    ours = {name: value for name, (_, value) in mine.changes.items()} | {
        f"memos.{number}": text for number, text in texts_of(memos).items()
    }
    return tuple(
        Clash(name, before.get(name), after.get(name), ours.get(name), by.get(name, ""), name in ours)
        for name in (*before, *(added for added in after if added not in before))
        if before.get(name) != after.get(name)
    )


def clashes(changed: Sequence[Clash]) -> tuple[Clash, ...]:
    """What both changed, to different values; the rest of both can be kept."""
    return tuple(each for each in changed if each.is_mine and each.mine != each.theirs)


def kept(mine: Ticket, changed: Sequence[Clash]) -> Mapping[str, Value]:
    """What this side changed and the other did not."""
    theirs = {each.field for each in changed}
    return {name: after for name, (_, after) in mine.changes.items() if name not in theirs}


def still_to_do(memos: Sequence[MemoOperation], changed: Sequence[Clash]) -> list[MemoOperation]:
    """The operations without those that delete what the other side has deleted."""
    gone = {each.field for each in changed if each.theirs is None}
    return [memo for memo in memos if not (isinstance(memo, DeleteMemo) and f"memos.{memo.number}" in gone)]


def texts_of(memos: Sequence[MemoOperation]) -> dict[int, str | None]:
    """What operations make of the memos that are there, by number; None for one that they delete."""
    return {
        memo.number: None if isinstance(memo, DeleteMemo) else unquote(memo.text)
        for memo in memos
        if not isinstance(memo, AddMemo)
    }


def _by_name(ticket: Ticket) -> dict[str, Value]:
    return {f"memos.{memo.number}": memo.text for memo in ticket.memos}
