"""The differences of option lists: values, their order, and whether they are offered."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any

from unyo.storage import administration
from unyo.storage.administration import ServiceState, ValueState
from unyo.tickets.directory import Option
from unyo.tickets.field_tables import BY_KEY
from unyo.tickets.option_lists import OPTION_LISTS

from .reading import Path, Places
from .shape import KindName, ServicePart, Value
from .steps import Sign, Step, added, arranged


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list that the file names; ``parameter`` is our name, ``by_parent`` has ``""`` where it depends on no other."""

    code: str
    kind: KindName
    parameter: str
    by_parent: dict[str, list[Value]]
    path: Path

    def holds(self, value: str) -> bool:
        """Whether the file has a value in this list."""
        return any(each.value == value for values in self.by_parent.values() for each in values)


def named_lists(code: str, want: ServicePart, places: Places) -> list[NamedList]:
    """The lists that the file names for a service; what others depend on comes first.

    Raises:
        NotPossible: there is no such list, or it is written as what it is not.
    """
    found = []
    for kind, lists in (want.options or {}).items():
        for wire, by_parent in lists.items():
            path: Path = ("services", code, "options", kind.value, wire)
            parameter = _parameter(kind, wire, path, places)
            parent = OPTION_LISTS[kind.kind][parameter]
            if parent and "" in by_parent:
                raise places.wrong(
                    path, f"{wire} depends on {BY_KEY[parent].wire}: write a list under each of its values"
                )
            if not parent and set(by_parent) != {""}:
                raise places.wrong(path, f"{wire} depends on no other list: write one list")
            _check_once(by_parent, path, places)
            found.append(NamedList(code, kind, parameter, by_parent, path))
    return sorted(found, key=lambda each: bool(OPTION_LISTS[each.kind.kind][each.parameter]))


def is_kept(option: Option, lists: list[NamedList]) -> bool:
    """Whether a new service starts with an initial value: its list is not named, and what it depends on is there."""
    named = {(each.kind.kind, each.parameter): each for each in lists}
    parent = named.get((option.kind, OPTION_LISTS[option.kind][option.parameter]))
    return (option.kind, option.parameter) not in named and (parent is None or parent.holds(option.parent))


def list_steps(have: ServiceState, want: NamedList, *, prune: bool) -> Iterator[Step]:
    """What makes a list as the file says; with ``prune`` what it does not name is retired."""
    there: dict[str, list[ValueState]] = {parent: [] for parent in want.by_parent}
    for each in have.values:
        if (each.kind, each.parameter) == (want.kind.kind, want.parameter):
            there.setdefault(each.parent, []).append(each)
    for parent, values in there.items():
        yield from _steps_under(want, parent, values, prune=prune)


def _steps_under(want: NamedList, parent: str, have: list[ValueState], *, prune: bool) -> Iterator[Step]:
    path = (*want.path, parent) if parent else want.path
    about = "/".join(filter(None, (want.code, want.kind.value, BY_KEY[want.parameter].wire, parent)))
    values = want.by_parent.get(parent, [])
    names, here = [each.value for each in values], [each.value for each in have]
    key: dict[str, Any] = {
        "service_code": want.code,
        "kind": want.kind.kind,
        "parameter": want.parameter,
        "parent": parent,
    }
    retired = {each.value: each.retired for each in have}
    for place, each in enumerate(values):
        if each.value not in retired:
            do = partial(administration.add_option, value=each.value, **key)
            yield Step(Sign.ADD, f"option {about}/{each.value}", (*path, place), do)
        if each.retired != retired.get(each.value, False):
            yield _retiring(each.value, about, (*path, place), key, retired=each.retired)
    order = arranged(here, names)
    if order:
        do = partial(administration.arrange_options, order=order, **key)
        yield Step(Sign.CHANGE, f"option {about}: order {', '.join(order)}", path, do)
    for value in added(names, here) if prune else ():
        if not retired[value]:
            yield _retiring(value, about, path, key, retired=True)


def _retiring(value: str, about: str, path: Path, key: dict[str, Any], *, retired: bool) -> Step:
    change = administration.retire_option if retired else administration.restore_option
    sign, word = (Sign.TAKE, "retired") if retired else (Sign.CHANGE, "offered")
    return Step(sign, f"option {about}/{value}: {word}", path, partial(change, value=value, **key))


def _parameter(kind: KindName, wire: str, path: Path, places: Places) -> str:
    names = {BY_KEY[key].wire: key for key in OPTION_LISTS[kind.kind]}
    if wire in names:
        return names[wire]
    near = get_close_matches(wire, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"they are {', '.join(names)}"
    raise places.wrong(path, f"tickets of kind {kind} have no option list {wire}: {hint}")


def _check_once(by_parent: dict[str, list[Value]], path: Path, places: Places) -> None:
    for parent, values in by_parent.items():
        names = [each.value for each in values]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise places.wrong((*path, parent, place) if parent else (*path, place), f"{name} is there twice")
