"""A ticket's values as people read them: dates in the reader's form, accounts by name, fixed values in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from unyo.portal.forms.fields import account_says
from unyo.portal.forms.sections import GROUPS
from unyo.portal.words.language import Words
from unyo.tickets.directory import Service
from unyo.tickets.field_tables import TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import Account, Choice, Kind, OptionList, Text
from unyo.tickets.model import Section, Ticket, Value

# The page's heading shows it.
_IN_THE_HEADING: Final = "title"
# A text of more lines or letters is folded at first.
_LINES: Final = 8
_LETTERS_OF_A_LINE: Final = 70
_LETTERS: Final = _LINES * _LETTERS_OF_A_LINE


@dataclass(frozen=True, slots=True)
class Fact:
    """A field and its value as it is read; ``""`` where nothing was set."""

    label: str
    text: str
    is_free: bool
    """Whether people write it as they like, in lines of their own."""

    @property
    def is_long(self) -> bool:
        """Whether it is folded at first."""
        return is_long(self.text)

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width."""
        return self.is_free and (self.is_long or "\n" in self.text or len(self.text) > _LETTERS_OF_A_LINE)


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group of facts, and when its section last changed."""

    title: str
    facts: tuple[Fact, ...]
    changed: datetime

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it was set."""
        return not any(fact.text for fact in self.facts)


def is_long(text: str) -> bool:
    """Whether a text is folded at first."""
    return len(text) > _LETTERS or text.count("\n") >= _LINES


def value_says(kind: Kind, value: Value, service: Service, words: Words) -> str:
    """A value as it is read; ``""`` for none."""
    if value is None or isinstance(value, datetime):
        return words.date(value)
    if isinstance(kind, Account) and value:
        return account_says(value, service)
    return words.meaning(value) if isinstance(kind, Choice | OptionList) else value


def groups_of(ticket: Ticket, service: Service, words: Words) -> Iterator[ShownGroup]:
    """A ticket's fields, group by group."""
    table = TICKET_TABLES[UPDATE_OF[ticket.kind]]
    for group in GROUPS:
        facts = tuple(
            Fact(
                words.meaning(row.parameter.label),
                value_says(row.kind, ticket.values[row.key], service, words),
                is_free(row.kind),
            )
            for row in group.rows(table)
            if row.key != _IN_THE_HEADING
        )
        if facts:
            yield ShownGroup(words.meaning(group.title), facts, changed_at(ticket, group.section))


def is_free(kind: Kind) -> bool:
    """Whether people write such a value as they like; all other kinds are derived from a text."""
    return type(kind) is Text


def changed_at(ticket: Ticket, section: Section) -> datetime:
    """When a section last changed; when it was registered, if never."""
    moment = ticket.lock[section.updated] or ticket.lock[section.inserted]
    assert moment is not None
    return moment
