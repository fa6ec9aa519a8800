"""Where the figures of a run are shown, by `make proof` and by `make bench`: on a console, and in a page of docs/."""

from pathlib import Path
from typing import Final

from rich.console import Console

# Where nobody's screen says how wide lines may be, tables are to be read even so.
_WIDE: Final = 110
BEGIN: Final = "<!-- figures: a full run writes what stands from here … -->"
END: Final = "<!-- … to here -->"


class NoPlace(Exception):
    """A page has no place for figures, or more than one."""


def console_for_tables() -> Console:
    """A console that is as wide as the screen, and wide enough for tables where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=max(console.width, _WIDE))


def shown_in(page: str) -> str:
    """The figures that stand in a page.

    Raises:
        NoPlace: it has no two markers, or more.
    """
    return _split(page)[1]


def with_shown(page: str, figures: str) -> str:
    """The page with other figures in their place.

    Raises:
        NoPlace: it has no two markers, or more.
    """
    before, _, after = _split(page)
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def show_in(path: Path, figures: str) -> None:
    """Write the figures of a run into their place in a page."""
    path.write_text(with_shown(path.read_text(encoding="utf-8"), figures), encoding="utf-8")


def _split(page: str) -> tuple[str, str, str]:
    before, begun, rest = page.partition(BEGIN)
    figures, ended, after = rest.partition(END)
    if not (begun and ended) or BEGIN in rest or END in before + after:
        raise NoPlace("figures stand between two markers, each of them once")
    return before, figures.strip(), after
