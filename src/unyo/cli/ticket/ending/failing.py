"""What may fail while a command calls a server, turned into the way in which the command ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from .exits import Exit, fail


@contextmanager
def plain_failures() -> Iterator[None]:
    """Turn what a client raises, and files that cannot be used, into one sentence and an exit status."""
    from unyo.client.errors import UnyoError  # noqa: PLC0415 - the help starts without the client

    from .sentences import explained  # noqa: PLC0415 - likewise

    try:
        yield
    except BrokenPipeError:
        raise  # whoever read our output has enough of it: typer ends the command without a word
    except typer.Abort as error:
        # A prompt turns Ctrl+C into this; with the end of the input it is a failure.
        stopped = isinstance(error.__context__, KeyboardInterrupt)
        fail(Exit.INTERRUPTED if stopped else Exit.FAILED, "stopped" if stopped else "there is nobody to ask")
    except UnyoError as error:
        fail(*explained(error))
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        fail(Exit.FAILED, f"{named}{error.strerror or error}")
