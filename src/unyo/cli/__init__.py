"""The command line. What a command needs is imported when it is called, so that it starts at once."""

from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from unyo import __version__

# Which module holds a command; the order is that of the help.
MODULES: Final = {
    "demo": "demo",
    "init": "installing",
    "serve": "serving",
    "config": "settings",
    "doctor": "doctor",
    "migrate": "migrating",
    "secret-key": "secret_key",
    "backup": "keeping",
    "restore": "keeping",
    "export": "transfer",
    "import": "transfer",
    "service": "services",
    "account": "accounts",
    "role": "roles",
    "key": "keys",
    "group": "groups",
    "option": "options",
    "audit": "audit",
    "directory": "applying",
    "apply": "applying",
}


class _Commands(TyperGroup):
    """The commands, each imported when it is asked for."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """The names of all commands."""
        return list(MODULES)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """A command; one whose packages are missing is replaced by one that says so."""
        if cmd_name not in MODULES:
            return None
        try:
            module = import_module(f"unyo.cli.{MODULES[cmd_name]}")
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] == "unyo":
                raise
            return get_group(_missing(cmd_name, error.name or "")).commands[cmd_name]
        return get_group(module.app).commands[cmd_name]


def _missing(command: str, package: str) -> typer.Typer:
    """In the place of a command that needs the server's packages."""
    app = typer.Typer()
    anything = {"allow_extra_args": True, "ignore_unknown_options": True}

    @app.command(command, help="(needs the server's packages: pip install 'unyo\\[server]')", context_settings=anything)
    def _say() -> None:
        needed = "pip install 'unyo[server]'"
        typer.secho(f"unyo: this command needs the server's packages ({package} is missing): {needed}", err=True)
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
