"""The command that shows the settings: `unyo config`."""

import json
from typing import Any, Final

import typer
from rich.console import Console
from rich.text import Text

from unyo.bootstrap.trouble import trouble_with
from unyo.cli.errors import plain_errors
from unyo.cli.flags import with_all_settings
from unyo.cli.rows import JsonFlag, show_json
from unyo.cli.showing import make_console
from unyo.config.loading import DEFAULT, Loaded, WrongSettings
from unyo.config.settings import Settings
from unyo.config.table import TABLE, Row
from unyo.storage.engine import UnusableDatabase, parse_url

app = typer.Typer()

_NOT_SHOWN: Final = "(not shown)"


@app.command("config")
@with_all_settings
def config(
    settings: Loaded,
    as_json: JsonFlag = False,
) -> None:
    """Show every setting with its value and where that comes from, and check them.

    What it writes is a settings file (TOML): `unyo config > unyo.toml` makes one to begin with. Secrets are left out.
    The exit status is 2 when these settings cannot be served; the reasons follow on the standard error stream.
    """
    if as_json:
        show_json(_rows(settings))
    else:
        _show(make_console(), settings)
    with plain_errors():
        if trouble := [*trouble_with(settings.settings), *_trouble_with_url(settings.settings)]:
            raise WrongSettings(trouble)


def _trouble_with_url(settings: Settings) -> list[str]:
    try:
        parse_url(settings.database)
    except UnusableDatabase as error:
        return [str(error)]
    return []


def _rows(loaded: Loaded) -> dict[str, dict[str, Any]]:
    return {
        name: {"value": _NOT_SHOWN if _is_hidden(row, loaded) else _plain(loaded, name), "origin": loaded.origins[name]}
        for name, row in TABLE.items()
    }


def _show(console: Console, loaded: Loaded) -> None:
    """As TOML: what is not set, or not shown, is a comment."""
    lines = {name: _line(row, loaded) for name, row in TABLE.items()}
    width = max(len(line) for line in lines.values())
    group = ""
    for name, row in TABLE.items():
        if row.group != group:
            console.print(Text(f"# {row.group}" if not group else f"\n# {row.group}", style="bold"))
            group = row.group
        origin = loaded.origins[name]
        style = "dim" if origin == DEFAULT else "bold green"
        console.print(Text.assemble(f"{lines[name]:{width}}  ", (f"# {origin}", style)))


def _line(row: Row, loaded: Loaded) -> str:
    if _is_hidden(row, loaded):
        return f"# {row.name} = {_NOT_SHOWN}"
    value = _plain(loaded, row.name)
    return f"# {row.name} =" if value is None else f"{row.name} = {json.dumps(value, ensure_ascii=False)}"


def _plain(loaded: Loaded, name: str) -> Any:
    return loaded.settings.model_dump(mode="json", include={name})[name]


def _is_hidden(row: Row, loaded: Loaded) -> bool:
    """A secret, or a database's URL with a password."""
    value = getattr(loaded.settings, row.name)
    if row.is_secret:
        return value is not None
    if row.name != "database":
        return False
    try:
        return parse_url(value).password is not None
    except UnusableDatabase:
        return True  # what is no URL may hold a password all the same
