"""The command that serves: `unyo serve`."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

import typer
import uvicorn

from unyo.api.listening import Unreachable, check_address
from unyo.api.open_files import allow_open_files
from unyo.api.serving import uvicorn_config
from unyo.api.tls import Certificate, UnusableCertificate
from unyo.api.workers import Workers
from unyo.bootstrap.installation import serving_store
from unyo.bootstrap.metrics_address import metrics_at
from unyo.bootstrap.serving import app_for_good, app_of
from unyo.bootstrap.trouble import trouble_with
from unyo.config.loading import Loaded, WrongSettings
from unyo.config.settings import Settings
from unyo.watching.exposition import UnusableMetrics, folder_for_workers
from unyo.watching.figures import Figures

from .errors import FAILED, plain_errors
from .flags import with_all_settings

app = typer.Typer()


@app.command()
@with_all_settings
def serve(settings: Loaded) -> None:
    """Serve an installation (made by `unyo init`) until it is told to stop.

    `unyo config` shows these settings with the values that they have, and where each comes from.
    """
    with plain_errors(Unreachable, UnusableCertificate, UnusableMetrics):
        if trouble := trouble_with(settings.settings):
            raise WrongSettings(trouble)
        _serve(settings.settings)


def _serve(settings: Settings) -> None:
    """Serve this installation, if it is one that can be served."""
    check_address(settings.host, settings.port)
    certificate = _certificate(settings)
    engines, keyring = serving_store(settings)
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "level": settings.log_level.upper(),
        "log_format": settings.log_format.value,
        "head_seconds": settings.head_seconds,
        "keep_alive_seconds": settings.keep_alive_seconds,
        "certificate": certificate,
    }
    if settings.workers == 1:
        figures = Figures() if settings.shows_metrics else None
        config = uvicorn_config(app_for_good(engines, keyring, settings, figures), **options)
        with metrics_at(settings, figures):
            _run(uvicorn.Server(config))
        return
    engines.dispose()  # each worker opens the store by itself
    config = uvicorn_config(partial(app_of, settings), factory=True, **options)
    allow_open_files()  # for the workers too
    with (
        folder_for_workers() if settings.shows_metrics else nullcontext() as folder,
        metrics_at(settings),
        _ended_plainly(),
    ):
        Workers(config, [config.bind_socket()], folder).run()


def _certificate(settings: Settings) -> Certificate | None:
    """The certificate, if there is one; it can be used."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    Certificate(settings.tls_cert, settings.tls_key).open()  # another one goes to the workers, who open it themselves
    return Certificate(settings.tls_cert, settings.tls_key)


def _run(server: uvicorn.Server) -> None:
    allow_open_files()
    with _ended_plainly():
        server.run()
    if not server.started:
        raise typer.Exit(FAILED)  # the log says why


@contextmanager
def _ended_plainly() -> Iterator[None]:
    """An interrupt is no failure; what uvicorn ends with a status of its own, and tells in the log, is one."""
    try:
        with suppress(KeyboardInterrupt):
            yield
    except SystemExit:
        raise typer.Exit(FAILED) from None
