"""What a change comes to, before → after: coloured on a terminal, records elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from unyo.cli.showing import make_console
from unyo.cli.ticket.judging import FIELDS
from unyo.cli.ticket.values import shown
from unyo.client import AddMemo, DeleteMemo, EditMemo, Memo, Ticket
from unyo.client.bodies import MemoOperation

from .output import Format, write_records

COLUMNS = ("ticket_id", "field", "before", "after")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, or memo, that changes; a memo is ``memos.N``, a new one ``memos.+``."""

    ticket_id: str
    field: str
    before: object
    after: object


class Snapshot:
    """A ticket as it was before it was sent, to compare with what it is afterwards."""

    def __init__(self, ticket: Ticket) -> None:
        self.values = dict(ticket.read)
        self.memos = _texts(ticket.memos)

    def until(self, ticket: Ticket) -> list[Difference]:
        """What is different in the ticket as it was read since."""
        memos = _texts(ticket.memos)
        return [
            Difference(ticket.ticket_id, name, before, ticket.read[name])
            for name, before in self.values.items()
            if ticket.read[name] != before
        ] + [
            Difference(ticket.ticket_id, f"memos.{number}", self.memos.get(number), memos.get(number))
            for number in sorted(self.memos.keys() | memos.keys())
            if self.memos.get(number) != memos.get(number)
        ]


def planned(ticket: Ticket, memos: Sequence[MemoOperation] = ()) -> list[Difference]:
    """What would be sent: the ticket's changes and these operations."""
    texts = _texts(ticket.memos)
    fields = [Difference(ticket.ticket_id, name, *change) for name, change in ticket.changes.items()]
    return fields + [_of_memo(ticket.ticket_id, each, texts) for each in memos]


def write_differences(found: Sequence[Difference], output: Format) -> None:
    """Write differences to the standard output: coloured on a terminal, else records."""
    console = make_console()
    if output is Format.TABLE and console.is_terminal:
        draw(found, console)
        return
    rows: list[dict[str, Any]] = [{name: getattr(each, name) for name in COLUMNS} for each in found]
    write_records(rows, COLUMNS, output)


def draw(found: Sequence[Difference], console: Console) -> None:
    """Show differences to a person: one line each, long texts line by line."""
    width = max((len(each.field) for each in found), default=0)
    wide = max((cell_len(_label(each)) for each in found), default=0)
    for ticket_id in dict.fromkeys(each.ticket_id for each in found):
        if ticket_id:
            console.print(Text(ticket_id, style="bold"))
        for each in found:
            if each.ticket_id == ticket_id:
                console.print(_line(each, width, wide), soft_wrap=True)


def _label(each: Difference) -> str:
    return FIELDS[each.field].label if each.field in FIELDS else "対応メモ"


def _line(each: Difference, width: int, wide: int) -> Text:
    before, after = shown(each.before), shown(each.after)
    label = _label(each)
    line = Text.assemble("  ", each.field.ljust(width), "  ", (label, "dim"))
    if "\n" not in before + after:
        line.append(" " * (wide - cell_len(label)))
        return line.append("  ").append(before or "(empty)", "red").append(" → ").append(after or "(empty)", "green")
    for row in list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(row[:1], "")
        line.append(f"\n    {row}", style)
    return line


def _of_memo(ticket_id: str, memo: MemoOperation, texts: dict[int, str]) -> Difference:
    match memo:
        case AddMemo(text):
            return Difference(ticket_id, "memos.+", None, text)
        case EditMemo(number, text):
            return Difference(ticket_id, f"memos.{number}", texts.get(number), text)
        case DeleteMemo(number):
            return Difference(ticket_id, f"memos.{number}", texts.get(number), None)


def _texts(memos: Sequence[Memo]) -> dict[int, str]:
    return {memo.number: memo.text for memo in memos}
