"""What is kept of every change: who, when, through which door, and each field before and after (section 5, History)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from .model import Value


class Door(StrEnum):
    """Through which door a change came."""

    API = "API"
    PORTAL = "PORTAL"


class FieldChange(NamedTuple):
    """One line: our name of the field (``memos.<number>`` for a memo), before and after."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a ticket: its version, when (UTC), who, and the lines."""

    version: int
    at: datetime
    master_id: str
    request_id: str
    door: Door
    lines: tuple[FieldChange, ...]
