"""Flags of the settings: a command names the settings that it uses, and gets them read."""

import inspect
from collections.abc import Callable
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.models import OptionInfo

from unyo.config.loading import USUAL_FILES, Loaded, load
from unyo.config.table import CONFIG_VARIABLE, FILE_SUFFIX, TABLE, Row

from .errors import plain_errors

# What every command that opens an installation's database needs, and one that opens its secrets.
DATABASE: Final = ("database",)
STORE: Final = ("database", "secret_key")

_CONFIG = "config"
_CONFIG_HELP = (
    f"Settings file (TOML); else the one that {CONFIG_VARIABLE} names, else "
    f"{' or '.join(str(path) for path in USUAL_FILES)} if there is one."
)


def with_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command ``--config`` and the flags of the named settings; it is called with ``settings``.

    A setting that may stand in a file of its own brings that one's flag too.
    """
    return _with_flags([row for name in names for row in _with_file(name)], lambda loaded: loaded.settings)


def with_all_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of all settings; its ``settings`` are a `Loaded`, which tells their origins."""
    return _with_flags(list(TABLE.values()), lambda loaded: loaded)(command)


def _with_file(name: str) -> list[Row]:
    row = TABLE[name]
    return [row, TABLE[name + FILE_SUFFIX]] if row.has_file else [row]


def _with_flags(
    rows: list[Row], chosen: Callable[[Loaded], Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    flags = {row.name: _parameter(row) for row in rows if row.flag}

    def _decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def _run(**given: Any) -> None:
            config = given.pop(_CONFIG)
            said = {name: value for name in flags if (value := given.pop(name)) is not None}
            with plain_errors():
                loaded = load(said, Path(config) if config else None)
            command(settings=chosen(loaded), **given)

        notes = [f"{row.variable}: {row.meaning}" for row in rows if not row.flag]
        _run.__doc__ = "\n\n".join([inspect.getdoc(command) or "", *notes])
        signature = inspect.signature(command)
        own = [each for each in signature.parameters.values() if each.name != "settings"]
        added = [_keyword(_CONFIG, str | None, typer.Option(help=_CONFIG_HELP, metavar="FILE")), *flags.values()]
        _run.__signature__ = signature.replace(parameters=_keywords_last(own, added))  # type: ignore[attr-defined]  # which is how typer reads it
        return _run

    return _decorate


def _keywords_last(own: list[inspect.Parameter], added: list[inspect.Parameter]) -> list[inspect.Parameter]:
    return [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own] + added


def _parameter(row: Row) -> inspect.Parameter:
    default = f"; default {row.default}" if row.default else ""
    help_text = f"{row.meaning} ({row.variable}{default})"
    if row.kind is bool:
        both = f"{row.flag}/--no-{row.flag.removeprefix('--')}"
        option = typer.Option(both, help=help_text, rich_help_panel=row.group)
        return _keyword(row.name, bool | None, option)
    option = typer.Option(row.flag, help=help_text, metavar=_metavar(row), rich_help_panel=row.group)
    return _keyword(row.name, str | None, option)


def _metavar(row: Row) -> str:
    if issubclass(row.kind, Enum):
        return "|".join(each.value for each in row.kind)
    return {int: "INTEGER", float: "NUMBER", str: "TEXT"}.get(row.kind, "FILE")


def _keyword(name: str, kind: Any, option: OptionInfo) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])
