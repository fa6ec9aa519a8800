"""The command line. What a command needs is imported when it is called, so that it starts at once."""

from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from unyo import __version__

_INSTALL: Final = "pip install 'unyo[server]'"


class _Listed(NamedTuple):
    """Which module holds a command, and what `unyo --help` says of it, which imports none of them."""

    module: str
    panel: str
    says: str


_SERVING, _INSTALLATION, _KEEPING, _ADMINISTRATION = "Serving", "Installation", "Keeping", "Administration"
# The order is that of the help.
COMMANDS: Final = {
    "demo": _Listed("demo", _SERVING, "Show unyo at work, with the vendor page's own sample."),
    "serve": _Listed("serving", _SERVING, "Serve an installation until told to stop."),
    "init": _Listed("installing", _INSTALLATION, "Make a new installation with its first account."),
    "config": _Listed("settings", _INSTALLATION, "Show each setting with its origin, and check them."),
    "doctor": _Listed("doctor", _INSTALLATION, "Look at everything, and say what to mend."),
    "migrate": _Listed("migrating", _INSTALLATION, "Bring a database to this release's tables."),
    "secret-key": _Listed("secret_key", _INSTALLATION, "Rotate the key that encrypts the stored secrets."),
    "backup": _Listed("keeping", _KEEPING, "Write the whole database into one file."),
    "restore": _Listed("keeping", _KEEPING, "Fill a new database with a backup."),
    "export": _Listed("transfer", _KEEPING, "Write all tickets as JSON lines."),
    "import": _Listed("transfer", _KEEPING, "Take the tickets of an export into an installation."),
    "service": _Listed("services", _ADMINISTRATION, "Service codes (tenants)."),
    "account": _Listed("accounts", _ADMINISTRATION, "Accounts (master IDs)."),
    "role": _Listed("roles", _ADMINISTRATION, "Roles of accounts in services."),
    "key": _Listed("keys", _ADMINISTRATION, "Access keys of accounts."),
    "group": _Listed("groups", _ADMINISTRATION, "Management groups of services."),
    "option": _Listed("options", _ADMINISTRATION, "Option lists of services."),
    "audit": _Listed("audit", _ADMINISTRATION, "List who administered what and when."),
    "directory": _Listed("applying", _ADMINISTRATION, "Write all that is administered as one YAML file."),
    "apply": _Listed("applying", _ADMINISTRATION, "Make what is administered as a YAML file says."),
}


class _Commands(TyperGroup):
    """The commands as they are listed; each is imported when it is called."""

    def __init__(self, **attrs: Any) -> None:
        listed = {
            name: TyperCommand(name, help=each.says, rich_help_panel=each.panel) for name, each in COMMANDS.items()
        }
        super().__init__(**attrs | {"commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called itself."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and _imported(str(name)), rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands; without the server's packages it says so."""
        if not _is_there("sqlalchemy"):
            self.epilog = f"These commands need the server's packages: {_INSTALL}".replace("[", "\\[")
        super().format_help(ctx, formatter)


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _imported(name: str) -> Any:
    """A command; one whose packages are missing is replaced by one that says so."""
    try:
        module = import_module(f"unyo.cli.{COMMANDS[name].module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "unyo":
            raise
        return get_group(_missing(name, error.name or "")).commands[name]
    return get_group(module.app).commands[name]


def _missing(command: str, package: str) -> typer.Typer:
    """In the place of a command that needs the server's packages."""
    app = typer.Typer()
    anything = {"allow_extra_args": True, "ignore_unknown_options": True}

    @app.command(command, help="(needs the server's packages: pip install 'unyo\\[server]')", context_settings=anything)
    def _say() -> None:
        typer.secho(f"unyo: this command needs the server's packages ({package} is missing): {_INSTALL}", err=True)
        raise typer.Exit(1)

    return app


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
