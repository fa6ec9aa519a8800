"""The page about the settings of a server."""

from collections.abc import Iterable
from itertools import groupby

from unyo.config.loading import USUAL_FILES
from unyo.config.table import CONFIG_VARIABLE, TABLE, Row

from .markdown import code, page, table

_INTRODUCTION = f"""\
A setting's value comes from, in this order: its flag, its environment variable, the settings file, its default. The
settings file is TOML: its key is the setting's name. It is the file that `--config` names, else `{CONFIG_VARIABLE}`,
else {" or ".join(f"`{path}`" for path in USUAL_FILES)} if there is one.
`unyo config` shows every value with its origin, and checks them."""


def settings() -> str:
    """Every setting, by group."""
    parts = [part for group, rows in groupby(TABLE.values(), lambda row: row.group) for part in _group(group, rows)]
    return page("Settings", _INTRODUCTION, *parts)


def _group(group: str, rows: Iterable[Row]) -> list[str]:
    heads = ["key", "flag", "variable", "takes", "default", "meaning"]
    return [f"## {group}", table(heads, (_row(row) for row in rows))]


def _row(row: Row) -> list[str]:
    notes = [row.meaning]
    if row.is_secret:
        notes.append("A secret: it is never shown.")
    return [code(row.name), code(row.flag), code(row.variable), row.takes, code(row.default), " ".join(notes)]
