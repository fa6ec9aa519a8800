"""The form of a cassette: one YAML document, each call with its answer, to be read in a diff and by hand."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import yaml

from unyo.uom import codec

# The version of the form, and the name by which a cassette is known.
NAME: Final = "unyo_cassette"
VERSION: Final = 1
_TEXT: Final = "tag:yaml.org,2002:str"
# No line is folded: a diff shows what has changed, and nothing that moved with it.
_ENDLESS: Final = 1_000_000
# What must be written escaped: what YAML takes for a line's end too, and empty lines at the end, after which it would
# end the document.
_ODD_BREAKS: Final = re.compile("[\r\x85\u2028\u2029]|(?:^|\n)\n\\Z")
_FIRST: Final = datetime(1970, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9998, 12, 30, tzinfo=UTC)
# A string, which is passed over whole, or a comma before a closing bracket.
_TRAILING: Final = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[}\]])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """A call or an answer as it is recorded: headers by lower-case name, and the body.

    ``body`` is an object of JSON where it is one, and else the ``text`` as it was.
    """

    headers: Mapping[str, str]
    body: Mapping[str, Any] | None
    text: str = ""

    @property
    def meant(self) -> Mapping[str, Any] | None:
        """The body; of one that is no JSON for its trailing commas alone, what it would be without them."""
        return self.body if self.body is not None else _without_trailing_commas(self.text)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the endpoint answered."""

    status: int
    message: Message


@dataclass(frozen=True, slots=True)
class Call:
    """A recorded call: its number in the cassette, when it was answered and how long that took, and what came of it.

    ``has_query``: whether its URL had a query, which is not kept. ``answer`` is None where there was none; ``trouble``
    says why. ``line`` is where it stands in the file.
    """

    number: int
    at: datetime
    took: timedelta
    method: str
    path: str
    has_query: bool
    action: str
    request: Message
    answer: Answered | None
    trouble: str
    line: int

    @property
    def asked(self) -> Mapping[str, Any]:
        """What the call asks, as the contract reads its body; nothing where that is no object."""
        if self.request.body is not None:
            return self.request.body
        try:
            return codec.decode(self.request.text.encode("utf-8", "surrogatepass"))
        except codec.NotJson:
            return {}


@dataclass(frozen=True, slots=True)
class Cassette:
    """A recording: of which endpoint, and its calls in the order of their answers."""

    endpoint: str
    calls: tuple[Call, ...]


def can_be_told(moment: datetime) -> bool:
    """Whether a call can have come at that moment: a replay looks an hour ahead of it, and back, in any zone."""
    return _FIRST <= moment <= _LAST


def read_body(content: bytes) -> tuple[dict[str, Any] | None, str]:
    """A body as it is recorded: the object that it holds, or its text; bytes that are no UTF-8 are written escaped."""
    text = content.decode("utf-8", "backslashreplace")
    try:
        codec.decode(content)
        found = json.loads(text)
        json.dumps(found, allow_nan=False)
    except (
        codec.NotJson,
        ValueError,
    ):  # of the latter: what only the contract reads as JSON, and numbers beyond bounds
        return None, text
    return found, ""


def _without_trailing_commas(text: str) -> Mapping[str, Any] | None:
    """What the sample on the vendor's own page needs to be read."""
    try:
        return codec.decode(_TRAILING.sub(lambda found: found[1] or "", text).encode("utf-8", "surrogatepass"))
    except codec.NotJson:
        return None


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as such, and nothing is written as a reference to something before."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _ODD_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar(_TEXT, text, style=style)


_Dumper.add_representer(str, _represent)


def dump(value: Any) -> str:
    """A value as a part of a cassette."""
    written: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_ENDLESS)
    return written


def head(endpoint: str, started: datetime, *, masked: bool) -> str:
    """How a cassette begins: what is before its calls."""
    about = {
        NAME: VERSION,
        "endpoint": endpoint,
        "started": started.isoformat(timespec="seconds"),
        "free text": "masked" if masked else "as it was",
    }
    return f"# Recorded by unyo record. Keys and signatures are left out.\n{dump(about)}calls:\n"
