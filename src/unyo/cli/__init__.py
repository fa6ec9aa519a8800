"""The command line. What a command needs is imported when it is called, so that it starts at once."""

from importlib.util import find_spec
from typing import Annotated, Any, Final

import typer

from unyo import __version__

from .lazy import INSTALL, LazyGroup, Listed

_TICKETS, _SERVING, _TESTING, _INSTALLATION, _KEEPING, _ADMINISTRATION = (
    "Tickets",
    "Serving",
    "Testing",
    "Installation",
    "Keeping",
    "Administration",
)
# The order is that of the help.
COMMANDS: Final = {
    "ticket": Listed("ticket.app", _TICKETS, "Tickets of any server that speaks the UOM-API."),
    "login": Listed("login", _TICKETS, "Check credentials, and keep them as a profile."),
    "profile": Listed("profiles", _TICKETS, "Profiles: list, show, check, delete."),
    "demo": Listed("demo", _SERVING, "Show unyo at work, with the vendor page's own sample."),
    "serve": Listed("serving", _SERVING, "Serve an installation until told to stop."),
    "emulator": Listed("testing.emulator", _TESTING, "Serve a desk for tests, with faults and a clock to set."),
    "record": Listed("testing.recording", _TESTING, "Record the calls of your programs to an endpoint."),
    "compare": Listed("testing.comparing", _TESTING, "Replay recorded calls against unyo, and show what differs."),
    "init": Listed("installation.installing", _INSTALLATION, "Make a new installation with its first account."),
    "config": Listed("installation.settings", _INSTALLATION, "Show each setting with its origin, and check them."),
    "doctor": Listed("installation.doctor", _INSTALLATION, "Check everything, and say what to fix."),
    "migrate": Listed("installation.migrating", _INSTALLATION, "Bring a database to this release's tables."),
    "secret-key": Listed("installation.secret_key", _INSTALLATION, "Rotate the key that encrypts the stored secrets."),
    "backup": Listed("installation.keeping", _KEEPING, "Write the whole database into one file."),
    "restore": Listed("installation.keeping", _KEEPING, "Fill a new database with a backup."),
    "export": Listed("installation.transfer", _KEEPING, "Write all tickets as JSON lines."),
    "import": Listed("installation.transfer", _KEEPING, "Take the tickets of an export into an installation."),
    "service": Listed("administration.services", _ADMINISTRATION, "Service codes (tenants)."),
    "account": Listed(
        "administration.accounts", _ADMINISTRATION, "Accounts (master IDs), and who may sign in to the portal."
    ),
    "role": Listed("administration.roles", _ADMINISTRATION, "Roles of accounts in services."),
    "key": Listed("administration.keys", _ADMINISTRATION, "Access keys of accounts."),
    "group": Listed("administration.groups", _ADMINISTRATION, "Management groups of services."),
    "option": Listed("administration.options", _ADMINISTRATION, "Option lists of services."),
    "audit": Listed("administration.audit", _ADMINISTRATION, "List who administered what and when."),
    "directory": Listed("administration.applying", _ADMINISTRATION, "Write all that is administered as one YAML file."),
    "apply": Listed("administration.applying", _ADMINISTRATION, "Make what is administered as a YAML file says."),
}


class _Commands(LazyGroup):
    """The commands of ``unyo``."""

    listed = COMMANDS

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands; without the server's packages it says so."""
        if not _is_there("sqlalchemy"):
            said = f"All commands but those for tickets need the server's packages: {INSTALL}"
            self.epilog = said.replace("[", "\\[")
        super().format_help(ctx, formatter)


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="[bold]unyo[/bold] (運用): an operations ticket desk that speaks the UOM-API.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"unyo {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    app()
