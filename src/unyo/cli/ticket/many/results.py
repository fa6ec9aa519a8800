"""What came of each row, a line of JSON each, so that an interrupted run is gone on with where it ended."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4, uuid5

OK, FAILED, UNKNOWN, STARTED, SENDING = "ok", "failed", "unknown", "started", "sending"


class WrongResults(ValueError):
    """The file holds no results of `unyo ticket apply`."""


@dataclass
class Done:
    """What an earlier run did: the tickets of the rows that succeeded, and what was on its way when it ended."""

    run: UUID = field(default_factory=uuid4)
    tickets: dict[str, str] = field(default_factory=dict)
    on_their_way: set[str] = field(default_factory=set)

    def call_id(self, key: str) -> str:
        """The call id of a row: the same in every run that goes on with the first one."""
        return str(uuid5(self.run, key))


def read_results(text: str) -> Done:
    """What an earlier run did; its last line may have been cut off.

    Raises:
        WrongResults: these are no results.
    """
    found: Done | None = None
    lines = text.split("\n")
    for number, written in enumerate(lines, 1):
        try:
            result = json.loads(written) if written.strip() else None
        except ValueError:
            if number == len(lines):
                continue  # the run was killed while it wrote
            raise WrongResults(f"line {number} is no JSON") from None
        if result is not None:
            found = _take(found, result, number)
    if found is None:
        raise WrongResults("it holds no run")
    return found


def _take(found: Done | None, result: Any, number: int) -> Done:
    try:
        key, status = str(result["row"]), str(result["status"])
        if status == STARTED:
            return found or Done(UUID(key))
        if found is None:
            raise WrongResults("it does not begin as results do")
        if status in {SENDING, UNKNOWN}:
            found.on_their_way.add(key)
            return found
        found.on_their_way.discard(key)
        if status == OK:
            found.tickets[key] = str(result["ticket_id"])
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, WrongResults):
            raise
        raise WrongResults(f"line {number} is no result") from None
    return found


class Results:
    """Writes results as they come; each is on the disk, or in the pipe, before the next row is sent."""

    def __init__(self, stream: IO[str], *, is_file: bool) -> None:
        self._stream = stream
        self._is_file = is_file

    def begin(self, done: Done) -> None:
        """Name the run, by which an interrupted one is gone on with."""
        self.write(0, "", STARTED, key=str(done.run))

    def write(self, line: int, ticket_id: str, status: str, error: str = "", *, key: str) -> None:
        """One line."""
        result: Mapping[str, Any] = {"line": line, "ticket_id": ticket_id, "status": status, "error": error, "row": key}
        self._stream.write(json.dumps(result, ensure_ascii=False) + "\n")
        self._stream.flush()
        if self._is_file:
            os.fsync(self._stream.fileno())


def open_results(path: Path, *, goes_on: bool) -> IO[str]:
    """The file of results, a new one or one that is gone on with; a line that was cut off is taken away.

    Raises:
        FileExistsError: a new one is there already.
        OSError: it cannot be written.
    """
    if not goes_on:
        return path.open("x", encoding="utf-8")
    os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
    return path.open("a", encoding="utf-8")
