"""How every server of ours runs: uvicorn on uvloop and httptools, with our own log lines."""

import asyncio
import logging
import time
from functools import lru_cache, partial
from typing import Any, Final, cast

import uvicorn

from .heads import HEAD_SECONDS
from .protocol import WholeAnswers
from .tls import LOOK_SECONDS, Certificate
from .untaken import TAKING_SECONDS

# How long a stopping server waits for the calls that it has accepted, in seconds.
GRACE_SECONDS: Final = 30
# Longer than proxies keep a connection that they may use again: one that we close first loses them a call.
KEEP_ALIVE_SECONDS: Final = 75


class Lines(logging.Formatter):
    """Log lines; the date is written once a second, not once a line."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        """The record's time, to the millisecond."""
        return f"{_second(int(record.created), datefmt)},{int(record.msecs):03}"


@lru_cache(1)
def _second(seconds: int, datefmt: str | None) -> str:
    return time.strftime(datefmt or logging.Formatter.default_time_format, time.localtime(seconds))


def log_config(level: str = "INFO") -> dict[str, Any]:
    """Logging to the standard error stream, every line with the RequestId of its call."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "unyo.api.app.RequestIdFilter"}},
        "formatters": {
            "line": {
                "()": "unyo.api.serving.Lines",
                "fmt": "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s",
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"unyo": {"level": level}, "uvicorn": {"level": level}},
    }


def uvicorn_config(
    app: Any,
    *,
    level: str = "INFO",
    head_seconds: float = HEAD_SECONDS,
    keep_alive_seconds: int = KEEP_ALIVE_SECONDS,
    taking_seconds: float = TAKING_SECONDS,
    certificate: Certificate | None = None,
    **options: Any,
) -> uvicorn.Config:
    """The configuration of a server; the answers' headers and the log lines are our own."""
    http = partial(WholeAnswers, head_seconds=head_seconds, taking_seconds=taking_seconds)
    if certificate is not None:
        options |= {
            "ssl_context_factory": certificate.open,
            "callback_notify": certificate.exchange,
            "timeout_notify": LOOK_SECONDS,
        }
    return uvicorn.Config(
        app,
        loop="unyo.api.loop:Loop",
        http=cast(type[asyncio.Protocol], http),  # uvicorn calls it, and nothing else
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_config=log_config(level),
        **options,
    )


def spare_the_log() -> None:
    """Leave out of this process's log records what none of our lines shows; there is one for every call."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - the way that Python's logging documents
