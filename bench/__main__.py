"""The command line of `make bench`."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from proof.postgresql import postgres
from proof.showing import console_for_tables
from unyo import __version__

from . import report
from .document import keep
from .measure import FULL, QUICK, Place, Tell, measure

DATABASES = ("sqlite", "postgresql")


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="About a tenth of everything.")] = False,  # noqa: FBT002 - a flag
    database: Annotated[str, typer.Option(help="sqlite or postgresql; both if absent.")] = "",
    folder: Annotated[Path | None, typer.Option(help="Where the databases lie; that disk is measured too.")] = None,
    of_targets: Annotated[
        float, typer.Option(help="Which part of the targets has to be reached; for a look at a busy machine.", min=0.1)
    ] = 1,
    write: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--write", help="Write the figures into docs/performance.md, as a full run does: quick ones too."),
    ] = False,
) -> None:
    """Measure unyo against the bare database, in one run; exit status 1 where a target is missed."""
    console = console_for_tables()
    if database not in {"", *DATABASES}:
        raise typer.BadParameter(f"there is no database {database}; there are {' and '.join(DATABASES)}")
    if write and database:
        raise typer.BadParameter("--write is for runs on both databases")
    if shutil.which("wrk") is None:
        sys.exit("unyo: the bench needs wrk: apt-get install wrk")
    results: dict[str, Any] = {
        "unyo": __version__,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "quick": quick,
    }
    with tempfile.TemporaryDirectory(prefix="unyo-bench-", dir=folder, ignore_cleanup_errors=True) as made:
        scratch = Path(made)
        scratch.chmod(0o755)
        results["fsync_ms"] = round(report.fsync_ms(scratch), 3)
        memory = 0.0
        for kind in DATABASES:
            if database in {"", kind}:
                results[kind], held = _one(console, kind, scratch, quick=quick)
                results["memory_by_step_mb"] = {
                    **results.get("memory_by_step_mb", {}),
                    kind: [round(each, 1) for each in held],
                }
                memory = max(memory, *held)
    results["memory_mb"] = round(memory, 1)
    report.show(console, results)
    if write or not (quick or database):
        keep(results)
    sys.exit(not report.show_targets(console, results, of_targets))


def _one(console: Console, kind: str, scratch: Path, *, quick: bool) -> tuple[dict[str, Any], list[float]]:
    folder = scratch / kind
    folder.mkdir()
    with console.status(kind) as status, _place(kind, folder) as place:

        def _tell(what: str) -> None:
            status.update(f"{kind}: {what}")

        tell: Tell = _tell
        measured, memory = measure(place, QUICK if quick else FULL, tell)
    return dict(measured), memory


@contextmanager
def _place(kind: str, folder: Path) -> Iterator[Place]:
    if kind == "sqlite":
        yield Place(f"sqlite:///{folder / 'unyo.db'}", folder)
        return
    own = folder / "server"
    own.mkdir()
    with postgres(own) as server:
        yield Place(server.url, folder, server.program("pgbench"))


if __name__ == "__main__":
    typer.run(bench)
