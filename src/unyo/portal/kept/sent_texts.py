"""What a form of ours was sent with, for its sender to read and copy: nothing but that, by the names of its inputs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from unyo.portal.conflicts.conflict import CHOICE, CLASH, MINE, OTHER, memo_number
from unyo.portal.forms.fields import Shape, account_says, shape_of, with_line_feeds
from unyo.portal.forms.small_forms import TEXT
from unyo.portal.forms.typed import ASIDE, is_new_memo
from unyo.portal.visit import Visit
from unyo.portal.words.language import Words
from unyo.tickets.directory import Service
from unyo.tickets.field_tables import MEMO_TEXT, TICKET_TABLES
from unyo.tickets.fields import Account, Choice, Date, OptionList, Row

_ROWS: Final = {row.wire: row for table in TICKET_TABLES.values() for row in table.rows if row.key in table.value_keys}


@dataclass(frozen=True, slots=True)
class SentText:
    """What one input held: its label, and the text; ``is_chosen`` where it was chosen rather than written."""

    label: str
    text: str
    is_chosen: bool = False


def texts_of(fields: Iterable[tuple[str, str]], visit: Visit) -> tuple[SentText, ...]:
    """What a form held, empty inputs aside, as its sender reads it; memos, which are always typed, come first."""
    sent = [(name, with_line_feeds(text)) for name, text in fields]
    number = dict(sent).get("number", "")
    memos = ((_memo_label(name, number, visit.words), text) for name, text in _typed(sent))
    found = [SentText(label, text) for label, text in memos if label]
    rows = ((_ROWS[name], text) for name, text in _typed(sent) if name in _ROWS)
    return (*found, *(_text_of(row, text, visit.service, visit.words) for row, text in rows))


def _typed(sent: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What was typed, by the name of the field; on a conflict's page an input counts only where it was chosen."""
    pairs = tuple(sent)
    contested = {text for name, text in pairs if name == CLASH}
    written = {name.removeprefix(CHOICE) for name, text in pairs if name.startswith(CHOICE) and text == OTHER}
    for name, text in pairs:
        if text.strip() and (name not in contested or name in written):
            yield name.removeprefix(MINE).removeprefix(ASIDE), text


def _memo_label(name: str, number: str, words: Words) -> str:
    """What the text of a memo is called; ``""`` for any other input."""
    label = words.meaning(MEMO_TEXT.label)
    if name == TEXT:
        return f"{label} {number}".strip()
    if is_new_memo(name):
        return label
    return f"{label} {memo_number(name)}" if memo_number(name) else ""


def _text_of(row: Row, text: str, service: Service | None, words: Words) -> SentText:
    is_chosen = shape_of(row) in {Shape.SELECT, Shape.DATE}
    return SentText(words.meaning(row.parameter.label), _says(row, text, service, words), is_chosen)


def _says(row: Row, text: str, service: Service | None, words: Words) -> str:
    match row.kind:
        case Account():
            # The names of those whom the sender works with, and of nobody else.
            return account_says(text, service) if service and text in service.members else text
        case Date():
            return text.replace("T", " ")
        case Choice() | OptionList():
            return words.meaning(text)
        case _:
            return text
