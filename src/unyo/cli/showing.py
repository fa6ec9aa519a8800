"""How commands show things: in the terminal's width, or in whole lines where there is none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import typer
from rich.console import Console

# A pipe tells no width: no line is broken there.
_ENDLESS: Final = 10_000


def make_console(*, to_stderr: bool = False) -> Console:
    """A console that colours nothing by guessing and breaks no line of a pipe."""
    console = Console(highlight=False, stderr=to_stderr)
    return console if console.is_terminal else Console(highlight=False, stderr=to_stderr, width=_ENDLESS)


def show_table(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    says: Callable[[Any], str],
    *,
    says_in_a_pipe: Callable[[Any], str] | None = None,
    style_of: Callable[[str, Any], str] = lambda _, __: "",
    whole: frozenset[str] = frozenset(),
) -> None:
    """Show rows as a table; in a pipe as a line each, with tabs. The columns in ``whole`` never fold on a terminal."""
    console = make_console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join((says_in_a_pipe or says)(row[name]) for name in columns))
        return
    from rich.table import Table  # noqa: PLC0415 - a pipe gets no table
    from rich.text import Text  # noqa: PLC0415 - likewise

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=name in whole)
    for row in rows:
        # As Text: what people wrote is no markup.
        table.add_row(*(Text(says(row[name]), style_of(name, row[name])) for name in columns))
    console.print(table)
