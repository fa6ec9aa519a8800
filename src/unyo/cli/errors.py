"""What a user can mend is told in one line, without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from unyo.config.loading import WrongSettings
from unyo.services.ports import StorageFailed
from unyo.storage.administration import NotPossible
from unyo.storage.engine import UnusableDatabase
from unyo.storage.keyring import WrongKey
from unyo.storage.new_files import NotWritten

FAILED = 1
WRONG_USAGE = 2


@contextmanager
def plain_errors(*more: type[Exception]) -> Iterator[None]:
    """Turn what a user can mend, and ``more``, into a line and exit status 1; settings that are none have status 2."""
    known: tuple[type[Exception], ...] = (
        *(NotPossible, NotWritten, StorageFailed, UnusableDatabase, WrongKey, OSError),
        *more,
    )
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read our output has enough of it: typer ends the command without a word
    except WrongSettings as error:
        for line in str(error).splitlines():
            typer.secho(f"unyo: {line}", err=True, fg="red")
        raise typer.Exit(WRONG_USAGE) from None
    except known as error:
        typer.secho(f"unyo: {_said(error)}", err=True, fg="red")
        raise typer.Exit(FAILED) from None


def _said(error: Exception) -> str:
    """One line; a file that could not be used is named before what is wrong with it."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)
