"""The page about the command line, read from the commands themselves."""

import re
from collections.abc import Iterator
from typing import Any, Final

import typer
from rich.text import Text
from typer.main import get_command

from unyo.cli import app
from unyo.cli.errors import FAILED, WRONG_USAGE
from unyo.cli.ticket.ending.exits import MEANINGS
from unyo.config.table import CONFIG_VARIABLE, TABLE, Row

from .markdown import code, page, plain, table

_EXIT: Final = (
    ("0", "It has done what it was asked."),
    (str(FAILED), "It was refused or has failed: one sentence on the standard error stream says what to do."),
    (str(WRONG_USAGE), "Wrong usage, or settings that are none."),
)
_EXITS_OF_THE_CLIENT: Final = """\
`unyo ticket`, `unyo login` and `unyo profile` call a server. A failure is one sentence on the standard error stream:"""
_INTRODUCTION: Final = """\
`unyo --help` and `unyo COMMAND --help` tell the same. A server's settings may also come from the
environment and the settings file: [settings.md](settings.md) says how. What a client calls with may come from the
environment and a profile: [cli.md](../cli.md) says how."""


def commands() -> str:
    """Every command with its arguments, options and settings."""
    walked = list(_walk(get_command(app), typer.Context(get_command(app), info_name="unyo")))
    listed = table(["command", ""], ([f"[`{_name(c)}`](#{_anchor(_name(c))})", _first(c)] for c in walked))
    return page(
        "Commands",
        _INTRODUCTION,
        listed,
        "## Exit statuses",
        _EXITS_OF_THE_CLIENT,
        table(["status", "meaning"], ([code(str(status.value)), meaning] for status, meaning in MEANINGS.items())),
        "The other commands:",
        table(["status", "meaning"], ([code(status), meaning] for status, meaning in _EXIT)),
        *(_described(context) for context in walked),
    )


def _walk(command: Any, context: typer.Context) -> Iterator[typer.Context]:
    """The contexts of all commands that can be called, in the order of the help."""
    if not hasattr(command, "list_commands"):
        yield context
        return
    for name in command.list_commands(context):
        _, found, _ = command.resolve_command(context, [name])
        if not found.hidden:
            yield from _walk(found, typer.Context(found, info_name=name, parent=context))


def _described(context: typer.Context) -> str:
    shown = [each for each in context.command.params if not getattr(each, "hidden", False)]
    settings = [each for each in shown if _is_setting(each)]
    own = [each for each in shown if each not in settings]
    arguments, options = (
        table(
            ["", "default", "variable", "meaning"], (_row(each, context) for each in own if _is_argument(each) is which)
        )
        for which in (True, False)
    )
    parts = [f"## {_name(context)}", _help(context), f"```text\n{_usage(context)}\n```", arguments, options]
    if settings:
        without_flag = [row.variable for row in TABLE.values() if _note(row) in _paragraphs(context)]
        names = [*(max(each.opts, key=len) for each in settings), *without_flag]
        parts.append(f"[Settings](settings.md): {' '.join(code(name) for name in names)}")
    return "\n\n".join(part for part in parts if part)


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _is_setting(parameter: Any) -> bool:
    """Whether a flag is one of the settings', or names the settings file."""
    row = TABLE.get(parameter.name)
    variable = row.variable if row else CONFIG_VARIABLE
    return not _is_argument(parameter) and variable in (parameter.help or "")


def _row(parameter: Any, context: typer.Context) -> list[str]:
    notes = [_plain(parameter.help or "")]
    if getattr(parameter, "prompt", None):
        notes.append("Asked for where it is not given.")
    elif parameter.required:
        notes.append("Required.")
    if _is_argument(parameter):
        name = _takes(parameter, context)
    else:
        names = ", ".join([*parameter.opts, *parameter.secondary_opts])
        name = names if parameter.is_flag else f"{names} {_takes(parameter, context)}"
    return [code(name), _default(parameter), code(_variable(parameter)), " ".join(notes)]


def _takes(parameter: Any, context: typer.Context) -> str:
    """What is written for a value."""
    if parameter.metavar:
        return str(parameter.metavar)
    shown = str(parameter.display_type(context)).strip("<>").removeprefix("list[").removesuffix("]")
    return {"int": "INTEGER", "int range": "INTEGER", "str": "TEXT", "float": "NUMBER"}.get(shown, shown.upper())


def _variable(parameter: Any) -> str:
    return parameter.envvar if isinstance(parameter.envvar, str) else ""


def _default(parameter: Any) -> str:
    value = parameter.default
    if value is None or value == "" or isinstance(value, bool | list | tuple) or callable(value):
        return ""
    return code(str(getattr(value, "value", value)))


def _name(context: typer.Context) -> str:
    return context.command_path


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _usage(context: typer.Context) -> str:
    pieces = [piece.strip("{}") for piece in context.command.collect_usage_pieces(context)]
    return " ".join([context.command_path, *pieces])


def _help(context: typer.Context) -> str:
    """The help, without the notes on settings that have no flag."""
    notes = {_note(row) for row in TABLE.values()}
    return "\n\n".join(_plain(paragraph) for paragraph in _paragraphs(context) if paragraph not in notes)


def _note(row: Row) -> str:
    return f"{row.variable}: {row.meaning}"


def _paragraphs(context: typer.Context) -> list[str]:
    paragraphs = re.split(r"\n\s*\n", (context.command.help or "").strip())
    return [" ".join(paragraph.split()) for paragraph in paragraphs]


def _first(context: typer.Context) -> str:
    return _help(context).partition("\n")[0]


def _plain(text: str) -> str:
    return plain(Text.from_markup(text).plain)
