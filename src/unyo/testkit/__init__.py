"""A real desk for tests: conflicts, lost answers and missing rights in one line each."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from unyo.cast import ITO, SATO, SUZUKI, TAKAHASHI, TANAKA, YAMADA, Actor
    from unyo.tickets.dates import JAPAN

    from .clock import DeskClock
    from .decorating import with_uom
    from .faults import Faults
    from .journal import Call, Journal
    from .serving import Served
    from .uom import ExtensionUsed, FaultNotMet, Snapshot, Uom

__all__ = [
    "ITO",
    "JAPAN",
    "SATO",
    "SUZUKI",
    "TAKAHASHI",
    "TANAKA",
    "YAMADA",
    "Actor",
    "Call",
    "DeskClock",
    "ExtensionUsed",
    "FaultNotMet",
    "Faults",
    "Journal",
    "Served",
    "Snapshot",
    "Uom",
    "with_uom",
]

# Imported when they are asked for: pytest's plugin, which every run of pytest imports, stands in this package.
_HOMES: Final = {
    "unyo.cast": ("ITO", "SATO", "SUZUKI", "TAKAHASHI", "TANAKA", "YAMADA", "Actor"),
    "unyo.tickets.dates": ("JAPAN",),
    f"{__name__}.clock": ("DeskClock",),
    f"{__name__}.decorating": ("with_uom",),
    f"{__name__}.faults": ("Faults",),
    f"{__name__}.journal": ("Call", "Journal"),
    f"{__name__}.serving": ("Served",),
    f"{__name__}.uom": ("ExtensionUsed", "FaultNotMet", "Snapshot", "Uom"),
}


def __getattr__(name: str) -> Any:
    """A public name, from the module that it is in.

    Raises:
        ModuleNotFoundError: the packages of the extra ``testkit`` are not installed.
    """
    for home, names in _HOMES.items():
        if name in names:
            try:
                return getattr(import_module(home), name)
            except ModuleNotFoundError as error:
                told = f"{error}: the test kit needs more packages, pip install 'unyo[testkit]'"
                raise ModuleNotFoundError(told, name=error.name) from error
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, for whoever has them completed."""
    return __all__
