"""Hostile calls: a body that would be accepted, spoilt in a few ways, and signed as it should be."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from uuid import UUID

from support.contract_tables import MEMO_MEMBERS, Row
from support.desks import CONTENT_TYPE, Answer, DeskUnderTest, who
from support.hostile import NASTY_JSON, NASTY_TEXTS, PARAMETERS
from support.targets import TABLES
from support.watching import MEMOS
from unyo.cast import CAST, YAMADA, Actor
from unyo.uom.actions import CALL_ID_HEADER

_TABLES: Final = tuple(TABLES.items())
_MEGABYTE: Final = 1 << 20
# Quotes, what escapes them here or in JSON, what is escaped, and letters of every width.
_LETTERS: Final = ("¥", "¥", "\\", "\\", "'", '"', "n", "u0000", "ud800", "\n", "\x00", "\ud83d", "a", "é", "漢", "😀")
_CONTENT_TYPES: Final = (
    "application/json",
    "application/json;charset=UTF-8",
    "application/json; charset=cp932",
    "application/x-www-form-urlencoded",
    "text/xml",
    "json",
)
_CALL_IDS: Final = ("", "1", "0" * 36, "{5f0c7f5a-3a6e-4f7a-9d3c-1f2e3d4c5b6a}", "x" * 8000)

# Name and value, each as JSON or as something like it: names may repeat.
Members = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is sent."""

    action: str
    content: bytes
    actor: Actor
    content_type: str | None
    headers: Mapping[str, str]

    def send(self, desk: DeskUnderTest) -> Answer:
        """Sign and make it."""
        return desk.call(
            self.action, self.content, actor=self.actor, headers=self.headers, content_type=self.content_type
        )


def hostile_call(rng: Random, body_of: Callable[[str, str], Mapping[str, Any]]) -> Call:
    """A call of any action; ``body_of`` gives what would be accepted, which is sent as it is now and then."""
    table, rows = rng.choice(_TABLES)
    actor = rng.choice(CAST) if rng.random() < 0.1 else YAMADA
    is_ascii = rng.random() < 0.5
    body = {**body_of(*table), **who(actor)}
    members = [(json.dumps(name), json.dumps(value, ensure_ascii=is_ascii)) for name, value in body.items()]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 6))):
        rng.choice(_SPOILS)(rng, rows, members)
    text = ", ".join(f"{name}: {value}" for name, value in members)
    content = f"{{{text}}}".encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        content = rng.choice(_BYTE_SPOILS)(rng, content)
    call_id = rng.choice((str(UUID(int=rng.randrange(50))), *_CALL_IDS))
    return Call(
        table[0],
        content,
        actor,
        content_type=rng.choice((*_CONTENT_TYPES, None)) if rng.random() < 0.05 else CONTENT_TYPE,
        headers={CALL_ID_HEADER: call_id} if rng.random() < 0.1 else {},
    )


def _any_json(rng: Random, depth: int = 0) -> str:
    kind = rng.randrange(6 if depth < 4 else 4)
    match kind:
        case 0:
            return rng.choice(NASTY_JSON)
        case 1:
            return json.dumps(rng.choice(NASTY_TEXTS), ensure_ascii=rng.random() < 0.5)
        case 2:
            return _quoted(rng, _letters(rng))
        case 3:
            return rng.choice(("null", "true", "0", "-1.5e-3", '""', "[]", "{}", str(rng.getrandbits(200))))
        case 4:
            return f"[{', '.join(_any_json(rng, depth + 1) for _ in range(rng.randrange(4)))}]"
        case _:
            names = (_quoted(rng, _letters(rng)) for _ in range(rng.randrange(4)))
            return f"{{{', '.join(f'{name}: {_any_json(rng, depth + 1)}' for name in names)}}}"


def _letters(rng: Random) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.randrange(12)))


def _quoted(rng: Random, text: str) -> str:
    """As JSON writes it, with its letters as they are, or so that it is JSON by luck only."""
    return rng.choice((json.dumps(text), json.dumps(text, ensure_ascii=False), f'"{text}"'))


def _another_value(rng: Random, _rows: Sequence[Row], members: Members) -> None:
    place = rng.randrange(len(members))
    members[place] = members[place][0], _any_json(rng)


def _a_good_value(rng: Random, rows: Sequence[Row], members: Members) -> None:
    """Of this parameter or of another one: most are a value of some list."""
    value = rng.choice([text for text in NASTY_TEXTS if text.isprintable()])
    members.append((json.dumps(rng.choice(rows).name), json.dumps(value)))


def _letters_inside(rng: Random, _rows: Sequence[Row], members: Members) -> None:
    place = rng.randrange(len(members))
    name, value = members[place]
    cut = rng.randrange(1, len(value)) if len(value) > 1 else 0
    letters = _letters(rng)
    text = rng.choice((letters, json.dumps(letters)[1:-1]))
    if rng.random() < 0.2:
        members[place] = f'{name[:-1]}{text}"', value
    else:
        members[place] = name, value[:cut] + text + value[cut:]


def _one_less(rng: Random, _rows: Sequence[Row], members: Members) -> None:
    if len(members) > 1:
        del members[rng.randrange(len(members))]


def _a_stranger(rng: Random, _rows: Sequence[Row], members: Members) -> None:
    name = rng.choice((rng.choice(PARAMETERS), rng.choice(NASTY_TEXTS), _letters(rng)))
    members.append((_quoted(rng, name), _any_json(rng)))


def _one_twice(rng: Random, _rows: Sequence[Row], members: Members) -> None:
    name, value = rng.choice(members)
    members.insert(rng.randrange(len(members) + 1), (name, rng.choice((value, _any_json(rng)))))


def _at_the_limit(rng: Random, rows: Sequence[Row], members: Members) -> None:
    row = rng.choice(rows)
    letter = rng.choice("a¥é漢😀")
    width = len(letter.encode()) if row.kind == "bytes" else 1
    count = row.maximum // width + rng.choice((-1, 0, 1))
    members.append((json.dumps(row.name), json.dumps(letter * count, ensure_ascii=rng.random() < 0.5)))


def _deep(rng: Random, rows: Sequence[Row], members: Members) -> None:
    depth = rng.choice((2, 30, 31, 32, 33, 2000))
    start, end = rng.choice((("[", "]"), ('{"a":', "}"), ("[{}, ", "]")))
    members.append((json.dumps(rng.choice(rows).name), start * depth + "1" + end * rng.choice((depth, depth - 1))))


def _memos(rng: Random, _rows: Sequence[Row], members: Members) -> None:
    members.append((json.dumps(MEMOS), f"[{', '.join(_memo(rng) for _ in range(rng.choice((1, 2, 3, 60))))}]"))


def _memo(rng: Random) -> str:
    if rng.random() < 0.2:
        return _any_json(rng)
    given = {
        "CorrespondProcessSeq": json.dumps(rng.choice(("", "1", "2", "01", "3", "999999999"))),
        "CorrespondProcessOperationClass": json.dumps(rng.choice("0001123")),
        "CorrespondProcess": json.dumps("".join(rng.choices(("¥n", "¥'", "追記", "😀", "\\'"), k=rng.randrange(1, 5)))),
    }
    if rng.random() < 0.3:
        given[rng.choice(MEMO_MEMBERS).name] = _any_json(rng)
    return f"{{{', '.join(f'{json.dumps(name)}: {value}' for name, value in given.items())}}}"


def _out_of_order(rng: Random, _rows: Sequence[Row], members: Members) -> None:
    rng.shuffle(members)


_SPOILS: Final[Sequence[Callable[[Random, Sequence[Row], Members], None]]] = (
    _another_value,
    _a_good_value,
    _letters_inside,
    _one_less,
    _a_stranger,
    _one_twice,
    _at_the_limit,
    _deep,
    _memos,
    _out_of_order,
)


def _cut_off(rng: Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def _bytes_inside(rng: Random, content: bytes) -> bytes:
    place = rng.randrange(len(content))
    return content[:place] + rng.randbytes(rng.randrange(1, 5)) + content[place + rng.randrange(2) :]


def _written_otherwise(rng: Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(rng.choice(("utf-8-sig", "utf-16", "utf-32-be", "cp932", "euc-jp", "latin-1")), "replace")


def _wrapped(rng: Random, content: bytes) -> bytes:
    before, after = rng.choice(
        ((b"[", b"]"), (b"", b"{}"), (b"", content), (b" \r\n\t", b"\n"), (b"\x00", b""), (b'"', b'"'))
    )
    return before + content + after


def _large(rng: Random, content: bytes) -> bytes:
    return content + b" " * (_MEGABYTE - len(content) + rng.choice((-1, 0, 1)))


_BYTE_SPOILS: Final[Sequence[Callable[[Random, bytes], bytes]]] = (
    _cut_off,
    _bytes_inside,
    _written_otherwise,
    _wrapped,
    _large,
)
