"""What the page of a conflict shows: what both changed, side by side, and what only one of them did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData

from unyo.portal.forms.fields import Field, Shape, typed
from unyo.portal.forms.sheet import field_of, memo_row
from unyo.portal.forms.typed import ASIDE, GONE, Typed
from unyo.portal.ticket.difference import Piece, difference
from unyo.portal.ticket.shown import is_free, value_says
from unyo.portal.visit import Visit
from unyo.portal.words.language import Words
from unyo.tickets.commands import AddMemo, DeleteMemo, UpdateTicket
from unyo.tickets.directory import Service
from unyo.tickets.field_tables import BY_KEY, MEMO_TEXT, TICKET_TABLES, UPDATE_OF
from unyo.tickets.merging import Moved, by_name, changes, clashes, is_memo, memo_name, moved, only_mine
from unyo.tickets.model import Value

from .conflict import CHOICE, CHOICES, Since, memo_number, text_of


@dataclass(frozen=True, slots=True)
class Contest:
    """Something that both changed to different values, between which the reader chooses.

    ``base``, ``theirs`` (changed last ``by`` whom and ``at`` what time) and ``mine`` are what it was and became, None
    for a memo that does not exist; ``typed`` is mine as it was typed. ``field`` takes a third value, and ``choice`` is
    what the reader has chosen so far.
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

    version: int
    contests: tuple[Contest, ...]
    theirs: tuple[Quiet, ...]
    mine: tuple[Quiet, ...]
    hidden: Mapping[str, str]

    @property
    def unchosen(self) -> tuple[Contest, ...]:
        """What is still to be chosen."""
        return tuple(each for each in self.contests if not each.choice)


def merge(visit: Visit, found: Since, sent: Typed, command: UpdateTicket, form: FormData | None = None) -> Merge:
    """Both sides' changes to a ticket; ``form`` is this page itself, sent before everything was chosen."""
    mine = changes(found.base, {**command.values, **_memos(command)})
    changed = moved(found.base, by_name(found.ticket.values, found.ticket.memos), mine)
    against, alone = clashes(changed), only_mine(mine, changed)
    told = _Teller(found, sent, visit.here, visit.words, form or FormData())
    return Merge(
        version=sent.version,
        contests=tuple(map(told.contest, against)),
        theirs=tuple(told.theirs(each) for each in changed if each not in against),
        mine=tuple(told.mine(name, value) for name, value in alone.items()),
        hidden=_hidden(found, sent, alone, against, visit.words),
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says changes in words that this reader knows."""

    found: Since
    sent: Typed
    service: Service
    words: Words
    form: FormData

    def contest(self, each: Moved) -> Contest:
        entry = self.found.last(each.field)
        name = self._input(each.field)
        mine = self.sent.memos.get(name, "") if is_memo(each.field) else self.sent.shown.get(name, "")
        choice = str(self.form.get(CHOICE + name, ""))
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
            field=self._field(each.field, name, text_of(self.form, name) if name in self.form else mine),
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
            return f"{self.words.meaning(MEMO_TEXT.label)} {memo_number(name)}"
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
