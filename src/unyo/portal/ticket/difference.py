"""What changed in a text, word by word, for Japanese and Latin text alike."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import takewhile
from typing import Final

# A word: of Latin letters and digits, of katakana, of kanji, of hiragana; all else stands alone.
_WORD: Final = re.compile(r"[0-9A-Za-z_À-ɏ]+|[ァ-ヺー]+|[㐀-鿿豈-﫿々]+|[ぁ-ゖ]+|[^\S\n]+|.", re.DOTALL)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
# Texts of more words are compared by lines, and those of more lines as a whole.
_MOST: Final = 600
# So are texts in which the same words come again and again, as each word is compared with all that are equal to it.
_MOST_PAIRS: Final = 20_000
# Where much did not change, only this many characters of it are shown on either side of a change.
_AROUND: Final = 40
_MUCH: Final = 3 * _AROUND


class Kind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    OMITTED = "omitted"
    """The same before and after, and too long to be shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and what became of it.

    All but those that were added are the text before, all but those that were removed the text after.
    """

    kind: Kind
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of two texts in their order, each change with a little of what stands around it."""
    return tuple(_shortened(_joined(_compare(before, after))))


def _compare(before: str, after: str) -> Iterator[Piece]:
    for tokens in (_WORD, _LINE):
        first, second = tokens.findall(before), tokens.findall(after)
        head = _shared(first, second)
        tail = _shared(reversed(first[head:]), reversed(second[head:]))
        middle = first[head : len(first) - tail], second[head : len(second) - tail]
        if max(map(len, middle)) <= _MOST and _pairs(*middle) <= _MOST_PAIRS:
            yield Piece(Kind.SAME, "".join(first[:head]))
            yield from _aligned(*middle)
            yield Piece(Kind.SAME, "".join(first[len(first) - tail :]))
            return
    yield Piece(Kind.REMOVED, before)
    yield Piece(Kind.ADDED, after)


def _pairs(first: Iterable[str], second: Iterable[str]) -> int:
    """How many pairs of equal tokens there are between two rows; blanks are not compared."""
    counts = Counter(second)
    return sum(counts[token] for token in first if not token.isspace())


def _shared(first: Iterable[str], second: Iterable[str]) -> int:
    """How many tokens two rows begin with together."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _aligned(first: Sequence[str], second: Sequence[str]) -> Iterator[Piece]:
    # Blanks alone align nothing: between them words would be torn apart.
    for what, i, j, k, m in SequenceMatcher(str.isspace, first, second, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece(Kind.SAME, "".join(first[i:j]))
            continue
        yield Piece(Kind.REMOVED, "".join(first[i:j]))
        yield Piece(Kind.ADDED, "".join(second[k:m]))


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece, none empty; within a change what was removed comes first."""
    found: list[Piece] = []
    removed = added = ""
    for piece in (*pieces, Piece(Kind.SAME, "")):
        if piece.kind is Kind.REMOVED:
            removed += piece.text
        elif piece.kind is Kind.ADDED:
            added += piece.text
        elif piece.text or not found:
            found += [Piece(Kind.REMOVED, removed), Piece(Kind.ADDED, added), piece]
            removed = added = ""
    found += [Piece(Kind.REMOVED, removed), Piece(Kind.ADDED, added)]
    return [piece for piece in found if piece.text]


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Long runs that did not change lose their middle, or what is far from any change."""
    for position, piece in enumerate(pieces):
        if piece.kind is not Kind.SAME or len(piece.text) <= _MUCH:
            yield piece
            continue
        head = _AROUND if position > 0 else 0
        tail = _AROUND if position < len(pieces) - 1 else 0
        text = piece.text
        for kind, part in (
            (Kind.SAME, text[:head]),
            (Kind.OMITTED, text[head : len(text) - tail]),
            (Kind.SAME, text[len(text) - tail :]),
        ):
            if part:
                yield Piece(kind, part)
