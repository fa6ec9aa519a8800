"""Files that appear under their name whole, on the disk and readable by their owner only, or not at all."""

import errno
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

# What file systems without hard links say of one, such as those of memory sticks and some of a network.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class NotWritten(Exception):
    """A file was not written, and nothing is left of it; the message names the file and the reason."""


class AlreadyThere(NotWritten):
    """A file of that name is there."""


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which gets its name at the end and never takes that of another.

    A process that is killed meanwhile leaves a hidden file beside it, whose name ends in ``.part``.

    Raises:
        AlreadyThere: there is one of that name, or was one at the end.
        NotWritten: it cannot be written.
    """
    if os.path.lexists(path):
        raise _already_there(path)
    with _part_of(path) as (file, part):
        yield file
        _to_disk(file)
        _take_free_name(part, path)


@contextmanager
def rewritten_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which replaces at the end the one that has its name; otherwise as `new_file`."""
    with _part_of(path) as (file, part):
        yield file
        _to_disk(file)
        _replace(part, path)


@contextmanager
def _part_of(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """A hidden file beside the path, which is gone at the end, and its name."""
    part = None
    try:
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")  # mode 0600
        with io.BufferedRandom(_Part(descriptor, path)) as file:
            yield file, part
        _sync_folder(path.parent)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


class _Part(io.FileIO):
    """Tells what cannot be written apart from what else may fail while it is written, such as a database."""

    def __init__(self, descriptor: int, path: Path) -> None:
        super().__init__(descriptor, "r+")
        self._path = path

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _not_written(self._path, error) from error


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _take_free_name(part: str, path: Path) -> None:
    """Of two that take a name at once one gets it, where the file system has hard links."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise _already_there(path) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise _already_there(path) from None
        _replace(part, path)


def _replace(part: str, path: Path) -> None:
    os.replace(part, path)  # noqa: PTH105 - mkstemp gives a text


def _already_there(path: Path) -> AlreadyThere:
    return AlreadyThere(f"{path} is there already: name a new file, or move that one away")


def _not_written(path: Path, error: OSError) -> NotWritten:
    return NotWritten(f"cannot write {path}: {error.strerror or error}; nothing was written")


def _sync_folder(folder: Path) -> None:
    """Have a new name in it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
