"""A ticket as a YAML text that a person edits, and what was changed in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import yaml

from unyo.cli.ticket.flags.fields import describe_in
from unyo.cli.ticket.judging import FIELDS, MEMOS, WrongValue, faults, memo_fault, nearest, read_value
from unyo.cli.ticket.values import shown
from unyo.client import AddMemo, DeleteMemo, EditMemo, Option, Ticket
from unyo.client.bodies import MemoOperation
from unyo.tickets.field_tables import SECTION_LABELS
from unyo.tickets.fields import OptionList
from unyo.tickets.model import SECTIONS

_WRONG: Final = "# ! "
_MOST_CHOICES: Final = 30
_STR, _MAP = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map"
_ENDLESS: Final = 10**6
_HELP: Final = """\
# Change values, save, and close the editor. What is left out stays as it is; what has no value is emptied.
# Memos: another text edits, an item without a number is added, an item that is taken out is deleted.
# Several lines: "|" behind the name, then the lines, indented."""


class Fault(NamedTuple):
    """What is wrong, and in which line of the text (0: in none)."""

    line: int
    said: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.said}" if self.line else self.said


class WrongDocument(ValueError):
    """What was written cannot be sent; ``faults`` say why."""

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.faults = tuple(found)


@dataclass(frozen=True)
class Edited:
    """What was changed: the values by field, and the operations on memos."""

    fields: Mapping[str, Any]
    memos: Sequence[MemoOperation]

    def __bool__(self) -> bool:
        return bool(self.fields or self.memos)


def write(
    ticket: Ticket,
    edited: Edited | None = None,
    *,
    options: Sequence[Option] = (),
    notes: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The text of a ticket, with what was changed already; ``notes`` become comments above their fields."""
    edited, notes = edited or Edited({}, ()), notes or {}
    values = {**ticket.read, **edited.fields}
    lines = [f"# {ticket.ticket_id} {shown(ticket.read['title'])}", _HELP]
    for section in SECTIONS[ticket.kind]:
        lines += ["", f"# ── {SECTION_LABELS[section]}"]
        for name in [name for name in values if FIELDS[name].section is section]:
            lines += [f"# {described}" for described in _described(ticket, name, values, options)]
            lines += [f"# {note}" for note in notes.get(name, ())]
            lines.append(_scalar(name, _written(values[name])))
    return "\n".join([*lines, "", *_memo_lines(ticket, edited.memos, notes), ""])


def read(text: str, ticket: Ticket) -> Edited:
    """What was changed in a text that `write` made.

    Raises:
        WrongDocument: it is no such text, or a value in it cannot be taken.
    """
    found, wrong = _Reading(ticket), list[Fault]()
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise WrongDocument([_of_yaml(error)]) from None
    if root is None:
        return Edited({}, ())
    if not isinstance(root, yaml.MappingNode):
        raise WrongDocument([Fault(1, "this must be names with their values")])
    lines: dict[str, int] = {}
    for key, node in root.value:
        line, name = key.start_mark.line + 1, str(key.value)
        if name in lines:
            wrong.append(Fault(line, f"{name} occurs twice"))
        lines[name] = line
        wrong += [Fault(line, said) for said in found.take(name, node)]
    wrong += [Fault(lines[name], f"{name} {said}") for name, said in faults(ticket.kind, found.fields).items()]
    if wrong:
        raise WrongDocument(wrong)
    return Edited(found.fields, found.memos)


def with_faults(text: str, found: Sequence[Fault]) -> str:
    """The text with what is wrong with it on top, in the place of what was said there before."""
    lines = text.split("\n")
    kept = [line for line in lines if not line.startswith(_WRONG)]
    moved = len(found) - (len(lines) - len(kept))
    said = [f"{_WRONG}{' '.join(str(Fault(line and line + moved, what)).split())}" for line, what in found]
    return "\n".join([*said, *kept])


class _Reading:
    """Gathers what was changed."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.fields: dict[str, Any] = {}
        self.memos: list[MemoOperation] = []

    def take(self, name: str, node: Any) -> Iterator[str]:
        """Take a member of the text; tells what is wrong with it."""
        if name == MEMOS:
            yield from self._take_memos(node)
        elif name not in self.ticket.read:
            known = {**self.ticket.read, MEMOS: ()}
            yield f"{name} is no field of this ticket{nearest(name, known)}"
        elif not isinstance(node, yaml.ScalarNode):
            yield f"{name} must be one text"
        elif node.value != _written(self.ticket.read[name]):
            try:
                value = read_value(name, node.value)
            except WrongValue as error:
                yield f"{name}: {error}"
            else:
                if value != self.ticket.read[name]:
                    self.fields[name] = value

    def _take_memos(self, node: Any) -> Iterator[str]:
        if isinstance(node, yaml.ScalarNode) and not node.value:
            node = yaml.SequenceNode("", [])
        if not isinstance(node, yaml.SequenceNode):
            yield "memos must be a list"
            return
        left = {memo.number: memo.text for memo in self.ticket.memos}
        added: list[MemoOperation] = []
        for each in node.value:
            number, text, said = _memo_item(each)
            if said or (said := memo_fault(text)):
                yield f"a memo {said}"
            elif not number:
                added.append(AddMemo(text))
            elif not number.isdigit() or int(number) not in left:
                yield f"the ticket has no memo {number}, or it stands here twice; a new one has no number"
            elif left.pop(int(number)) != text:
                self.memos.append(EditMemo(int(number), text))
        self.memos += [DeleteMemo(number) for number in left] + added


def _memo_item(node: Any) -> tuple[str, str, str]:
    """A memo's number and text as they are written, and what is wrong with the item."""
    if isinstance(node, yaml.ScalarNode):
        return "", node.value, ""
    if not isinstance(node, yaml.MappingNode) or any(not isinstance(value, yaml.ScalarNode) for _, value in node.value):
        return "", "", f"has a number and a text (line {node.start_mark.line + 1})"
    members = {str(key.value): value.value for key, value in node.value}
    for name in members:
        if name not in {"number", "text"}:
            hint = nearest(name, ("number", "text"))
            return "", "", f"has no {name}{hint} (line {node.start_mark.line + 1})"
    return members.get("number", ""), members.get("text", ""), ""


def _memo_lines(
    ticket: Ticket, operations: Sequence[MemoOperation], notes: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    edits = {each.number: each.text for each in operations if isinstance(each, EditMemo)}
    deleted = {each.number for each in operations if isinstance(each, DeleteMemo)}
    yield f"{MEMOS}:"
    for memo in ticket.memos:
        yield from (f"  # {note}" for note in notes.get(f"{MEMOS}.{memo.number}", ()))
        if memo.number not in deleted:
            yield f"  - number: {memo.number}  # {memo.author}, {shown(memo.inserted)}"
            yield _indented(_scalar("text", edits.get(memo.number, memo.text)), "    ")
    for each in operations:
        if isinstance(each, AddMemo):
            yield _indented(_scalar("text", each.text), "    ").replace("    ", "  - ", 1)


def _described(ticket: Ticket, name: str, values: Mapping[str, Any], options: Sequence[Option]) -> Iterator[str]:
    parameter = FIELDS[name]
    yield describe_in(parameter, ticket.kind)
    parent = values[parameter.kind.parent] if isinstance(parameter.kind, OptionList) and parameter.kind.parent else ""
    offered = [o.value for o in options if o.field == name and o.kind is ticket.kind and o.parent == parent]
    if offered:
        more = f" | … ({len(offered)} values)" if len(offered) > _MOST_CHOICES else ""
        yield "  " + " | ".join(shown(each) for each in offered[:_MOST_CHOICES]) + more


def _written(value: object) -> str:
    """A value as it stands in the text; nothing of it is lost."""
    return shown(value) if isinstance(value, datetime) else "" if value is None else str(value)


def _scalar(name: str, text: str) -> str:
    """A name with its value, in the form that is easiest to edit and loses nothing."""
    if not text:
        return f"{name}:"
    # Blank lines at its end would run into what follows.
    is_block = "\n" in text and text.strip("\n") and not text.endswith("\n\n")
    for style in ("|" if is_block else None, '"'):
        value = yaml.ScalarNode(_STR, text, style=style)
        written: str = yaml.serialize(
            yaml.MappingNode(_MAP, [(yaml.ScalarNode(_STR, name), value)], flow_style=False),
            Dumper=yaml.SafeDumper,
            allow_unicode=style != '"',
            width=_ENDLESS,
        )
        if yaml.load(written, Loader=yaml.BaseLoader) == {name: text}:  # noqa: S506 - it makes nothing but texts
            return written.removesuffix("\n")
    raise AssertionError("what stands in quotes is read as it was written")


def _indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


def _of_yaml(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    return Fault(mark.line + 1 if mark else 0, f"this is no YAML: {getattr(error, 'problem', None) or error}")
