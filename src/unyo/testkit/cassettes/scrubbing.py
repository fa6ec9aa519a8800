"""What of a call may stand in a cassette: no access key, no secret, no signature, no cookie, no query."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from unyo.tickets.dates import JAPAN
from unyo.uom import codec
from unyo.uom.actions import ACTIONS, action_named

from .form import can_be_told, read_body
from .heads import QUERY, SCRUBBED, access_key_of, kept_of_a_call, kept_of_an_answer, left_out
from .hiding import Hiding
from .masking import Masker, is_kept

# Instead of a body that cannot be looked through.
_COMPRESSED: Final = "<compressed>"
_AS_IT_IS: Final = frozenset({"", "identity"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A call as the proxy heard it, with its answer after so many ``seconds``; never shown whole.

    Names of headers are in lower case. ``trouble`` says why there is no answer.
    """

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    content: bytes
    arrived: datetime
    seconds: float = 0
    status: int = 0
    answer_headers: Sequence[tuple[str, str]] = ()
    answer: bytes = b""
    trouble: str = ""

    def __repr__(self) -> str:
        return f"<Heard {self.method} {self.status}>"


class Scrubber:
    """Turns what was heard into what is recorded; it remembers which access key has which label."""

    def __init__(self, *, masking: bool) -> None:
        self._letters = Masker(secrets.token_bytes(32))
        self._masking = masking
        self._hiding = Hiding(self._letters)
        self._labels: dict[str, str] = {}

    def recorded(self, number: int, heard: Heard) -> dict[str, Any]:
        """The call as an item of a cassette."""
        headers = kept_of_a_call([*heard.headers], heard.content, self._label(access_key_of(heard.headers)))
        answer_headers = kept_of_an_answer(heard.answer_headers)
        cookies = [(name, value) for name, value in heard.answer_headers if name == "set-cookie"]
        self._hiding.remember([*left_out(heard.headers, headers), *cookies], heard.query)
        request = {
            "method": self._hiding.keys(heard.method),
            "path": self._hiding.keys(heard.path),
            **({QUERY: SCRUBBED} if heard.query else {}),
            "headers": self._of_head(headers),
            **self._body(heard.content, headers),
        }
        about = {
            "call": number,
            "time": _moment(heard).isoformat(timespec="seconds"),
            "seconds": round(heard.seconds, 3),
            "action": _action_of(heard.path),
        }
        if heard.trouble:
            return {**about, "request": request, "trouble": heard.trouble}
        answer = {
            "status": heard.status,
            "headers": self._of_head(answer_headers),
            **self._body(heard.answer, dict(heard.answer_headers)),
        }
        return {**about, "request": request, "answer": answer}

    def _label(self, access_key: str) -> str:
        if not access_key:
            return ""
        self._hiding.remember_key(access_key)
        return self._labels.setdefault(access_key, f"KEY{len(self._labels) + 1}")

    def _of_head(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: self._hiding.keys(value) for name, value in headers.items()}

    def _body(self, content: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        if content and headers.get("content-encoding", "").strip().lower() not in _AS_IT_IS:
            return {"text": _COMPRESSED}
        body, text = read_body(content)
        if body is None and self._masking:
            try:
                body = codec.decode(content)  # with the page's own way of quoting
            except codec.NotJson:
                return {"text": self._letters.letters(text)}
        if body is None:
            return {"text": self._hiding.text(text)}
        return {"body": self._clean("", self._letters.body(body) if self._masking else body)}

    def _clean(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._hiding.text(each): self._clean(each, inside) for each, inside in value.items()}
        if isinstance(value, list):
            return [self._clean(name, each) for each in value]
        if isinstance(value, str):
            return self._hiding.keys(value) if is_kept(name) else self._hiding.text(value)
        return value


def _action_of(path: str) -> str:
    """The action that a path names, if it is one of the contract's."""
    name = action_named(path)
    return name if name in ACTIONS else ""


def _moment(heard: Heard) -> datetime:
    """When the endpoint answered, by its own clock; where that tells no such time, when the call arrived."""
    try:
        told = parsedate_to_datetime(kept_of_an_answer(heard.answer_headers).get("date", ""))
    except ValueError:
        told = heard.arrived
    return (told if can_be_told(told) else heard.arrived).astimezone(JAPAN)
