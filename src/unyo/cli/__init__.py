"""The command line. What needs the server's packages is imported by its own command only."""

import sys
from typing import Annotated

import typer

from unyo import __version__
from unyo.config import DATABASE, HOST, PORT, SECRET_KEY, SECRET_KEY_FILE, WORKERS

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="[bold]unyo[/bold] (運用): an operations ticket desk that speaks the UOM-API.",
)

_DatabaseOption = Annotated[str, typer.Option(envvar=DATABASE.variable, help=DATABASE.meaning, metavar="URL")]
_KeyFileOption = Annotated[
    str, typer.Option(envvar=SECRET_KEY_FILE.variable, help=SECRET_KEY_FILE.meaning, metavar="FILE")
]

_SECRET_KEY_NOTE = f"{SECRET_KEY.variable}: {SECRET_KEY.meaning}"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"unyo {__version__}")
        raise typer.Exit


_VersionOption = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
]


@app.callback()
def _options(_version: _VersionOption = False) -> None:
    pass


@app.command(epilog=_SECRET_KEY_NOTE)
def serve(
    host: Annotated[str, typer.Option(envvar=HOST.variable, help=HOST.meaning)] = HOST.default,
    port: Annotated[int, typer.Option(envvar=PORT.variable, help=PORT.meaning, min=0, max=65535)] = PORT.default,
    database: _DatabaseOption = DATABASE.default,
    secret_key_file: _KeyFileOption = SECRET_KEY_FILE.default,
    workers: Annotated[
        int, typer.Option(envvar=WORKERS.variable, help=WORKERS.meaning, min=1, max=64)
    ] = WORKERS.default,
) -> None:
    """Serve an installation (made by `unyo init`) until it is told to stop."""
    from . import server

    server.serve(host, port, database, secret_key_file, workers)


@app.command()
def migrate(database: _DatabaseOption = DATABASE.default) -> None:
    """Bring a database to this release's tables; it does nothing when that is done."""
    from . import server

    server.migrate(database)


@app.command(epilog=_SECRET_KEY_NOTE)
def init(
    service_code: Annotated[str, typer.Option(prompt=True, help="First service code (tenant), such as uom12345678.")],
    master_id: Annotated[str, typer.Option(prompt=True, help="First account's master ID, such as SA1234567.")],
    name: Annotated[str, typer.Option(help="The account's name, as people read it.")] = "",
    group: Annotated[list[str] | None, typer.Option(help="A management group of the service; may be repeated.")] = None,
    database: _DatabaseOption = DATABASE.default,
    secret_key_file: _KeyFileOption = SECRET_KEY_FILE.default,
) -> None:
    """Make a new installation: tables, key file, first service code, account and access key.

    The account is 特権ユーザ with approval right. The access key's secret is made at random and shown once.
    """
    from . import server

    server.init(service_code, master_id, name, group or [], database, secret_key_file)


@app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="FILE", help="New file to write; - is the standard output.")] = "-",
    database: _DatabaseOption = DATABASE.default,
) -> None:
    """Write all tickets, with memos, history and kept calls, as JSON lines; the server may go on serving.

    `unyo import` takes them into another installation, on SQLite or PostgreSQL.
    """
    from . import transfer

    transfer.export_tickets(database, file)


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `unyo export` wrote; - is the standard input.")],
    database: _DatabaseOption = DATABASE.default,
) -> None:
    """Take the tickets of an export into an installation that has none, all or nothing.

    The installation must have the service codes that the tickets belong to.
    """
    from . import transfer

    transfer.import_tickets(database, file)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8080,
    database: Annotated[
        str, typer.Option(help="Database to use instead of a fresh temporary file.", metavar="URL")
    ] = "",
    now: Annotated[
        str, typer.Option(help="Day that the demo data is dated by, YYYY-MM-DD; today if absent.", metavar="DATE")
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Exit after the sample call.")] = False,
    serve_only: Annotated[bool, typer.Option("--serve-only", help="Send nothing, only serve the demo data.")] = False,
) -> None:
    """Run the vendor page's own sample against a fresh server, show what happened, then go on serving.

    Its secrets are published: it listens on loopback only and touches demo databases only.
    """
    if once and serve_only:
        raise typer.BadParameter("--once and --serve-only exclude each other")
    from unyo.demo.run import SampleFailed, run

    from .server import plain_errors

    with plain_errors(SampleFailed):
        run(port=port, database=database, now=now, once=once, serve_only=serve_only)


def main() -> None:
    """Run the command line; an error that a user can mend is one line, with exit status 1."""
    try:
        app()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "unyo":
            raise
        needed = "pip install 'unyo[server]'"
        sys.exit(f"unyo: this command needs the server's packages ({error.name} is missing): {needed}")
