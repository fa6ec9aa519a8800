"""Somebody else saved a ticket while this reader typed: what has changed since, and what the reader has chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import FormData

from unyo.portal.forms.fields import typed, with_line_feeds
from unyo.portal.forms.typed import MEMO_INPUT, NEW_MEMO, Typed, version_of
from unyo.portal.visit import Visit
from unyo.portal.words.language import Words
from unyo.tickets.commands import ShowHistory
from unyo.tickets.errors import Refusal
from unyo.tickets.field_tables import TICKET_TABLES, UPDATE_OF
from unyo.tickets.history import HistoryEntry
from unyo.tickets.merging import by_name, memo_name, undone
from unyo.tickets.model import Ticket, Value, Values

CLASH: Final = "clash"
"""The form's field that names each field to choose for, once each."""
CHOICE: Final = "choice."
"""What stands before the name of such a field where the form says what was chosen."""
MINE: Final = "mine."
"""What stands before it where the form keeps what the reader had typed."""
BASE_VERSION: Final = "base_version"
"""The form's field with the version that the reader began with, from which a page of a conflict can be made again."""
THEIRS, OURS, OTHER = "theirs", "mine", "other"
CHOICES: Final = frozenset({THEIRS, OURS, OTHER})
_PAGE: Final = 200  # entries of history at a time


@dataclass(frozen=True, slots=True)
class Since:
    """A ticket as it stands, what it held when a form of it was made, and the changes since, newest first."""

    ticket: Ticket
    base: Mapping[str, Value]
    entries: tuple[HistoryEntry, ...] = ()

    @property
    def values(self) -> Values:
        """What its fields held."""
        return {key: self.base[key] for key in self.ticket.values}

    def last(self, name: str) -> HistoryEntry:
        """The newest change of something that has changed since."""
        return next(entry for entry in self.entries if any(line.field == name for line in entry.lines))


async def since(visit: Visit, ticket: Ticket, version: int) -> Since:
    """What happened to a ticket since a version of it.

    Raises:
        StorageFailed: the database did not answer.
    """
    found = await visit.ask(lambda: tuple(_newer(visit, ticket, version))) if version < ticket.version else ()
    return Since(ticket, undone(by_name(ticket.values, ticket.memos), found), found)


def _newer(visit: Visit, ticket: Ticket, version: int) -> Iterator[HistoryEntry]:
    cursor = ""
    while True:
        command = ShowHistory(visit.here.code, visit.me.master_id, ticket.ticket_id, _PAGE, cursor)
        shown = visit.backing.reads.show_history(visit.caller, command)
        if isinstance(shown, Refusal):
            return
        # Somebody may have saved between the two readings: what came after the ticket is not of it yet.
        yield from (each for each in shown.entries if version < each.version <= ticket.version)
        cursor = shown.next_cursor
        if not cursor or shown.entries[-1].version <= version:
            return


def unresolved(form: FormData, sent: Typed) -> Typed:
    """What a conflict's page was made of, as the reader had typed it, so that it can be shown once more."""
    version = str(form.get(BASE_VERSION, ""))
    fields, edited, deleted = dict(sent.fields), dict(sent.edited), set(sent.deleted)
    for name in map(str, form.getlist(CLASH)):
        text = text_of(form, MINE + name)
        if number := memo_number(name):
            edited.pop(number, None)
            if text:
                edited[number] = text
            else:
                deleted.add(number)
        else:
            fields[name] = text
    first = version_of(version)
    return replace(sent, fields=fields, edited=edited, deleted=frozenset(deleted), version=min(first, sent.version))


def resolve(form: FormData, sent: Typed, found: Since, words: Words) -> Typed | None:
    """What a conflict's page says, as if it had been typed into the form; None while something is not chosen."""
    table = TICKET_TABLES[UPDATE_OF[found.ticket.kind]]
    fields, new, edited, deleted = dict(sent.fields), dict(sent.new), dict(sent.edited), set(sent.deleted)
    for name in map(str, form.getlist(CLASH)):
        choice = str(form.get(CHOICE + name, ""))
        if choice not in CHOICES:
            return None
        text = text_of(form, (MINE if choice == OURS else "") + name)
        row, number = table.by_wire.get(name), memo_number(name)
        if row is not None and row.key in table.value_keys:
            fields[name] = typed(found.base[row.key], words) if choice == THEIRS else text
        elif number:
            edited.pop(number, None)
            is_there = memo_name(number) in found.base
            if choice == THEIRS or (not is_there and not text):
                continue
            if not is_there:
                new[f"{NEW_MEMO}.{number}"] = text
            elif text or choice == OTHER:
                edited[number] = text
            else:
                deleted.add(number)
    return replace(sent, fields=fields, new=new, edited=edited, deleted=frozenset(deleted))


def text_of(form: FormData, name: str) -> str:
    """What an input of the form held; ``""`` where it has no such input."""
    return with_line_feeds(str(form.get(name, "")))


def memo_number(name: str) -> int:
    """The number of the memo that an input is for; 0 where it is for none."""
    found = MEMO_INPUT.fullmatch(name)
    return int(found[1]) if found else 0
