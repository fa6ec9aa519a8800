"""The page about the emulator's control API, read from its table."""

from collections.abc import Iterable
from typing import Final

from unyo.testkit.emulator.operations import FAULTS, OPERATIONS, ROOT, Operation
from unyo.testkit.emulator.shapes import described

from .markdown import code, page, plain, table

_INTRODUCTION: Final = f"""\
All controls of an emulator, below `{ROOT}`. [The emulator](../emulator.md) shows them at work, and `GET {ROOT}/` lists
them as JSON. A call takes one JSON object, a `GET` its query, and every answer is one JSON object."""
_FAULTS: Final = """\
Each waits for the next matching call. `on` says which calls match: `action` (such as `UpdateTicket`), `by` (a master
ID of the cast), `ticket` (a ticket ID), `times` (how many calls it happens to). The clock's skew applies at once, to
all calls, until faults are cleared."""
_FAULTS_PATH: Final = "/faults/"


def emulator_page() -> str:
    """Every control, with what it takes."""
    faults = [each for each in OPERATIONS if each.path.removeprefix(_FAULTS_PATH) in FAULTS]
    others = [each for each in OPERATIONS if each not in faults]
    return page(
        "The emulator's control API", _INTRODUCTION, _table(others), "## Faults", _FAULTS, _table(faults, ("on",))
    )


def _table(operations: Iterable[Operation], without: tuple[str, ...] = ()) -> str:
    return table(
        ["call", "does", "takes"],
        ([code(f"{each.method} {ROOT}{each.path}"), _says(each), _takes(each, without)] for each in operations),
    )


def _says(operation: Operation) -> str:
    return plain(operation.says.replace("``", "`"))


def _takes(operation: Operation, without: tuple[str, ...]) -> str:
    members = ((name, kind) for name, kind in described(operation.shape).items() if name not in without)
    return "; ".join(f"{code(name)}: {kind}" for name, kind in members)
