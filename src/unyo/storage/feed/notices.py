"""What changed, as a text that PostgreSQL carries from a transaction to all who listen once it is committed."""

import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy.engine import Connection

from unyo.services.feed import Missed, Moved, Told

CHANNEL: Final = "unyo_moved"
# PostgreSQL takes less than 8,000 bytes.
MOST_BYTES: Final = 7_900
_ANYTHING: Final = "[]"
_NOTIFY: Final = f"SELECT pg_notify('{CHANNEL}', $1)"


def tell(connection: Connection, moved: Iterable[Moved]) -> None:
    """Let those who listen know of it when the transaction is committed; on SQLite they look for themselves."""
    if connection.dialect.name != "postgresql":
        return
    if found := dict.fromkeys(moved):
        connection.exec_driver_sql(_NOTIFY, (written(found),))


def written(moved: Iterable[Moved]) -> str:
    """The text, with less detail where that would be too long."""
    found = [*moved]
    exact: list[Any] = [[each.service_code, each.number, each.master_id, int(each.is_presence)] for each in found]
    services: list[Any] = [*dict.fromkeys(each.service_code for each in found)]
    return next((text for each in (exact, services) if len(text := _text(each)) <= MOST_BYTES), _ANYTHING)


def read(text: str) -> list[Told]:
    """What a text says; what this release does not understand may be anything."""
    try:
        entries = json.loads(text)
        return [_read(each) for each in entries] if entries and isinstance(entries, list) else [Missed()]
    except (ValueError, TypeError):
        return [Missed()]


def _text(entries: list[Any]) -> str:
    # ASCII, so that its length is its bytes.
    return json.dumps(entries, separators=(",", ":"))


def _read(entry: Any) -> Told:
    if isinstance(entry, str):
        return Missed(entry)
    service_code, number, master_id, is_presence = entry
    return Moved(service_code, number, master_id, bool(is_presence))
