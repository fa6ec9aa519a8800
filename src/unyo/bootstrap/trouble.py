"""Whether settings can be served here, before anything is opened."""

from contextlib import suppress
from importlib.util import find_spec

from unyo.config.settings import Settings, trouble_in
from unyo.storage.engine import UnusableDatabase, is_sqlite, parse_url


def trouble_with(settings: Settings) -> list[str]:
    """What must be otherwise before these settings can be served here, a sentence each; no file of theirs is opened.

    A database's URL that is none is left to whoever opens the database.
    """
    found = trouble_in(settings)
    with suppress(UnusableDatabase):
        if settings.workers > 1 and is_sqlite(parse_url(settings.database)):
            found.append(
                "SQLite has one writer, so it is served by one process: use --workers 1, or PostgreSQL for more"
            )
    if settings.otel_endpoint and not _has_opentelemetry():
        found.append(
            "traces need further packages: pip install 'unyo[server,otel]', or leave otel_endpoint out of the settings"
        )
    return found


def _has_opentelemetry() -> bool:
    return all(find_spec("opentelemetry") and find_spec(f"opentelemetry.{each}") for each in ("sdk", "exporter"))
