"""How a command that calls a server ends: its exit status, and one sentence that says what to do."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

import typer


class Exit(IntEnum):
    """The exit statuses of `unyo ticket`, `unyo login` and `unyo profile`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    AUTH = 6
    NO_RIGHT = 7
    RATE_LIMIT = 8
    NETWORK = 9
    INTERRUPTED = 130


MEANINGS: Final[Mapping[Exit, str]] = {
    Exit.OK: "It has done what it was asked.",
    Exit.FAILED: "It has failed otherwise, or the server has: the sentence says whether anything was changed.",
    Exit.USAGE: "Wrong usage, a profile that does not exist, or credentials of which something is missing.",
    Exit.REFUSED: "Fields are missing, too long or wrong; the sentence names their flags. Nothing was changed.",
    Exit.NOT_FOUND: "There is no such ticket, or it may not be seen.",
    Exit.CONFLICT: "Somebody else changed the ticket meanwhile. Nothing was changed.",
    Exit.AUTH: "The access key or its secret is wrong.",
    Exit.NO_RIGHT: "The account may not do this: by its role, without approval right, or in this service code.",
    Exit.RATE_LIMIT: "Too many calls: the sentence says when to call again.",
    Exit.NETWORK: "The server cannot be reached or does not answer, or what answers is not the API.",
    Exit.INTERRUPTED: "Stopped by Ctrl+C.",
}


def fail(status: Exit, sentence: str) -> None:
    """Say why, and end.

    Raises:
        typer.Exit: always.
    """
    complain(sentence)
    raise typer.Exit(status) from None


def complain(sentence: str) -> None:
    """Say on the standard error stream what is wrong."""
    typer.secho(f"unyo: {sentence}", err=True, fg="red")
