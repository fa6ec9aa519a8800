"""Free text as letters of the same length, so that a recording can be shown to others."""

import hashlib
import string
from collections.abc import Iterator
from typing import Any, Final

from unyo.tickets.field_tables import (
    GET_OPTION_LIST,
    GET_TICKET_DETAIL,
    GET_TICKET_HISTORY,
    GET_TICKET_LIST,
    MEMO_MEMBERS,
    MEMO_TEXT,
    TICKET_TABLES,
    VALUE_FIELDS,
)
from unyo.tickets.fields import Account, Memos, OptionList, Text
from unyo.tickets.text import is_storable, unquote
from unyo.uom.actions import ACTIONS
from unyo.uom.answers import Member

# Letters that take one, two, three and four bytes of UTF-8.
_LETTERS: Final = (
    string.ascii_letters,
    "".join(map(chr, range(0x410, 0x450))),
    "".join(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB)))),
    "".join(map(chr, range(0x10400, 0x10450))),
)
_FREE: Final = frozenset({p.wire for p in (*VALUE_FIELDS, MEMO_TEXT) if type(p.kind) is Text})
_NAMES_OF_PEOPLE: Final = frozenset({"AssignUser", "User"})
_SEARCHED_FOR: Final = frozenset({"Keyword"})
MASKED: Final = _FREE | _NAMES_OF_PEOPLE | _SEARCHED_FOR
"""The names whose values are replaced."""
_WORDS_OF_AN_ERROR: Final = ("ErrorType", "ErrorMessage")
_OF_AN_ERROR: Final = (*_WORDS_OF_AN_ERROR, "RequestId")
_TABLES: Final = (*TICKET_TABLES.values(), GET_TICKET_DETAIL, GET_TICKET_HISTORY, GET_TICKET_LIST, GET_OPTION_LIST)
_KINDS: Final = {row.wire: row.kind for table in _TABLES for row in table.rows} | {p.wire: p.kind for p in MEMO_MEMBERS}


def _named(members: tuple[Member, ...]) -> Iterator[str]:
    for member in members:
        yield member.wire
        yield from _named(member.members)


_KEPT: Final = (
    {*_OF_AN_ERROR, *_KINDS, *(name for action in ACTIONS.values() for each in action.answers for name in _named(each))}
) - MASKED
_SHORT: Final = 8
# There are more texts of one letter than letters.
_TRIES: Final = 1000
_VALUES_OF_A_CHANGE: Final = ("Before", "After")


class Masker:
    """Replaces texts: the same one by the same letters throughout a recording, by a key that is kept nowhere."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        # The short ones, of which two could get the same letters by chance, each with its text.
        self._taken: dict[str, str] = {}

    def letters(self, text: str) -> str:
        """Letters instead of a text's characters, each as long in bytes; line feeds stay."""
        if not text:
            return text
        masked = self._chosen(text, 0)
        for again in range(1, _TRIES if len(text) <= _SHORT else 1):
            if self._taken.setdefault(masked, text) == text:
                break
            masked = self._chosen(text, again)
        return masked

    def _chosen(self, text: str, again: int) -> str:
        salt = again.to_bytes(hashlib.blake2b.SALT_SIZE)
        secret = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, salt=salt).digest()
        chosen = hashlib.shake_256(secret).digest(2 * len(text))
        return "".join(
            _letter(character, int.from_bytes(chosen[2 * place : 2 * place + 2]))
            for place, character in enumerate(text)
        )

    def body(self, value: Any) -> Any:
        """A body whose free texts are masked, and with them every value of which the contract does not know."""
        return self._within("", value)

    def _within(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: each if name == "ErrorDetail" else self._member(value, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self._within(name, each) for each in value]
        if isinstance(value, str):
            return value if _stays(name, value) else self.letters(unquote(value))
        return 0 if isinstance(value, int | float) and not isinstance(value, bool) else value

    def _member(self, around: dict[str, Any], key: str) -> Any:
        """A change of the history tells of a parameter, by whose name its values are judged."""
        if key in _VALUES_OF_A_CHANGE and isinstance(around.get("Parameter"), str):
            parameter, _, number = around["Parameter"].partition(".")
            return self._within(MEMO_TEXT.wire if number else parameter, around[key])
        return self._within(key, around[key])


def is_kept(name: str) -> bool:
    """Whether what stands under that name is of the contract, and neither free text nor what an error says."""
    return name in _KEPT and name not in _WORDS_OF_AN_ERROR


def _stays(name: str, value: str) -> bool:
    """Whether a value is no free text: it stands in a list, names an account, or is as its enumeration or date asks."""
    if name not in _KEPT:
        return False
    kind = _KINDS.get(name)
    if kind is None or isinstance(kind, Memos | Account | OptionList) or type(kind) is Text:
        return True
    return not value or not kind.is_wrong(value)


def _letter(character: str, chosen: int) -> str:
    if character == "\n" or not is_storable(character):
        return character  # what makes a text several lines, or a wrong value, still does
    letters = _LETTERS[len(character.encode()) - 1]
    return letters[chosen % len(letters)]
