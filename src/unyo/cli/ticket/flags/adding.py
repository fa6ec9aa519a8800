"""Flags that come from a table: a command takes them as one argument instead of writing each down."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

from typer.models import OptionInfo

Command = Callable[..., None]
Flag = tuple[Any, Any, OptionInfo]
"""The type of a flag's value, its default, and what typer is told of it."""


def with_flags(argument: str, flags: Mapping[str, Flag]) -> Callable[[Command], Command]:
    """Give a command these flags in the place of an argument of its own, which becomes a mapping of their values."""

    def _decorate(command: Command) -> Command:
        @wraps(command)
        def _run(**given: Any) -> None:
            command(**{argument: {name: given.pop(name) for name in flags}}, **given)

        return taking(_run, command, argument, flags)

    return _decorate


def taking(
    run: Command, command: Command, argument: str, flags: Mapping[str, Flag], *, is_last: bool = False
) -> Command:
    """Let typer see ``run`` as ``command`` with flags in the place of an argument, or after all others."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    signature = inspect.signature(command)
    added = [
        inspect.Parameter(name, keyword, default=default, annotation=Annotated[kind, option])
        for name, (kind, default, option) in flags.items()
    ]
    own = [each.replace(kind=keyword) for each in signature.parameters.values()]
    place = [each.name for each in own].index(argument)
    before, after = own[:place], own[place + 1 :]
    parameters = [*before, *after, *added] if is_last else [*before, *added, *after]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # which is how typer reads it
    return run
