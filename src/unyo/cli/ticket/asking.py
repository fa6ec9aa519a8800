"""Questions to a person; where there is none, flags answer."""

import sys

import typer

from .ending.exits import Exit, fail


def confirm(question: str, *, is_sure: bool) -> None:
    """Go on when the person says yes, or said ``--yes``.

    Raises:
        typer.Exit: they say no (nothing is done), or there is nobody to ask.
    """
    if is_sure:
        return
    if not sys.stdin.isatty():
        fail(Exit.USAGE, "there is no terminal to ask on: add --yes")
    if not typer.confirm(question, err=True):
        fail(Exit.FAILED, "nothing was done")
