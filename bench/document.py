"""The figures of a run as docs/performance.md shows them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from proof.showing import show_in

from .report import RATIOS, targets

RESULTS: Final = Path(__file__).with_name("results") / "latest.json"
PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"


def keep(results: Mapping[str, Any]) -> None:
    """Write the results of a run into their file, and their figures into the page."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    show_in(PAGE, tables(results))


def tables(results: Mapping[str, Any]) -> str:
    """The results of a run as tables in Markdown, under a line that says what kind of run it was."""
    place = f"{results['cores']} cores; a durable write of 4 KiB took {results['fsync_ms']:.2f} ms."
    return "\n".join(
        [
            f"{_extent(quick=results['quick'])} unyo {results['unyo']}, Python {results['python']}, {place}",
            "",
            *_updates(results),
            "",
            *_others(results),
            "",
            *(f"- {'reached' if is_reached else '**missed**'}: {text}" for text, is_reached in targets(results)),
        ]
    )


def _extent(*, quick: bool) -> str:
    return "**Not a full run**: about a tenth of everything." if quick else "A full run."


def _updates(results: Mapping[str, Any]) -> Iterator[str]:
    yield "| UpdateTicket | clients | updates/s | bare database/s | ratio | p50 ms | p99 ms |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for database in RATIOS:
        for clients, row in results[database]["update"].items():
            rates = f"{row['updates_per_s']:,.0f} | {row['limit_per_s']:,.0f} | {row['ratio']:.2f}"
            yield f"| {database} | {clients} | {rates} | {row['p50_ms']:.1f} | {row['p99_ms']:.1f} |"


def _others(results: Mapping[str, Any]) -> Iterator[str]:
    yield "| other calls | | clients | calls/s | p50 ms | p99 ms |"
    yield "|---|---|--:|--:|--:|--:|"
    for database in RATIOS:
        for what, by_clients in results[database].items():
            if what != "update":
                for clients, row in by_clients.items():
                    times = f"{row['p50_ms']:.1f} | {row['p99_ms']:.1f}"
                    yield f"| {database} | {what} | {clients} | {row['calls_per_s']:,.0f} | {times} |"
