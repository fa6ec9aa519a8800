"""The actions as a reader sees them: the tables of both ticket kinds side by side, line by line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar

from unyo.tickets.field_tables import BY_KEY, KIND_OF, MEMO_MEMBERS, MEMOS
from unyo.tickets.fields import Choice, Choices, Digits, FieldTable, Kind, LockDate, Mark, OptionList, Row, Use
from unyo.tickets.initial_options import initial_options
from unyo.tickets.model import Section, TicketKind
from unyo.uom.actions import Action
from unyo.uom.answers import Member

_Named = TypeVar("_Named", Row, Member)
Kinds = tuple[TicketKind, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """The values that one parameter takes, for some kinds of ticket (empty: whichever)."""

    kinds: Kinds
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter of an action. ``marks`` has one entry a table, None where the table does not take it.

    ``initial`` says that the values are those that a new service code starts with, ``parent`` is the wire name of
    the parameter on which they depend, ``bounds`` the least and the most of a number.
    """

    wire: str
    label: str
    kind: Kind
    marks: tuple[Mark | None, ...]
    example: str = ""
    values: tuple[Values, ...] = ()
    initial: bool = False
    parent: str = ""
    bounds: tuple[int, int] | None = None
    within: str = ""

    @property
    def path(self) -> str:
        """The wire name, after that of the array it stands in."""
        return f"{self.within}.{self.wire}" if self.within else self.wire


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one section, or those without a section; ``is_lock`` for the lock dates."""

    section: Section | None
    is_lock: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One member of an answer, how deep it stands, and the kinds of ticket that have it (empty: all)."""

    member: Member
    path: str
    depth: int
    kinds: Kinds = field(default=())


def kinds_of(action: Action) -> Kinds:
    """The kinds of ticket for which the action has tables of their own; empty where one table serves all."""
    if len(action.tables) == 1:
        return ()
    return tuple(KIND_OF[Use(table.title)] for table in action.tables)


def groups_of(action: Action) -> list[Group]:
    """The action's parameters by section, in the contract's order."""
    lines = [(row, _line(row, action.tables)) for row in _merged([table.rows for table in action.tables])]
    grouped = groupby(lines, key=lambda each: (each[0].parameter.section, isinstance(each[0].kind, LockDate)))
    return [
        Group(section, is_lock, tuple(each for row, line in rows for each in _with_members(row, line, action)))
        for (section, is_lock), rows in grouped
    ]


def answer_lines(action: Action) -> list[AnswerLine]:
    """The members of the action's answer, each before its own members."""
    merged = _merged(action.answers)
    if len(action.answers) == 1:
        return list(_flat(merged))
    names = {kind: {m.wire for m in members} for kind, members in zip(TicketKind, action.answers, strict=True)}
    return [
        AnswerLine(
            line.member,
            line.path,
            line.depth,
            () if all(line.path.partition(".")[0] in of for of in names.values()) else _with(names, line),
        )
        for line in _flat(merged)
    ]


def _with(names: dict[TicketKind, set[str]], line: AnswerLine) -> Kinds:
    return tuple(kind for kind, of in names.items() if line.path.partition(".")[0] in of)


def _flat(members: Iterable[Member], within: str = "", depth: int = 0) -> Iterator[AnswerLine]:
    for member in members:
        path = f"{within}.{member.wire}" if within else member.wire
        yield AnswerLine(member, path, depth)
        yield from _flat(member.members, path, depth + 1)


def _merged(lists: Sequence[Sequence[_Named]]) -> list[_Named]:
    """One list of all names: what only the later list has comes after what only the earlier one has."""
    merged = list(lists[0])
    for others in lists[1:]:
        theirs = {each.wire for each in others}
        place = 0
        for each in others:
            if each.wire not in {known.wire for known in merged}:
                merged.insert(place, each)
            else:
                place = next(i for i, known in enumerate(merged) if known.wire == each.wire)
            place += 1
            while place < len(merged) and merged[place].wire not in theirs:
                place += 1
    return merged


def _line(row: Row, tables: Sequence[FieldTable]) -> Line:
    rows = [table.by_wire.get(row.wire) for table in tables]
    kinds = [each.kind for each in rows if each]
    one_table = len(tables) == 1
    uses = [() if one_table else (KIND_OF[Use(table.title)],) for table in tables]
    values = [Values(use, _values(each, use)) for use, each in zip(uses, rows, strict=True) if each]
    examples = [each.example for each in rows if each and each.example]
    return Line(
        row.wire,
        row.parameter.label,
        row.kind,
        tuple(each.mark if each else None for each in rows),
        " / ".join(dict.fromkeys(examples)),
        _joined(values),
        initial=isinstance(row.kind, OptionList),
        parent=BY_KEY[row.kind.parent].wire if isinstance(row.kind, OptionList) and row.kind.parent else "",
        bounds=_bounds(kinds[0]),
    )


def _values(row: Row, kinds: Kinds) -> tuple[str, ...]:
    match row.kind:
        case Choice() | Choices():
            return row.kind.choices
        case OptionList():
            return tuple(
                dict.fromkeys(o.value for o in initial_options() if o.parameter == row.key and o.kind in kinds)
            )
        case _:
            return ()


def _joined(values: Iterable[Values]) -> tuple[Values, ...]:
    """The same values of several kinds stand once."""
    found: dict[tuple[str, ...], Kinds] = {}
    listed = list(values)
    for each in listed:
        if each.values:
            found[each.values] = (*found.get(each.values, ()), *each.kinds)
    return tuple(Values(() if len(kinds) == len(listed) else kinds, of) for of, kinds in found.items())


def _bounds(kind: Kind) -> tuple[int, int] | None:
    return (kind.least, kind.most) if isinstance(kind, Digits) and kind.most is not None else None


def _with_members(row: Row, line: Line, action: Action) -> Iterator[Line]:
    """A line, and after the memos' the lines of their members."""
    yield line
    if row.parameter is not MEMOS:
        return
    uses = [Use(table.title) for table in action.tables]
    for member in MEMO_MEMBERS:
        kinds = [member.kind_in(use) for use in uses]
        choices = [kind.choices for kind in kinds if isinstance(kind, Choice)]
        yield Line(
            member.wire,
            member.label,
            kinds[0],
            tuple(member.marks[use] for use in uses),
            member.example,
            tuple(Values((), of) for of in dict.fromkeys(choices)),
            within=row.wire,
        )
