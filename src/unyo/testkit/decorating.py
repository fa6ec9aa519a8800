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

            return _awaited  # type: ignore[return-value] # what is awaited is as the function says

        @wraps(function)
        def _called(*args: Any, **named: Any) -> T:
            with Uom(**options) as uom:
                return function(*args, uom=uom, **named)

        return _called

    return _decorate
