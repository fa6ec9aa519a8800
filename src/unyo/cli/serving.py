"""The command that serves: `unyo serve`."""

from contextlib import suppress
from functools import partial
from typing import Any, Final

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from unyo.api.open_files import allow_open_files
from unyo.api.serving import uvicorn_config
from unyo.api.tls import Certificate, UnusableCertificate
from unyo.bootstrap import app_for_good, app_of, serving_store
from unyo.config.loading import Loaded, WrongSettings
from unyo.config.settings import Settings, trouble_in
from unyo.storage.administration import NotPossible

from .errors import plain_errors
from .flags import with_all_settings

app = typer.Typer()

_STEP_SECONDS: Final = 0.1


@app.command()
@with_all_settings
def serve(settings: Loaded) -> None:
    """Serve an installation (made by `unyo init`) until it is told to stop.

    `unyo config` shows these settings with the values that they have, and where each comes from.
    """
    with plain_errors(UnusableCertificate):
        if trouble := trouble_in(settings.settings):
            raise WrongSettings(trouble)
        _run(_config(settings.settings))


def _config(settings: Settings) -> uvicorn.Config:
    """A server of this installation, which is known to be one that can be served."""
    certificate = _certificate(settings)
    engines, keyring = serving_store(settings)
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "level": settings.log_level.upper(),
        "head_seconds": settings.head_seconds,
        "keep_alive_seconds": settings.keep_alive_seconds,
        "certificate": certificate,
    }
    if settings.workers == 1:
        return uvicorn_config(app_for_good(engines, keyring, settings), **options)
    engines.dispose()  # each worker opens the store by itself
    if engines.is_sqlite:
        raise NotPossible(
            "SQLite has one writer, so it is served by one process: use --workers 1, or PostgreSQL for more"
        )
    return uvicorn_config(partial(app_of, settings), factory=True, **options)


def _certificate(settings: Settings) -> Certificate | None:
    """The certificate, if there is one; it can be used."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    Certificate(settings.tls_cert, settings.tls_key).open()  # another one goes to the workers, who open it themselves
    return Certificate(settings.tls_cert, settings.tls_key)


class _Workers(Multiprocess):
    """The parent of several workers; what it is told while they stop, it passes on to them."""

    def join_all(self) -> None:
        """Wait until every worker has stopped."""
        for worker in self.processes:
            while worker.process.is_alive():
                worker.process.join(_STEP_SECONDS)
                if self.signal_queue:
                    self.signal_queue.clear()
                    self.terminate_all()


def _run(config: uvicorn.Config) -> None:
    allow_open_files()
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        if config.workers > 1:
            _Workers(config, sockets=[config.bind_socket()]).run()
            return
        server.run()
    if not server.started:
        raise typer.Exit(1)  # the log says why
