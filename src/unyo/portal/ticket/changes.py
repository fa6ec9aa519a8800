"""A ticket's history as people read it: each field before and after, texts with what changed in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from unyo.portal.words.language import Words
from unyo.tickets.directory import Service
from unyo.tickets.field_tables import BY_KEY, MEMO_TEXT, MEMOS
from unyo.tickets.history import FieldChange, HistoryEntry

from .difference import Piece, difference
from .shown import is_free, is_long, value_says


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One field of a change; a text that people write has ``pieces``, others a value before and after."""

    label: str
    before: str
    after: str
    memo: str = ""
    """The number of a memo, ``""`` where it is a field."""
    pieces: tuple[Piece, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether it is folded at first."""
        return is_long("".join(piece.text for piece in self.pieces if piece.kind != "omitted"))


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A change: its version (1 is the registration), when, who by name, by which door, and the fields."""

    version: int
    at: datetime
    who: str
    door: str
    request_id: str
    changes: tuple[ShownChange, ...]


def entries_of(entries: Iterable[HistoryEntry], service: Service, words: Words) -> Iterator[ShownEntry]:
    """The entries as they are read."""
    for entry in entries:
        changes = tuple(_change(line, service, words) for line in entry.lines)
        yield ShownEntry(
            entry.version, entry.at, service.name_of(entry.master_id), entry.door.value, entry.request_id, changes
        )


def _change(line: FieldChange, service: Service, words: Words) -> ShownChange:
    key, _, number = line.field.partition(".")
    parameter = BY_KEY[key]
    label = words.meaning(MEMO_TEXT.label if parameter is MEMOS else parameter.label)
    if number or is_free(parameter.kind):
        before, after = str(line.before), str(line.after)
        return ShownChange(label, before, after, number, difference(before, after))
    before, after = (value_says(parameter.kind, value, service, words) for value in (line.before, line.after))
    return ShownChange(label, before, after)
