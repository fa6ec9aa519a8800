"""Two people changed one ticket: what each changed, field by field, of tickets as the client holds them."""

from collections.abc import Mapping, Sequence

from unyo.tickets.merging import memo_name, moved, only_mine
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
    ours = {name: value for name, (_, value) in mine.changes.items()} | {
        memo_name(number): text for number, text in texts_of(memos).items()
    }
    return tuple(
        Clash(each.field, each.base, each.theirs, each.mine, by.get(each.field, ""), each.is_mine)
        for each in moved({**mine.read, **_by_name(mine)}, {**theirs.read, **_by_name(theirs)}, ours)
    )


def kept(mine: Ticket, changed: Sequence[Clash]) -> Mapping[str, Value]:
    """What this side changed and the other did not."""
    return only_mine({name: after for name, (_, after) in mine.changes.items()}, changed)


def still_to_do(memos: Sequence[MemoOperation], changed: Sequence[Clash]) -> list[MemoOperation]:
    """The operations without those that delete what the other side has deleted."""
    gone = {each.field for each in changed if each.theirs is None}
    return [memo for memo in memos if not (isinstance(memo, DeleteMemo) and memo_name(memo.number) in gone)]


def texts_of(memos: Sequence[MemoOperation]) -> dict[int, str | None]:
    """What operations make of the memos that are there, by number; None for one that they delete."""
    return {
        memo.number: None if isinstance(memo, DeleteMemo) else unquote(memo.text)
        for memo in memos
        if not isinstance(memo, AddMemo)
    }


def _by_name(ticket: Ticket) -> dict[str, Value]:
    return {memo_name(memo.number): memo.text for memo in ticket.memos}
