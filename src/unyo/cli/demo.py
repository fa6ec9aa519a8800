"""The command that shows unyo at work: `unyo demo`."""

from typing import Annotated

import typer

from unyo.demo.run import SampleFailed, run

from .errors import plain_errors

app = typer.Typer()


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8080,
    database: Annotated[
        str, typer.Option(help="Database to use instead of a fresh temporary file.", metavar="URL")
    ] = "",
    now: Annotated[
        str, typer.Option(help="Day by which the demo data is dated, YYYY-MM-DD; today unless given.", metavar="DATE")
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Exit after the sample call.")] = False,
    serve_only: Annotated[
        bool, typer.Option("--serve-only", help="Only serve the demo data, without the sample call.")
    ] = False,
) -> None:
    """Run the vendor page's own sample against a fresh server, show what happened, then keep serving API and portal.

    Its secrets are public: it listens on loopback only and uses demo databases only.
    """
    if once and serve_only:
        raise typer.BadParameter("--once and --serve-only exclude each other")
    with plain_errors(SampleFailed):
        run(port=port, database=database, now=now, once=once, serve_only=serve_only)
