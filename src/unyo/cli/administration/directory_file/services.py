"""The differences of services: names, states, management groups, option lists."""

from collections.abc import Iterator, Sequence
from functools import partial

from unyo.storage import administration
from unyo.storage.administration import ServiceState, ValueState
from unyo.tickets.directory import Option
from unyo.tickets.initial_options import initial_options

from .lists import is_kept, list_steps, named_lists
from .reading import Path, Places
from .shape import ServicePart
from .steps import Sign, Step, added, arranged, state_word


def service_steps(
    have: ServiceState | None, code: str, want: ServicePart, places: Places, *, prune: bool
) -> Iterator[Step]:
    """What makes a service as the file says, groups that are to go aside."""
    path: Path = ("services", code)
    lists = named_lists(code, want, places)
    if have is None:
        initial = [option for option in initial_options() if is_kept(option, lists)]
        name = want.name or ""
        yield Step(
            Sign.ADD,
            f"service {code}{f' {name}' if name else ''}",
            path,
            partial(administration.add_service, code=code, name=name, lists=initial),
        )
        have = ServiceState(code, name, True, (), tuple(map(_state_of, initial)))
    if want.name not in {None, have.name}:
        yield Step(
            Sign.CHANGE,
            f"service {code}: name {have.name or '-'} → {want.name or '-'}",
            (*path, "name"),
            partial(administration.rename_service, code=code, name=want.name or ""),
        )
    if want.enabled not in {None, have.enabled}:
        yield _enabling(code, (*path, "enabled"), enabled=bool(want.enabled))
    yield from _group_steps(have, want.groups or [], places)
    for each in lists:
        yield from list_steps(have, each, prune=prune)


def pruned_service(have: ServiceState, want: ServicePart | None) -> Iterator[Step]:
    """What takes away what the file does not name: a service is disabled, a group deleted."""
    if want is None:
        if have.enabled:
            yield _enabling(have.code, ("services",), enabled=False)
    elif want.groups is not None:
        for name in added(want.groups, have.groups):
            yield Step(
                Sign.TAKE,
                f"group {have.code}/{name}",
                ("services", have.code, "groups"),
                partial(administration.delete_group, service_code=have.code, name=name),
            )


def _enabling(code: str, path: Path, *, enabled: bool) -> Step:
    sign = Sign.CHANGE if enabled else Sign.TAKE
    do = partial(administration.enable_service, code=code, enabled=enabled)
    return Step(sign, f"service {code}: {state_word(enabled=enabled)}", path, do)


def _group_steps(have: ServiceState, want: Sequence[str], places: Places) -> Iterator[Step]:
    code = have.code
    path: Path = ("services", code, "groups")
    for place, name in enumerate(want):
        if name in want[:place]:
            raise places.wrong((*path, place), f"{name} is there twice")
        if name not in have.groups:
            do = partial(administration.add_group, service_code=code, name=name)
            yield Step(Sign.ADD, f"group {code}/{name}", (*path, place), do)
    order = arranged(have.groups, want)
    if order:
        do = partial(administration.arrange_groups, service_code=code, order=order)
        yield Step(Sign.CHANGE, f"group {code}: order {', '.join(order)}", path, do)


def _state_of(option: Option) -> ValueState:
    return ValueState(option.kind, option.parameter, option.parent, option.value)
