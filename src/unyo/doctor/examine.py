"""The examination: all checks in order; what hangs on something that failed is left out, and said so."""

from collections.abc import Iterator
from pathlib import Path

from unyo.bootstrap.installation import read_keyring
from unyo.bootstrap.trouble import trouble_with
from unyo.config.settings import Settings
from unyo.services.ports import StorageFailed
from unyo.storage.engine import Engines, UnusableDatabase, open_engines, parse_url

from . import calls, database, files, machine
from .findings import Finding, Level, bad, good


def examine(settings: Settings, file: Path | None) -> Iterator[Finding]:
    """Look at everything; each finding comes as soon as it is known."""
    yield from _settings(settings, file)
    yield from machine.clock()
    yield from machine.open_files()
    yield from files.key_file(settings)
    yield from files.certificate(settings)
    try:
        engines = open_engines(parse_url(settings.database), create=False)
    except UnusableDatabase as error:
        yield bad("database", str(error), "name the right one by the setting `database`")
        return
    try:
        yield from _installation(engines, settings)
    except StorageFailed as error:
        yield bad("database", str(error), "start the database, or mend the setting `database`")
    finally:
        engines.dispose()


def _settings(settings: Settings, file: Path | None) -> Iterator[Finding]:
    trouble = trouble_with(settings)
    for each in trouble:
        yield bad("settings", each, "see `unyo config`")
    if not trouble:
        yield good("settings", "they can be served")
    yield from files.settings_file(file)


def _installation(engines: Engines, settings: Settings) -> Iterator[Finding]:
    yield from database.state(engines, settings)
    for step in (database.tables(engines), database.key(engines, settings)):
        found = list(step)
        yield from found
        if any(each.level is Level.BAD for each in found):
            return  # what comes next needs this
    yield from calls.signed_call(engines, read_keyring(settings), settings)
