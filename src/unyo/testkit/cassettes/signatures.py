"""What a recording tells of signatures without any secret, and how unyo judges others of the same kind."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from unyo.tickets.errors import Reason
from unyo.uom import signature
from unyo.uom.signature import EXPIRE, METHOD, VERSION, SignatureMethod, SignedCall, Unverified, content_md5

from .form import Call
from .heads import ANOTHER, AUTHORIZATION, MD5, MORE, PRESENT, QUERY, REPEATED, SCRUBBED, label_of
from .outcomes import outcome_of
from .rules import Difference, Rule

# What a signature is made of; a refused one that differs in none of these from one that was taken is simply wrong.
_FACTS: Final = (METHOD, VERSION, "content-type", MD5, MORE)
_NONE: Final = "(none)"
# By how much further ahead than any that was taken an expiry must be to count as another.
_SLACK: Final = timedelta(minutes=1)
# The endpoint tells its time in whole seconds.
_PRECISION: Final = timedelta(seconds=1)
_DIGIT: Final = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class _Kind:
    """What can be told of a signature; ``life`` is until when it was good, from the answer on, where that is a date."""

    facts: Mapping[str, str]
    life: timedelta | None


class Signatures:
    """The signatures of a recording: which kinds the endpoint took, and of whose keys it took none."""

    def __init__(self, calls: Iterable[Call]) -> None:
        self._taken: dict[str, list[_Kind]] = {}
        self._refused: dict[str, int] = {}
        for call in calls:
            label = label_of(call)
            if was_taken(call):
                self._taken.setdefault(label, []).append(_kind_of(call))
            elif _was_refused(call) and label:
                self._refused[label] = self._refused.get(label, 0) + 1

    def difference(self, call: Call) -> Iterator[Difference]:
        """What unyo says to such a signature, where it is something else."""
        refusals = {_refusal(call, at) for at in (call.at - call.took - _PRECISION, call.at + _PRECISION)}
        if was_taken(call) and all(refusals):
            yield _difference(call, f"accepted: {_told(_kind_of(call))}", f"refused: {min(refusals)}")
        elif _was_refused(call) and not any(refusals) and (others := self._others(call)):
            told = ", ".join(f"{name} {value}" for name, value in others.items())
            yield _difference(call, f"refused, and no other of this key was so: {told}", "accepted, if signed well")

    def _others(self, call: Call) -> dict[str, str]:
        """In what a signature differs from all that were taken of its key; nothing where none was."""
        kind, taken = _kind_of(call), self._taken.get(label_of(call), [])
        if not taken:
            return {}
        found = {name: value for name, value in kind.facts.items() if value not in {each.facts[name] for each in taken}}
        longest = max((each.life for each in taken if each.life), default=None)
        if longest and kind.life and kind.life > longest + _SLACK:
            found[EXPIRE] = _life(kind.life)
        return found

    @property
    def remarks(self) -> list[str]:
        """What cannot be known from the recording: whether a key that was always refused is one of the endpoint's."""
        return [
            f"{label} was refused in all its calls ({count}), and counts as a key that the endpoint does not know. "
            "If it does, its rules of signatures are others than unyo's."
            for label, count in self._refused.items()
            if label not in self._taken
        ]


def _difference(call: Call, recorded: str, unyo: str) -> Difference:
    return Difference(Rule.SIGNATURE, label_of(call), recorded, unyo)


def was_taken(call: Call) -> bool:
    """Whether the call was judged by a rule that comes after its signature."""
    found = outcome_of(call.answer, call.action)
    return found.is_success or found.reason not in {None, Reason.UNAUTHENTICATED}


def _was_refused(call: Call) -> bool:
    return outcome_of(call.answer, call.action).reason is Reason.UNAUTHENTICATED


def _kind_of(call: Call) -> _Kind:
    headers = call.request.headers
    facts = {name: headers.get(name, _NONE) for name in _FACTS}
    facts[AUTHORIZATION] = headers.get(AUTHORIZATION, _NONE).replace(label_of(call) or "\0", "KEY")
    facts[QUERY] = SCRUBBED if call.has_query else _NONE
    expire = headers.get(EXPIRE, _NONE)
    facts[EXPIRE] = _DIGIT.sub("0", expire)
    return _Kind(facts, moment - call.at if (moment := _moment(expire)) else None)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _told(kind: _Kind) -> str:
    life = {EXPIRE: _life(kind.life)} if kind.life is not None else {}
    return ", ".join(f"{name} {value}" for name, value in {**kind.facts, **life}.items() if value != _NONE)


def _life(life: timedelta) -> str:
    seconds = int(life.total_seconds())
    return f"{timedelta(seconds=abs(seconds))} {'before' if seconds < 0 else 'after'} the call"


def _refusal(call: Call, at: datetime) -> str:
    """Why unyo refuses such a signature though it is signed well; ``""`` where it takes it."""
    headers = [*_headers(call)]
    recorded = call.request.headers.get(AUTHORIZATION, "")
    is_sha1 = call.request.headers.get(METHOD) == SignatureMethod.HMAC_SHA1
    method = SignatureMethod.HMAC_SHA1 if is_sha1 else SignatureMethod.HMAC_SHA256
    try:
        text = signature.string_to_sign(call.method, call.path, signature.canonical_headers(headers))
        signed = recorded.replace(SCRUBBED, signature.sign("", method, text)) if label_of(call) else recorded
        headers += [(AUTHORIZATION, signed)] * (2 if recorded == REPEATED else 1)
        signature.verify(SignedCall(call.method, call.path, headers), b"", lambda _: "", at)
    except Unverified as reason:
        return str(reason)
    return ""


def _headers(call: Call) -> Iterator[tuple[str, str]]:
    """Headers of the kind that was recorded, beside Authorization."""
    md5 = {PRESENT: content_md5(b""), ANOTHER: content_md5(b"another body")}
    for name, value in call.request.headers.items():
        if value == REPEATED:
            yield from ((name, "") for _ in range(2))
        elif name == MORE:
            yield "x-iijapi-more", ""
        elif name == MD5:
            yield name, md5.get(value, value)
        elif name != AUTHORIZATION:
            yield name, value
