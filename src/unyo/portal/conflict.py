"""Somebody else saved a ticket while this reader typed: what both can keep, and what the reader has to choose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from starlette.datastructures import FormData

from unyo.tickets.commands import AddMemo, DeleteMemo, ShowHistory, UpdateTicket
from unyo.tickets.directory import Service
from unyo.tickets.errors import Refusal
from unyo.tickets.field_tables import BY_KEY, MEMO_TEXT, TICKET_TABLES, UPDATE_OF
from unyo.tickets.history import HistoryEntry
from unyo.tickets.merging import Moved, by_name, changes, clashes, is_memo, memo_name, moved, only_mine, undone
from unyo.tickets.model import Ticket, Value, Values

from .difference import Piece, difference
from .fields import Field, Shape, typed, with_line_feeds
from .forms import field_of, memo_row
from .language import Words
from .shown import is_free, value_says
from .typed import ASIDE, GONE, MEMO_INPUT, NEW_MEMO, Typed, version_of
from .visit import Visit

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


@dataclass(frozen=True, slots=True)
class Contest:
    """Something that both changed to different values: what it was, theirs (whose, when), mine, and an input.

    A memo that is not there is None. ``choice`` is what the reader has chosen so far.
    """

    name: str
    label: str
    base: str | None
    theirs: str | None
    mine: str | None
    by: str
    at: datetime
    typed: str
    field: Field
    choice: str = ""
    their_pieces: tuple[Piece, ...] = ()
    my_pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """What only one side changed, or both alike; ``by`` is ``""`` where it was the reader alone."""

    label: str
    before: str | None
    after: str | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """What a reader is shown, and what the next press of the button saves beside their choices."""

    since: Since
    version: int
    contests: tuple[Contest, ...]
    theirs: tuple[Quiet, ...]
    mine: tuple[Quiet, ...]
    hidden: Mapping[str, str]

    @property
    def unchosen(self) -> tuple[Contest, ...]:
        """What is still to be chosen."""
        return tuple(each for each in self.contests if not each.choice)


async def since(visit: Visit, ticket: Ticket, version: int) -> Since:
    """What happened to a ticket since that version of it."""
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


def merge(visit: Visit, found: Since, sent: Typed, command: UpdateTicket, form: FormData | None = None) -> Merge:
    """Both sides' changes of a ticket; ``form`` is a page like this one, sent before everything was chosen."""
    mine = changes(found.base, {**command.values, **_memos(command)})
    changed = moved(found.base, by_name(found.ticket.values, found.ticket.memos), mine)
    against, alone = clashes(changed), only_mine(mine, changed)
    told = _Teller(found, sent, visit.here, visit.words, form)
    return Merge(
        found,
        sent.version,
        tuple(map(told.contest, against)),
        tuple(told.theirs(each) for each in changed if each not in against),
        tuple(told.mine(name, value) for name, value in alone.items()),
        _hidden(found, sent, alone, against, visit.words),
    )


def unresolved(form: FormData, sent: Typed) -> Typed:
    """What a page of a conflict was made of, as it had been typed, where not everything has been chosen yet."""
    version = str(form.get(BASE_VERSION, ""))
    fields, edited, deleted = dict(sent.fields), dict(sent.edited), set(sent.deleted)
    for name in map(str, form.getlist(CLASH)):
        text = _text(form, MINE + name)
        if number := _memo_number(name):
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
    """What a page of a conflict says, as if it had been typed into a form; None where something is not chosen."""
    table = TICKET_TABLES[UPDATE_OF[found.ticket.kind]]
    fields, new, edited, deleted = dict(sent.fields), dict(sent.new), dict(sent.edited), set(sent.deleted)
    for name in map(str, form.getlist(CLASH)):
        choice = str(form.get(CHOICE + name, ""))
        if choice not in CHOICES:
            return None
        text = _text(form, (MINE if choice == OURS else "") + name)
        row, number = table.by_wire.get(name), _memo_number(name)
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


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says changes in words that this reader knows."""

    found: Since
    sent: Typed
    service: Service
    words: Words
    form: FormData | None

    def contest(self, each: Moved) -> Contest:
        entry = self.found.last(each.field)
        name = self._input(each.field)
        written = _text(self.form, name) if self.form is not None and name in self.form else None
        mine = self.sent.memos.get(name, "") if is_memo(each.field) else self.sent.shown.get(name, "")
        choice = str(self.form.get(CHOICE + name, "")) if self.form is not None else ""
        base, theirs, ours = (self._says(each.field, value) for value in (each.base, each.theirs, each.mine))
        return Contest(
            name=name,
            label=self._label(each.field),
            base=base,
            theirs=theirs,
            mine=ours,
            their_pieces=self._pieces(each.field, base, theirs),
            my_pieces=self._pieces(each.field, base, ours),
            by=self.service.name_of(entry.master_id),
            at=entry.at,
            typed=mine,
            field=self._field(each.field, name, mine if written is None else written),
            choice=choice if choice in CHOICES else "",
        )

    def theirs(self, each: Moved) -> Quiet:
        """What they changed, and the reader did not, or did alike."""
        by = self.service.name_of(self.found.last(each.field).master_id)
        before, after = self._says(each.field, each.base), self._says(each.field, each.theirs)
        return Quiet(self._label(each.field), before, after, by)

    def mine(self, name: str, value: Value) -> Quiet:
        """What the reader changed alone."""
        return Quiet(self._label(name), self._says(name, self.found.base.get(name)), self._says(name, value))

    def _input(self, name: str) -> str:
        return name if is_memo(name) else BY_KEY[name].wire

    def _label(self, name: str) -> str:
        if is_memo(name):
            return f"{self.words.meaning(MEMO_TEXT.label)} {_memo_number(name)}"
        return self.words.meaning(BY_KEY[name].label)

    def _field(self, name: str, wire: str, text: str) -> Field:
        kind = self.found.ticket.kind
        if is_memo(name):
            return Field(memo_row(wire), Shape.LINES, self._label(name), text)
        row = TICKET_TABLES[UPDATE_OF[kind]].by_wire[wire]
        return field_of(row, kind, self.service, self.words, {**self.sent.shown, wire: text})

    def _says(self, name: str, value: object) -> str | None:
        """A value as it is read; None for a memo that is not there."""
        if is_memo(name):
            return None if value is None else str(value)
        if isinstance(value, datetime):
            return self.words.moment(value)
        return value_says(BY_KEY[name].kind, str(value or ""), self.service, self.words)

    def _pieces(self, name: str, base: str | None, text: str | None) -> tuple[Piece, ...]:
        """What changed in a text word by word, where people write it, and there is something on both sides."""
        is_written = is_memo(name) or is_free(BY_KEY[name].kind)
        return difference(base, text) if is_written and base and text else ()


def _memos(command: UpdateTicket) -> dict[str, Value]:
    """What operations make of memos that are there."""
    return {
        memo_name(each.number): None if isinstance(each, DeleteMemo) else each.text
        for each in command.memos
        if not isinstance(each, AddMemo)
    }


def _hidden(
    found: Since, sent: Typed, alone: Mapping[str, Value], against: Sequence[Moved], words: Words
) -> dict[str, str]:
    """The rest of the form, without what is to be chosen: what the reader changed alone, and else what is there."""
    rows = TICKET_TABLES[UPDATE_OF[found.ticket.kind]].by_key
    asked = {each.field for each in against}
    fields = {
        rows[key].wire: sent.fields[rows[key].wire] if key in alone else typed(value, words)
        for key, value in found.ticket.values.items()
        if key not in asked and key in rows and rows[key].wire in sent.fields
    }
    return {
        **fields,
        **{ASIDE + name: text for name, text in sent.aside.items()},
        **{memo_name(number): text for number, text in sent.edited.items() if memo_name(number) in alone},
        **{f"{GONE}{number}": "1" for number in sent.deleted if memo_name(number) in alone},
        **{name: text for name, text in sent.new.items() if text},
    }


def _text(form: FormData, name: str) -> str:
    return with_line_feeds(str(form.get(name, "")))


def _memo_number(name: str) -> int:
    """The number of the memo that an input is for; 0 where it is for none."""
    found = MEMO_INPUT.fullmatch(name)
    return int(found[1]) if found else 0
