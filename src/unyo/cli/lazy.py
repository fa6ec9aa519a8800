"""Groups of commands that are listed without being imported, so that the command line starts at once."""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

INSTALL: Final = "pip install 'unyo[server]'"


class Listed(NamedTuple):
    """Which module below ``unyo.cli`` holds a command, and what the help says of it, which imports none of them."""

    module: str
    panel: str
    says: str


class LazyGroup(TyperGroup):
    """Commands as they are listed; each is imported when it is called."""

    listed: ClassVar[Mapping[str, Listed]] = {}
    """The commands in the order of the help; each module has an ``app``."""

    def __init__(self, **attrs: Any) -> None:
        listed = {
            name: TyperCommand(name, help=each.says, rich_help_panel=each.panel) for name, each in self.listed.items()
        }
        super().__init__(**attrs | {"commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called itself."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and _imported(str(name), self.listed[str(name)].module), rest


def _imported(name: str, where: str) -> Any:
    """A command; one whose packages are missing is replaced by one that says so."""
    try:
        module = _uncollected(f"unyo.cli.{where}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "unyo":
            raise
        return get_group(_missing(name, error.name or "")).commands[name]
    return get_group(module.app).commands[name]


def _uncollected(name: str) -> ModuleType:
    """A module; nobody looks for garbage while it is imported, nor ever in what is there by then: modules stay.

    Else a command would look all of them over several times before it begins.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def _missing(command: str, package: str) -> typer.Typer:
    """In the place of a command that needs the server's packages."""
    app = typer.Typer()
    anything = {"allow_extra_args": True, "ignore_unknown_options": True}

    @app.command(command, help="(needs the server's packages: pip install 'unyo\\[server]')", context_settings=anything)
    def _say() -> None:
        typer.secho(f"unyo: this command needs the server's packages ({package} is missing): {INSTALL}", err=True)
        raise typer.Exit(1)

    return app
