"""Hides in a text what is secret: what looks like a key, and whatever was left out of a call's head."""

import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from html.entities import codepoint2name
from typing import Final
from urllib.parse import parse_qsl, unquote

from .masking import Masker, is_kept

# The fewest characters of what is looked for elsewhere: shorter ones would be found by chance. Of headers that are not
# there to hold a secret, parts are looked for that are as long as one.
_LONG_ENOUGH: Final = 8
_LONG: Final = 16
# How many of what was left out are remembered; access keys always are.
_MOST: Final = 256
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
# Headers whose values are no secrets, though a cassette does without them.
_PLAIN: Final = frozenset(
    {
        *("accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection", "date"),
        *("content-length", "expect", "host", "origin", "pragma", "priority", "te", "transfer-encoding", "user-agent"),
    }
)
_PIECE: Final = re.compile(r"[^\s:;,=\"]+")
_MEDIA_TYPE: Final = re.compile("[a-z]+/[a-z0-9.+-]{1,30}", re.IGNORECASE)
# In which keys can stand, however their signs are written: in JSON, in a URL, in HTML.
_RUN: Final = re.compile(r"[0-9A-Za-z+/\\%&#;\xa5]{20,}")
_OF_64: Final = r"(?:[0-9A-Za-z+/]|\\/|\\u002[BbFf]|%2[BbFf]|&#(?:43|47|[xX]2[BbFf]);|&plus;|&sol;)"
# A letter before a key belongs to it, unless it is the end of an escape.
_BEGINS: Final = r"(?:(?<![0-9A-Za-z])|(?<=[\\\xa5][bfnrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
# An access key, and a secret (contract, section 2).
_KEY_LIKE: Final = (
    re.compile(rf"{_BEGINS}[0-9A-Z]{{20}}(?![0-9A-Za-z])"),
    re.compile(rf"{_BEGINS}(?<![+/]){_OF_64}{{40}}(?!{_OF_64})"),
)
# A secret with a slash or a plus beside it, as in a path; it is told from other paths by what it is made of.
_BESIDE_SIGNS: Final = re.compile(rf"{_BEGINS}{_OF_64}{{40}}(?![0-9A-Za-z])")
_MADE_OF: Final = (re.compile("[0-9]"), re.compile("[a-z]"), re.compile("[A-Z]"))


class Hiding:
    """Remembers what must not be seen, and replaces it in texts by letters, each as long in bytes."""

    def __init__(self, letters: Masker) -> None:
        self._letters = letters
        # Each with the longest part of it that is written in one way only.
        self._keys: dict[str, str] = {}
        self._left_out: OrderedDict[str, str] = OrderedDict()

    def remember_key(self, access_key: str) -> None:
        """Have an access key be hidden throughout the recording."""
        if len(access_key) >= _LONG_ENOUGH:
            self._keys[access_key] = _core(access_key)

    def remember(self, left_out: Iterable[tuple[str, str]], query: str) -> None:
        """Have what a call's head held be hidden: headers of which a cassette does not tell, and the query."""
        for value in [*_of_headers(left_out), *_of_query(query)]:
            for each in {value, unquote(value)}:
                if len(each) >= _LONG_ENOUGH:
                    self._left_out[each] = _core(each)
                    self._left_out.move_to_end(each)
        while len(self._left_out) > _MOST:
            self._left_out.popitem(last=False)

    def text(self, text: str) -> str:
        """A text in which nothing secret is left, in whatever way it is written."""
        if "\0" in text and self.text(without := text.replace("\0", "")) != without:
            return self._letters.letters(text)  # it is UTF-16, or the like
        return self.keys(self._without(self._left_out, text))

    def keys(self, text: str) -> str:
        """A text in which nothing that is, or looks like, a key is left; for what is more than free text."""
        return _RUN.sub(self._in_run, self._without(self._keys, text))

    def _without(self, secrets: dict[str, str], text: str) -> str:
        for secret, core in secrets.items():
            if core in text:
                text = re.sub("".join(map(_written, secret)), self._hidden, text)
        return text

    def _in_run(self, run: re.Match[str]) -> str:
        text = run[0]
        for pattern in _KEY_LIKE:
            text = pattern.sub(self._hidden, text)
        return _BESIDE_SIGNS.sub(lambda found: self._hidden(found) if _is_made_as_keys(found[0]) else found[0], text)

    def _hidden(self, found: re.Match[str]) -> str:
        return self._letters.letters(found[0])


def _is_made_as_keys(text: str) -> bool:
    return all(kind.search(text) for kind in _MADE_OF)


def _of_headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What of headers must not be seen: a value whole, and what it is made of."""
    for name, value in headers:
        if name in _PLAIN:
            continue
        yield value
        pieces = [piece for piece in _PIECE.findall(value) if not _MEDIA_TYPE.fullmatch(piece)]
        if name in _SECRET_HEADERS:
            yield from pieces
            for piece in pieces:
                yield from _user_and_password(piece)
        else:
            yield from (piece for piece in pieces if len(piece) >= _LONG)


def _user_and_password(piece: str) -> Iterator[str]:
    """What basic authentication holds."""
    try:
        yield from base64.b64decode(piece + "=" * (-len(piece) % 4), validate=True).decode().split(":", 1)
    except (binascii.Error, UnicodeDecodeError):
        return


def _of_query(query: str) -> Iterator[str]:
    """A query whole, and its values; those of the contract's parameters are no secrets."""
    yield query
    for name, value in parse_qsl(query, encoding="latin-1"):
        if not is_kept(name):
            yield value


def _core(secret: str) -> str:
    return max(re.findall(r"[0-9A-Za-z]+", secret), key=len, default="")


def _written(character: str) -> str:
    """A pattern of a character as it is in JSON, in a URL or in HTML too."""
    if character.isascii() and character.isalnum():
        return character
    code, plain = ord(character), re.escape(character)
    ways = [plain, rf"\\{plain}", rf"\\u{code:04x}", f"&#0*{code};", f"&#x0*{code:x};"]
    ways += ["".join(f"%{byte:02x}" for byte in character.encode())]
    ways += [f"&{codepoint2name[code]};"] if code in codepoint2name else []
    ways += [r"\+"] if character == " " else []
    return f"(?i:{'|'.join(ways)})"
