"""How every server of ours runs: uvicorn on uvloop and httptools, with our own log."""

import asyncio
import logging
from functools import partial
from typing import Any, Final, cast

import uvicorn

from unyo.watching.log_config import log_config

from .heads import HEAD_SECONDS
from .protocol import WholeAnswers
from .tls import LOOK_SECONDS, Certificate
from .untaken import TAKING_SECONDS

# How long a stopping server waits for the calls that it has accepted, in seconds.
GRACE_SECONDS: Final = 30
# Longer than proxies keep a connection that they may use again: one that we close first loses them a call.
KEEP_ALIVE_SECONDS: Final = 75


def uvicorn_config(
    app: Any,
    *,
    level: str = "INFO",
    log_format: str = "auto",
    head_seconds: float = HEAD_SECONDS,
    keep_alive_seconds: int = KEEP_ALIVE_SECONDS,
    taking_seconds: float = TAKING_SECONDS,
    certificate: Certificate | None = None,
    protocol: type[WholeAnswers] = WholeAnswers,
    **options: Any,
) -> uvicorn.Config:
    """The configuration of a server; the answers' headers and the log lines are our own."""
    http = partial(protocol, head_seconds=head_seconds, taking_seconds=taking_seconds)
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
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **{"lifespan": "on", "log_config": log_config(level, log_format), **options},
    )


def spare_the_log() -> None:
    """Leave out of this process's log records what none of our lines shows; there is one for every call."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - the way that Python's logging documents
