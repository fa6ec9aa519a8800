"""What a person sees of a run: tables with bars, and which targets were reached."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_BAR = 24
# What is to be reached (update at 8 clients, of the bare database), by database.
RATIOS = {"sqlite": 0.45, "postgresql": 0.25}
LIST_P50_MS = 10.0
P99_OF_P50 = 5.0
MEMORY_MB = 140.0
# The portal: 95 of a hundred pages within so many milliseconds, and so many bytes on the line at the most.
PAGES_P95_MS = {"portal: list": 50.0, "portal: ticket": 30.0}
PAGE_BYTES = 100_000


def fsync_ms(folder: Path) -> float:
    """How long a durable write takes here, in milliseconds: what a commit of one call alone costs at least."""
    file = os.open(folder / "fsync", os.O_CREAT | os.O_WRONLY)
    try:
        started = time.perf_counter()
        for _ in range(100):
            os.write(file, b"x" * 4096)
            os.fdatasync(file)
        return (time.perf_counter() - started) * 10
    finally:
        os.close(file)


def show(console: Console, results: Mapping[str, Any]) -> None:
    """The tables of a run."""
    console.print(f"  a durable write of 4 KiB takes [bold]{results['fsync_ms']:.2f} ms[/] here\n")
    for database in RATIOS:
        if database in results:
            console.print(_updates(database, results[database]["update"]))
            console.print(_others(database, results[database]))


def _updates(database: str, measured: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table(title=f"{database}: UpdateTicket", box=box.ROUNDED, header_style="bold", title_style="bold")
    for name in ("clients", "updates/s", "bare database/s", "ratio", "", "p50 ms", "p99 ms"):
        table.add_column(name, justify="left" if not name else "right")
    widest = max(max(row["ratio"], 1.0) for row in measured.values())
    for clients, row in measured.items():
        table.add_row(
            clients,
            f"{row['updates_per_s']:,.0f}",
            f"{row['limit_per_s']:,.0f}",
            f"{row['ratio']:.2f}",
            _bar(row["ratio"], widest),
            f"{row['p50_ms']:.1f}",
            f"{row['p99_ms']:.1f}",
        )
    return table


def _others(database: str, measured: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Table:
    table = Table(title=f"{database}: other calls", box=box.ROUNDED, header_style="bold", title_style="bold")
    for name in ("call", "clients", "calls/s", "p50 ms", "p99 ms"):
        table.add_column(name, justify="right" if name != "call" else "left")
    for what, by_clients in measured.items():
        if what != "update":
            for clients, row in by_clients.items():
                figures = (f"{row['calls_per_s']:,.0f}", f"{row['p50_ms']:.1f}", f"{row['p99_ms']:.1f}")
                table.add_row(what, clients, *figures)
    return table


def _bar(ratio: float, widest: float) -> Text:
    filled = round(_BAR * ratio / widest)
    mark = round(_BAR / widest)  # where the bare database itself stands
    cells = "".join("█" if place < filled else "│" if place == mark - 1 else "·" for place in range(_BAR))
    return Text(cells, style="green" if ratio >= min(RATIOS.values()) else "red")


def targets(results: Mapping[str, Any], part: float = 1) -> Iterator[tuple[str, bool]]:
    """Each target with what was measured, and whether that part of it was reached; of memory always the whole."""
    spread, slowest = P99_OF_P50 / part, LIST_P50_MS / part
    for database, ratio in RATIOS.items():
        if database not in results:
            continue
        update, listed = results[database]["update"]["8"], results[database]["list"]["1"]
        least = ratio * part
        yield f"{database}: update ratio {update['ratio']:.2f} ≥ {least:.2f}", update["ratio"] >= least
        seen = update["p99_ms"] / update["p50_ms"]
        yield f"{database}: update p99 {seen:.1f} × p50 ≤ {spread:.1f}", seen <= spread
        yield f"{database}: list p50 {listed['p50_ms']:.1f} ms ≤ {slowest:.0f} ms", listed["p50_ms"] <= slowest
        yield from _of_pages(database, results[database], part)
    yield f"memory {results['memory_mb']:.0f} MiB ≤ {MEMORY_MB:.0f}", results["memory_mb"] <= MEMORY_MB


def _of_pages(database: str, measured: Mapping[str, Any], part: float) -> Iterator[tuple[str, bool]]:
    for what, most in PAGES_P95_MS.items():
        if what in measured:  # a run of a release before the portal has none
            seen, longest = measured[what]["1"], most / part
            yield f"{database}: {what} p95 {seen['p95_ms']:.1f} ms ≤ {longest:.0f} ms", seen["p95_ms"] <= longest
            size = seen["packed_bytes"]
            yield f"{database}: {what} {size:,} bytes packed ≤ {PAGE_BYTES:,}", size <= PAGE_BYTES


def show_targets(console: Console, results: Mapping[str, Any], part: float) -> bool:
    """Whether that part of every target was reached."""
    reached = list(targets(results, part))
    for text, is_reached in reached:
        console.print(f"  {'[green]✓[/]' if is_reached else '[bold red]✗[/]'} {text}")
    return all(is_reached for _, is_reached in reached)
