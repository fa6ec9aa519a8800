"""Somebody else changed a ticket while it was edited: the person chooses for every field that both changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from unyo.cli.showing import make_console
from unyo.cli.ticket.judging import FIELDS, MEMOS
from unyo.cli.ticket.values import shown
from unyo.client import AddMemo, DeleteMemo, EditMemo, Ticket
from unyo.client.bodies import MemoOperation
from unyo.client.errors import Clash
from unyo.client.merging import kept, still_to_do, what_they_changed
from unyo.tickets.merging import clashes

from .document import Edited

Ask = Callable[[str, str], str]
"""Asks a question that has one of some letters as its answer."""


@dataclass(frozen=True)
class Resolved:
    """What is to be sent now; whether it is to be edited again, or not at all; and what the others wrote."""

    edited: Edited
    again: bool
    gives_up: bool
    notes: dict[str, list[str]]


def resolve(mine: Ticket, edited: Edited, theirs: Ticket, told: Sequence[Clash], ask: Ask) -> Resolved:
    """Keep what both sides can keep, and ask about the rest.

    ``mine`` holds the changes, on the values that they were made on; ``told`` says who changed what.
    """
    by = {each.field: each.by for each in told}
    changed = what_they_changed(mine, edited.memos, theirs, ())
    against = clashes(changed)
    fields: dict[str, Any] = dict(kept(mine, changed))
    numbers = {memo.number for memo in theirs.memos}
    notes: dict[str, list[str]] = {}
    operations = [each for each in still_to_do(edited.memos, changed) if not _is_about(each, against)]
    again = False
    for clash in against:
        operation = next((each for each in edited.memos if _is_about(each, [clash])), None)
        _show(clash, by.get(clash.field, ""))
        answer = ask(f"{clash.field}: keep [m]ine, [t]heirs, [e]dit again, [q]uit?", "mteq")
        if answer == "q":
            return Resolved(edited, again=False, gives_up=True, notes={})
        if answer == "e":
            again = True
            notes[clash.field] = [f"theirs: {line}" for line in (shown(clash.theirs) or "(empty)").splitlines()]
        if answer == "t":
            continue
        if operation:
            operations += _again(operation, numbers)
        else:
            fields[clash.field] = clash.mine
    fields = {name: value for name, value in fields.items() if theirs.read[name] != value}
    return Resolved(Edited(fields, operations), again=again, gives_up=False, notes=notes)


def _is_about(operation: MemoOperation, against: Sequence[Clash]) -> bool:
    return not isinstance(operation, AddMemo) and f"{MEMOS}.{operation.number}" in {each.field for each in against}


def _again(operation: MemoOperation, numbers: set[int]) -> list[MemoOperation]:
    """The same on the ticket as it is now: what edits a memo that is gone adds one."""
    match operation:
        case EditMemo(number, text) if number not in numbers:
            return [AddMemo(text)]
        case DeleteMemo(number) if number not in numbers:
            return []
    return [operation]


def _show(clash: Clash, by: str) -> None:
    console = make_console(to_stderr=True)
    label = FIELDS[clash.field].label if clash.field in FIELDS else "対応メモ"
    said = Text.assemble((clash.field, "bold"), "  ", (label, "dim"), f"  changed by {by}" if by else "")
    for who, value, style in (
        ("base", clash.base, "dim"),
        ("theirs", clash.theirs, "red"),
        ("yours", clash.mine, "green"),
    ):
        text = (shown(value) or "(empty)").replace("\n", "\n          ")
        said.append(f"\n  {who:<6}  ").append(text, style)
    console.print(said, soft_wrap=True)
