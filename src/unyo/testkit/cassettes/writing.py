"""The file of a recording: each call is on the disk before its answer goes on to the caller."""

import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from unyo.storage.new_files import NotWritten, new_file, rewritten_file

from .form import dump, head


class CassetteFile:
    """A new cassette, readable by its owner only, to which calls are added.

    Raises:
        AlreadyThere: there is a file of that name, and it is not to be overwritten.
        NotWritten: it cannot be written.
    """

    def __init__(self, path: Path, endpoint: str, started: datetime, *, masked: bool, overwrite: bool = False) -> None:
        with (rewritten_file if overwrite else new_file)(path) as file:
            file.write(head(endpoint, started, masked=masked).encode())
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        os.close(self._file)

    def add(self, call: dict[str, Any]) -> None:
        """Add a call, whole or not at all.

        Raises:
            NotWritten: it cannot be written.
        """
        content = dump([call]).encode()
        before = os.fstat(self._file).st_size
        try:
            while content:
                content = content[os.write(self._file, content) :]
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, before)
            raise NotWritten(f"cannot write {self.path}: {error.strerror or error}") from error
