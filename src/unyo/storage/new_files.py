"""Files that appear under their name whole, on the disk and readable by their owner only, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .administration import NotPossible


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the path's name at the end; what had that name before is replaced then.

    A process that is killed meanwhile leaves a hidden file beside it, whose name ends in ``.part``.

    Raises:
        NotPossible: it cannot be written; nothing is left of it.
    """
    made = None
    try:
        descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")  # mode 0600
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)  # noqa: PTH105 - mkstemp gives a text
        _sync_folder(path.parent)
    except BaseException as error:
        if made is not None:
            Path(made).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise NotPossible(f"cannot write {path}: {error.strerror or error}; nothing was written") from error
        raise


def _sync_folder(folder: Path) -> None:
    """Have a new name in it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
