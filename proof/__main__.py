"""The command line of `make proof`."""

import platform
import random
import sys
import time
from importlib import import_module
from typing import Annotated, NamedTuple

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from unyo import __version__

from .document import keep
from .showing import console_for_tables
from .telling import Disproved, Figures, Plan, Proof

# Each a module of this folder with its PROOFS.
CHAPTERS = ("crash", "races", "lost_answers", "model", "fuzz", "openapi", "trouble")


class Scale(NamedTuple):
    """Which part of the full numbers, how much longer than promised, and by which seed."""

    part: float
    slack: float
    seed: int


def proofs() -> dict[str, Proof]:
    """Every proof by its name."""
    found: list[Proof] = [proof for chapter in CHAPTERS for proof in import_module(f"{__package__}.{chapter}").PROOFS]
    return {proof.name: proof for proof in found}


def prove(
    names: Annotated[
        list[str] | None, typer.Argument(help="Proofs to carry out; all of them if none is named.")
    ] = None,
    part: Annotated[float, typer.Option(help="Which part of the full numbers.", min=0.001, max=1)] = 1,
    seed: Annotated[int | None, typer.Option(help="Seed; a new one if absent. It is shown.")] = None,
    database: Annotated[
        str, typer.Option(help="sqlite or postgresql; each of them if absent, and what compares both.")
    ] = "",
    slack: Annotated[
        float,
        typer.Option(help="How many times longer than promised may take what is timed; for a busy machine.", min=1),
    ] = 1,
    write: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--write", help="Write the figures into docs/guarantees.md, as a full run does: of a part too."),
    ] = False,
) -> None:
    """Show that what docs/guarantees.md promises holds; exit status 1 where it does not."""
    console = console_for_tables()
    is_of_all = not names and not database
    if write and not (is_of_all and slack == 1):
        raise typer.BadParameter("--write is for runs of all proofs on all databases, without --slack")
    every = proofs()
    unknown = [name for name in names or () if name not in every]
    if unknown:
        raise typer.BadParameter(f"there is no proof {unknown[0]}; there are {', '.join(every)}")
    wanted = [every[name] for name in names or every]
    if database and all(database not in proof.rounds for proof in wanted):
        kinds = sorted({kind for proof in wanted for kind in proof.rounds})
        raise typer.BadParameter(f"nothing is carried out on {database}; what is named is on {', '.join(kinds)}")
    chosen = random.SystemRandom().randrange(2**31) if seed is None else seed
    console.print(f"seed {chosen}")  # before anything can go wrong
    results = _carry_out(console, wanted, Scale(part, slack, chosen), database)
    _show(console, results, chosen)
    if write or (is_of_all and part == slack == 1):
        run = {"unyo": __version__, "python": platform.python_version(), "part": part, "seed": chosen}
        keep({**run, "proofs": results})
    sys.exit(any("disproved" in figures for result in results.values() for figures in result.values()))


def _carry_out(console: Console, chosen: list[Proof], scale: Scale, database: str) -> dict[str, dict[str, Figures]]:
    results: dict[str, dict[str, Figures]] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        for proof in chosen:
            for kind, full in proof.rounds.items():
                if database not in {"", kind}:
                    continue
                rounds = max(1, round(full * scale.part))
                task = progress.add_task(f"{proof.name} [dim]{kind}[/]", total=rounds)
                plan = Plan(kind, rounds, scale.seed, lambda task=task: progress.advance(task), scale.slack)  # type: ignore[misc]  # mypy gives a lambda's default no type
                figures = results.setdefault(proof.name, {})[kind] = _one(proof, plan)
                if not console.is_terminal:  # where no bar moves
                    console.print(f"{_mark(figures)} {proof.name} {kind}: {rounds} rounds, {figures['seconds']} s")
    return results


def _mark(figures: Figures) -> str:
    return "[bold red]✗[/]" if "disproved" in figures else "[green]✓[/]"


def _one(proof: Proof, plan: Plan) -> Figures:
    started = time.monotonic()
    try:
        figures = dict(proof.carry_out(plan))
    except Disproved as seen:
        figures = {"disproved": str(seen)}
    return {"rounds": plan.rounds, "seed": plan.seed, **figures, "seconds": round(time.monotonic() - started, 1)}


def _show(console: Console, results: dict[str, dict[str, Figures]], seed: int) -> None:
    table = Table(title=f"make proof, seed {seed}", box=box.ROUNDED, header_style="bold")
    for column in ("proof", "database", "", "figures"):
        table.add_column(column, overflow="fold")
    for name, by_database in results.items():
        for kind, figures in by_database.items():
            told = "  ".join(f"{key} {value}" for key, value in figures.items() if key != "seed")
            table.add_row(name, kind, _mark(figures), told)
    console.print(table)


if __name__ == "__main__":
    typer.run(prove)
