"""The figures of a run as docs/guarantees.md shows them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from .showing import show_in
from .telling import Figures

RESULTS: Final = Path(__file__).with_name("results") / "latest.json"
PAGE: Final = Path(__file__).parents[1] / "docs" / "guarantees.md"
# Told in columns of their own, or once for all.
_APART: Final = {"rounds", "seed", "seconds", "disproved"}
# Of what disproves a claim; the run itself has told all of it.
_MOST_TOLD: Final = 300


def keep(results: Mapping[str, Any]) -> None:
    """Write the results of a run into their file, and their figures into the page."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    show_in(PAGE, table(results))


def table(results: Mapping[str, Any]) -> str:
    """The results of a run as a table in Markdown, under a line that says what kind of run it was."""
    return "\n".join(
        [
            f"{_extent(results['part'])} unyo {results['unyo']}, Python {results['python']}, seed {results['seed']}.",
            "",
            "| proof | database | holds | rounds | figures | seconds |",
            "|---|---|---|--:|---|--:|",
            *(
                _row(name, database, figures)
                for name, by_database in results["proofs"].items()
                for database, figures in by_database.items()
            ),
        ]
    )


def _extent(part: float) -> str:
    if part == 1:
        return "A full run."
    return f"**Not a full run**: {part:g} of the full numbers."


def _row(name: str, database: str, figures: Figures) -> str:
    told = "; ".join(f"{what}: {count}" for what, count in figures.items() if what not in _APART)
    if disproved := str(figures.get("disproved", "")):
        told = _in_a_cell(disproved)
    cells = (f"`{name}`", database, "**no**" if disproved else "yes", figures["rounds"], told, figures["seconds"])
    return f"| {' | '.join(map(str, cells))} |"


def _in_a_cell(text: str) -> str:
    """A text that could be anything, on one line that ends no cell and begins no tag."""
    line = " ".join(text.split())[:_MOST_TOLD]
    return line.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
