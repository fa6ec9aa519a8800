"""A file of many tickets: JSON lines, YAML or CSV, read whole and judged before anything is sent."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from io import StringIO
from pathlib import PurePath
from typing import Any, Final

from unyo.cli.ticket.judging import FIELDS, KINDS, MEMOS, WrongValue, faults, memo_fault, nearest, read_value, told
from unyo.tickets.model import TicketKind

TICKET_ID: Final = "ticket_id"
KIND: Final = "kind"
_KNOWN: Final = (TICKET_ID, KIND, *FIELDS, MEMOS)


class FileFormat(StrEnum):
    """What a file of tickets is written in."""

    JSONL = "jsonl"
    YAML = "yaml"
    CSV = "csv"


SUFFIXES: Final = {
    ".jsonl": FileFormat.JSONL,
    ".ndjson": FileFormat.JSONL,
    ".yaml": FileFormat.YAML,
    ".yml": FileFormat.YAML,
    ".csv": FileFormat.CSV,
}


class WrongFile(ValueError):
    """The file cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket of the file: its first line, what is to be done, and what is wrong with it."""

    line: int
    ticket_id: str
    kind: TicketKind | None
    fields: Mapping[str, Any]
    memos: tuple[str, ...]
    faults: tuple[str, ...]
    key: str
    """Tells the same row again, in a file in which other rows were mended."""


def format_of(name: str) -> FileFormat | None:
    """The format that a file's name tells; None where it tells none."""
    return SUFFIXES.get(PurePath(name).suffix.lower())


def read_rows(text: str, file_format: FileFormat) -> list[Row]:
    """All rows, in their order.

    Raises:
        WrongFile: it is not in this format.
    """
    seen: dict[str, int] = {}
    found = []
    for line, members in _READERS[file_format](text):
        content = members if isinstance(members, str) else json.dumps(members, sort_keys=True, ensure_ascii=False)
        digest = sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        seen[digest] = seen.get(digest, 0) + 1
        key = f"{digest}-{seen[digest]}"
        if isinstance(members, str):
            found.append(Row(line, "", None, {}, (), (members,), key))
        else:
            found.append(_row(line, members, key))
    return found


def _row(line: int, members: Mapping[str, Any], key: str) -> Row:
    wrong = [f"{name} is no field{nearest(name, _KNOWN)}" for name in members if name not in _KNOWN]
    ticket_id, kind_name = members.get(TICKET_ID), members.get(KIND)
    kind = KINDS.get(kind_name) if isinstance(kind_name, str) else None
    fields: dict[str, Any] = {}
    for name, text in members.items():
        if name in FIELDS and text is not None:
            try:
                fields[name] = read_value(name, _text(text))
            except WrongValue as error:
                wrong.append(f"{name}: {error}")
    memos, said = _memos(members.get(MEMOS))
    wrong += said
    if kind_name is not None and kind is None:
        wrong.append(f"kind is {' or '.join(KINDS)}, not {kind_name!r}")
    elif not ticket_id and kind is None:
        wrong.append("ticket_id (of a ticket to update) or kind (of one to register) is missing")
    elif ticket_id is not None and not isinstance(ticket_id, str):
        wrong.append("ticket_id must be a text")
    else:
        wrong += _judged(fields, kind, registers=not ticket_id)
        if not (fields or memos or wrong):
            wrong.append("there is nothing to change")
    return Row(line, str(ticket_id or ""), kind, fields, memos, tuple(wrong), key)


def _judged(fields: Mapping[str, Any], kind: TicketKind | None, *, registers: bool) -> list[str]:
    """What is wrong with the values; an update whose kind is not told must be one of either kind."""
    tried = [faults(each, fields, registers=registers) for each in ([kind] if kind else TicketKind)]
    best = min(tried, key=len)
    return told(best)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        raise WrongValue("must be a text")
    return str(value)


def _memos(given: Any) -> tuple[tuple[str, ...], list[str]]:
    """The memos to add, and what is wrong with them: a text, or a list of texts."""
    texts = [] if given is None or given == "" else [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        return (), ["memos must be a text or a list of texts"]
    return tuple(texts), [f"a memo {said}" for each in texts if (said := memo_fault(each))]


def _json_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for line, written in enumerate(text.split("\n"), 1):
        if not written.strip():
            continue
        try:
            found = json.loads(written, object_pairs_hook=_once)
        except ValueError as error:
            yield line, f"this is no JSON: {error}"
        else:
            yield line, found if isinstance(found, dict) else "this is no JSON object"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _yaml(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    import yaml  # noqa: PLC0415 - most files are not in YAML

    try:
        documents = list(yaml.compose_all(text, Loader=yaml.BaseLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise WrongFile(f"line {mark.line + 1 if mark else 1}: this is no YAML: {error}") from None
    for root in documents:
        for node in root.value if isinstance(root, yaml.SequenceNode) else [root]:
            line = node.start_mark.line + 1
            if not isinstance(node, yaml.MappingNode):
                yield line, "this is no ticket: names with their values are wanted"
                continue
            pairs = [(str(name.value), _plain(value)) for name, value in node.value]
            try:
                yield line, _once(pairs)
            except ValueError as error:
                yield line, str(error)


def _plain(node: Any) -> Any:
    if isinstance(node.value, str):
        return None if node.style is None and node.value in {"", "~", "null"} else node.value
    return [each if isinstance(each, tuple) else _plain(each) for each in node.value]


def _csv(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        unknown = [name for name in header if name not in _KNOWN]
        if unknown or len(set(header)) < len(header):
            named = ", ".join(f"{name}{nearest(name, _KNOWN)}" for name in unknown) or "a name twice"
            raise WrongFile(f"line 1: the header holds {named}")
        last = reader.line_num
        for cells in reader:
            line, last = last + 1, reader.line_num
            if not cells:
                continue
            if len(cells) != len(header):
                yield line, f"there are {len(cells)} cells, and {len(header)} in the header"
            else:
                yield line, {name: _cell(cell) for name, cell in zip(header, cells, strict=True) if cell}
    except csv.Error as error:
        raise WrongFile(f"line {reader.line_num}: this is no CSV: {error}") from None


def _cell(written: str) -> str:
    """A cell; one without anything leaves the field as it is, and two quotes empty it."""
    return "" if written == '""' else written


_READERS: Final = {FileFormat.JSONL: _json_lines, FileFormat.YAML: _yaml, FileFormat.CSV: _csv}
