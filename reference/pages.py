"""The pages: each is a function, and a file of docs/reference."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from .actions import actions, errors
from .client import client_page
from .commands import commands
from .emulator import emulator_page
from .markdown import page, table
from .metrics import metrics
from .settings import settings
from .testkit import testkit_page

FOLDER: Final = Path(__file__).parents[1] / "docs" / "reference"

_ABOUT: Final[Mapping[str, tuple[Callable[[], str], str]]] = {
    "actions.md": (
        actions,
        "the API's actions: parameters, answers, errors (a server shows the same, and more, under `/docs`)",
    ),
    "errors.md": (errors, "every error, with its literal message"),
    "client.md": (client_page, "the Python client: every method, field, choice and error"),
    "testkit.md": (testkit_page, "the test kit: fixtures, faults, clock, journal, snapshots"),
    "emulator.md": (emulator_page, "the emulator's control API: every call, every fault with its parameters"),
    "commands.md": (commands, "the command line: every command, argument, option and exit status"),
    "settings.md": (settings, "every setting of a server: key, flag, environment variable, default"),
    "metrics.md": (metrics, "every figure of `/metrics`"),
}


def _index() -> str:
    rows = ([f"[{name}]({name})", what] for name, (_, what) in _ABOUT.items())
    return page(
        "Reference",
        "These pages are generated from the code by `make reference`, and a test fails while they differ from it.",
        table(["page", ""], rows),
    )


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "README.md": _index,
    **{name: make for name, (make, _) in _ABOUT.items()},
}
"""What makes each file, by its name."""
