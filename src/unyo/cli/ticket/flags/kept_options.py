"""The values of a service's lists, kept in the user's cache folder: a shell completes by them, and never waits long."""

import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path
from typing import Final

from unyo.client import Client, Credentials, Option
from unyo.client.profiles import resolve
from unyo.tickets.model import TicketKind

# For so long values are taken as they were read, and for so long a server that did not answer is not asked again.
_FRESH: Final = 3600.0
_SPARED: Final = 30.0
_PATIENCE: Final = 1.0
_KINDS: Final[Mapping[str, TicketKind]] = {each.value: each for each in TicketKind}


def offered(given: Mapping[str, str | None], profile: str | None) -> Sequence[Option]:
    """The values as they are kept, or as the server tells them within a second; none where anything fails."""
    try:
        who = resolve(given, profile).credentials
    except Exception:  # noqa: BLE001 - a shell that completes shows no errors
        return []
    path = _file(who)
    kept, until = _read(path)
    if time.time() < until:
        return kept
    asked = _Asked(who)
    asked.start()
    asked.join(_PATIENCE)
    if asked.found is None:
        _write(path, kept, _SPARED)
        return kept
    keep(who, asked.found)
    return asked.found


def keep(who: Credentials, options: Sequence[Option]) -> None:
    """Keep what was read; where it cannot be written, nothing is kept."""
    _write(_file(who), options, _FRESH)


class _Asked(threading.Thread):
    """Asks the server; whoever waits may go before it answers."""

    def __init__(self, who: Credentials) -> None:
        super().__init__(daemon=True)
        self._who = who
        self.found: list[Option] | None = None

    def run(self) -> None:
        """Ask once."""
        who = self._who
        keys = (who.endpoint, who.access_key, who.secret_key, who.service_code, who.master_id)
        with suppress(Exception), Client(*keys, timeout=_PATIENCE, tries=1) as client:
            self.found = client.options()


def _file(who: Credentials) -> Path:
    folder = os.environ.get("XDG_CACHE_HOME")
    named = f"{who.endpoint}\n{who.service_code}\n{who.master_id}"
    return (Path(folder) if folder else Path.home() / ".cache") / "unyo" / f"{sha256(named.encode()).hexdigest()}.json"


def _read(path: Path) -> tuple[list[Option], float]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        options = [Option(_KINDS.get(kind, kind), *rest) for kind, *rest in kept["options"]]
        return options, min(float(kept["until"]), path.stat().st_mtime + _FRESH)
    except Exception:  # noqa: BLE001 - what cannot be read is not kept
        return [], 0


def _write(path: Path, options: Sequence[Option], seconds: float) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, made = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"until": time.time() + seconds, "options": [astuple(each) for each in options]}, file)
        Path(made).replace(path)
