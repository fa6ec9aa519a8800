"""What of a call may stand in a cassette: no access key, no secret, no signature, no cookie, no query."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from unyo.tickets.dates import JAPAN
from unyo.uom import codec
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER
from unyo.uom.signature import EXPIRE, METHOD, SCHEME, VERSION, SignatureMethod

from .form import read_body
from .masking import Masker

SCRUBBED: Final = "<scrubbed>"
PRESENT: Final = "<present>"
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,30}(?: ?; ?charset=\"?[a-zA-Z0-9_-]{1,15}\"?)?", re.IGNORECASE)
_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")
_REQUEST_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{8}){4}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# The headers that are kept, each with the form that its value must have; a value of another form is left out.
_OF_A_CALL: Final[Mapping[str, re.Pattern[str]]] = {
    "content-type": _MEDIA_TYPE,
    "content-encoding": re.compile(r"identity|gzip|deflate|br|zstd"),
    EXPIRE: re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"),
    METHOD: re.compile("|".join(SignatureMethod)),
    VERSION: re.compile("2"),
    CALL_ID_HEADER: _UUID,
}
_OF_AN_ANSWER: Final[Mapping[str, re.Pattern[str]]] = {
    "content-type": _MEDIA_TYPE,
    "date": _DATE,
    "retry-after": re.compile(r"\d{1,6}"),
    "allow": re.compile(r"[A-Z]+(?:, ?[A-Z]+)*"),
    "x-request-id": _REQUEST_ID,
    "x-unyo-version": re.compile(r"[0-9]+(?:\.[0-9a-z]+){1,4}"),
    "x-unyo-replayed": re.compile("1"),
}
_AUTHORIZATION: Final = re.compile(rf"{SCHEME} ([^\s:]+):([^\s:]+)")
# What looks like an access key or a secret (contract, section 2), wherever it stands.
_KEY_LIKE: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Z]{20}(?![0-9A-Za-z])|(?<![0-9A-Za-z+/])[0-9A-Za-z+/]{40}(?![0-9A-Za-z+/])"
)
# The fewest characters of a key or signature that are looked for elsewhere; a shorter one would be found by chance.
_LONG_ENOUGH: Final = 16
_ACTION: Final = re.compile(r"/r/[^/]+/([A-Za-z]+)\.json")


@dataclass(frozen=True, slots=True)
class Heard:
    """A call as the proxy heard it, with its answer; ``trouble`` says why there is none. Never shown whole."""

    method: str
    path: str
    headers: Iterable[tuple[str, str]]
    content: bytes
    arrived: datetime
    status: int = 0
    answer_headers: Iterable[tuple[str, str]] = ()
    answer: bytes = b""
    trouble: str = ""

    def __repr__(self) -> str:
        return f"<Heard {self.method} {self.status}>"


class Scrubber:
    """Turns what was heard into what is recorded; it remembers which access key has which label."""

    def __init__(self, *, masking: bool) -> None:
        self._letters = Masker(secrets.token_bytes(32))
        self._masking = masking
        self._labels: dict[str, str] = {}
        self._known: set[str] = set()

    def recorded(self, number: int, heard: Heard) -> dict[str, Any]:
        """The call as an item of a cassette."""
        headers = list(heard.headers)
        request = {
            "method": self._text(heard.method),
            "path": self._text(heard.path),
            "headers": self._request_headers(headers),
            **self._body(heard.content),
        }
        about = {"call": number, "time": _moment(heard).isoformat(timespec="seconds"), "action": action_of(heard.path)}
        if heard.trouble:
            return {**about, "request": request, "trouble": heard.trouble}
        answer = {
            "status": heard.status,
            "headers": _allowed(heard.answer_headers, _OF_AN_ANSWER),
            **self._body(heard.answer),
        }
        return {**about, "request": request, "answer": answer}

    def _request_headers(self, headers: list[tuple[str, str]]) -> dict[str, str]:
        kept = {}
        for name, value in headers:
            if name == "authorization":
                kept[name] = self._authorization(value)
            elif name == "content-md5" and value.strip():
                kept[name] = PRESENT  # it would tell of the body what was scrubbed in it
        return kept | _allowed(headers, _OF_A_CALL)

    def _authorization(self, value: str) -> str:
        found = _AUTHORIZATION.fullmatch(value.strip())
        if not found:
            return SCRUBBED
        access_key, signature = found.groups()
        self._known |= {each for each in (access_key, signature) if len(each) >= _LONG_ENOUGH}
        label = self._labels.setdefault(access_key, f"KEY{len(self._labels) + 1}")
        return f"{SCHEME} {label}:{SCRUBBED}"

    def _body(self, content: bytes) -> dict[str, Any]:
        body, text = read_body(content)
        if body is None and self._masking:
            try:
                body = codec.decode(content)  # with the page's own way of quoting
            except codec.NotJson:
                return {"text": self._letters.letters(text)}
        if body is None:
            return {"text": self._text(text)}
        return {"body": self._clean(self._letters.body(body) if self._masking else body)}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._text(name): self._clean(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._clean(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        """A text in which nothing that is, or looks like, a key is left; it is as long as before."""
        for known in self._known:
            if known in text:
                text = text.replace(known, self._letters.letters(known))
        return _KEY_LIKE.sub(lambda found: self._letters.letters(found[0]), text)


def action_of(path: str) -> str:
    """The action that a path names, if it is one of the contract's."""
    found = _ACTION.fullmatch(path)
    return found[1] if found and found[1] in ACTIONS else ""


def _allowed(headers: Iterable[tuple[str, str]], forms: Mapping[str, re.Pattern[str]]) -> dict[str, str]:
    return {
        name: value.strip() if forms[name].fullmatch(value.strip()) else SCRUBBED
        for name, value in headers
        if name in forms
    }


def _moment(heard: Heard) -> datetime:
    """When the endpoint answered, by its own clock; where that is not told, when the call arrived."""
    told = dict(heard.answer_headers).get("date", "")
    moment = parsedate_to_datetime(told) if _DATE.fullmatch(told) else heard.arrived
    return moment.astimezone(JAPAN)
