"""The application of a serving process, as its settings say."""

import gc
from datetime import timedelta

from starlette.types import ASGIApp

from unyo.api.proxies import BehindProxies
from unyo.api.rate import RateLimit
from unyo.api.serving import spare_the_log
from unyo.config.settings import LogLevel, Settings, networks
from unyo.services.signing_in import Lifetimes
from unyo.services.watcher import Watcher
from unyo.storage.engine import Engines
from unyo.storage.keyring import Keyring
from unyo.storage.writing.queue import Bounds
from unyo.watching.figures import Figures
from unyo.watching.logs import CallLog

from .desk import Watching, open_desk
from .installation import serving_store
from .limits import Limits
from .portal import Site


def app_of(settings: Settings) -> ASGIApp:
    """The application of one worker process."""
    return app_for_good(*serving_store(settings), settings, Figures() if settings.shows_metrics else None)


def app_for_good(engines: Engines, keyring: Keyring, settings: Settings, figures: Figures | None) -> ASGIApp:
    """The application of a process that does nothing but serve it."""
    bounds = Bounds(waiting_calls=settings.queue_calls, waiting_bytes=settings.queue_mib * 1024 * 1024)
    rate = RateLimit(settings.calls_per_minute) if settings.calls_per_minute else None
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    app = open_desk(
        engines,
        keyring,
        limits=Limits(bounds, settings.body_seconds, rate, settings.drain_seconds),
        watching=Watching(figures, _watchers(settings), token),
        site=_site(settings),
    ).app
    if trusted := networks(settings.trusted_proxies):
        app = BehindProxies(app, trusted)
    spare_the_log()
    # What is there by now stays: later collections of garbage would stall every call while they looked through it.
    gc.collect()
    gc.freeze()
    return app


def _site(settings: Settings) -> Site:
    """How browsers see the portal; what they keep of https is said only where nothing but https reaches them."""
    is_https = settings.behind_tls_proxy or settings.tls_cert is not None
    return Site(
        is_https=is_https,
        hsts_seconds=settings.hsts_seconds if is_https else 0,
        lifetimes=Lifetimes(timedelta(hours=settings.session_idle_hours), timedelta(hours=settings.session_hours)),
    )


def _watchers(settings: Settings) -> list[Watcher]:
    """Who is told of each call, beside the figures."""
    found: list[Watcher] = []
    if settings.log_level in {LogLevel.DEBUG, LogLevel.INFO}:
        found.append(CallLog(settings.log_format.value))
    if settings.otel_endpoint:
        from unyo.watching.traces import sent_to  # noqa: PLC0415 - its packages are an extra

        found.append(sent_to(settings.otel_endpoint))
    return found
