"""The command that programs in any language are tested against: `unyo emulator`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from unyo.cli.errors import plain_errors
from unyo.cli.ticket.values import read_start
from unyo.testkit.emulator.run import Options, run

app = typer.Typer()


@app.command()
def emulator(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8080,
    *,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            help="File to write as JSON once calls are served: endpoint, control URL, keys, environment, process.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    until_stdin_closes: Annotated[
        bool,
        typer.Option(
            "--until-stdin-closes", help="End when the standard input is closed, as happens when its writer is killed."
        ),
    ] = False,
    now: Annotated[
        datetime | None,
        typer.Option(
            parser=read_start,
            help="Stop the clock that dates tickets there, such as 2026-04-01T09:00:00+09:00, in Japan's time unless "
            "it says otherwise; else it goes by the true time.",
            metavar="DATE",
            show_default=False,
        ),
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Speak TLS, with a certificate made for this run.")] = False,
    as_vendor: Annotated[
        bool, typer.Option("--as-vendor", help="Leave out what only unyo has: its extra actions and call IDs.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="At the end, say which of unyo's extensions were used.")
    ] = False,
) -> None:
    """Serve a desk for tests on loopback, with controls under /_emulator/: tickets, faults, clock, journal, snapshots.

    Its keys are public, and its database is deleted when it ends. To a pipe it writes what the ready file holds, as
    one line of JSON.
    """
    with plain_errors():
        run(
            Options(
                port=port,
                tls=tls,
                now=now,
                strict=strict,
                as_vendor=as_vendor,
                ready_file=ready_file,
                until_stdin_closes=until_stdin_closes,
            )
        )
