"""How commands show things: in the terminal's width, or in whole lines where there is none."""

from typing import Final

from rich.console import Console

# A pipe tells no width: no line is broken there.
_ENDLESS: Final = 10_000


def make_console(*, to_stderr: bool = False) -> Console:
    """A console that colours nothing by guessing and breaks no line of a pipe."""
    console = Console(highlight=False, stderr=to_stderr)
    return console if console.is_terminal else Console(highlight=False, stderr=to_stderr, width=_ENDLESS)
