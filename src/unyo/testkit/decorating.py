"""A desk for each call of a function, for tests without pytest."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from .uom import Uom

T = TypeVar("T")


def with_uom(**options: Any) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Decorate a function that takes ``uom``: each call gets a desk of its own; ``options`` are those of `Uom`."""

    def _decorate(function: Callable[..., T]) -> Callable[..., T]:
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def _awaited(*args: Any, **named: Any) -> Any:
                with Uom(**options) as uom:
                    return await function(*args, uom=uom, **named)

            return _without_uom(_awaited)

        @wraps(function)
        def _called(*args: Any, **named: Any) -> T:
            with Uom(**options) as uom:
                return function(*args, uom=uom, **named)

        return _without_uom(_called)

    return _decorate


def _without_uom(function: Callable[..., Any]) -> Callable[..., Any]:
    """As whoever calls it sees it: pytest would look for a fixture of that name."""
    told = inspect.signature(function)
    left = [each for name, each in told.parameters.items() if name != "uom"]
    function.__signature__ = told.replace(parameters=left)  # type: ignore[attr-defined] # as inspect reads it
    return function
