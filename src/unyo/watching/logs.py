"""The log on the standard error stream: JSON lines, or coloured ones on a terminal; one line a call.

All but the calls are records of Python's own logging. The calls are many: a record of each, and structlog's chain of
processors, would double what its line costs, so it is handed straight to what renders and writes lines.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TextIO

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import format_exc_info
from structlog.stdlib import ProcessorFormatter, add_log_level, add_logger_name
from structlog.types import EventDict, Processor, WrappedLogger

from unyo.services.watcher import Called, Watcher, request_id

# A path is the caller's to choose; more of it than this is no use to anybody.
_PATH_CHARACTERS: Final = 200

_encode: Final[Callable[[Any], str]] = json.JSONEncoder(ensure_ascii=False).encode


def formatter(form: str) -> logging.Formatter:
    """Makes a log record of any package a line of the same form as a call's, its traceback included."""
    is_json = _is_json(form, sys.stderr)
    final: Iterable[Processor] = [format_exc_info, _as_json] if is_json else [_console()]
    return ProcessorFormatter(
        foreign_pre_chain=[_time_of_record, add_log_level, add_logger_name, _add_request_id],
        processors=[ProcessorFormatter.remove_processors_meta, *final],
    )


class CallLog(Watcher):
    """Writes a line for each call."""

    def __init__(self, form: str = "auto", stream: TextIO | None = None) -> None:
        stream = stream or sys.stderr
        self._log = structlog.WriteLogger(stream)
        self._rendered: Processor = _as_json if _is_json(form, stream) else _console()

    def called(self, call: Called) -> None:
        """Write the line."""
        line = {
            "timestamp": _written(time.time()),
            "level": "info",
            "event": "call",
            "request_id": call.request_id,
            "method": call.method,
            "path": call.path[:_PATH_CHARACTERS],
            "action": call.action,
            "master_id": call.master_id,
            "ticket_id": call.ticket_id,
            "status": call.status,
            "error_type": call.error_type or "OK",
            "milliseconds": round(call.seconds * 1000, 1),
            "client": call.client,
        }
        # A full disk or a closed pipe costs the line, as with Python's own logging, and not the call its answer.
        with suppress(OSError):
            self._log.msg(str(self._rendered(self._log, "info", line)))


def _is_json(form: str, stream: TextIO) -> bool:
    return form == "json" or (form == "auto" and not stream.isatty())


def _console() -> Processor:
    # With the plain traceback: the others show what variables hold, which may be secret.
    return ConsoleRenderer(exception_formatter=plain_traceback)


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _encode(event)


def _time_of_record(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {"timestamp": _written(event["_record"].created), **event}


def _add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {**event, "request_id": request_id.get()}


def _written(at: float) -> str:
    """A moment in UTC, to the millisecond."""
    seconds = int(at)
    return f"{_second(seconds)}.{int((at - seconds) * 1000):03}Z"


@lru_cache(1)
def _second(seconds: int) -> str:
    """It is written once a second, not once a line."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
