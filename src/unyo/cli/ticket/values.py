"""Values as a user reads and writes them: flags by our names, dates in Japan's time."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import typer

from unyo.tickets.dates import JAPAN
from unyo.tickets.field_tables import BY_KEY
from unyo.tickets.fields import Choice
from unyo.tickets.model import TicketKind

# A server's text is shown, not obeyed: what would move a terminal's cursor becomes its picture.
_CONTROLS: Final[Mapping[int, int]] = {
    **{code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
}


def flag_of(key: str) -> str:
    """The flag of a field."""
    return f"--{key.replace('_', '-')}"


def choices_of(key: str) -> tuple[str, ...]:
    """The values of a fixed enumeration, of both kinds of tickets together; none where there is none."""
    parameter = BY_KEY[key]
    kinds = (parameter.kind_in(use) for use in parameter.marks)
    return tuple(dict.fromkeys(choice for kind in kinds if isinstance(kind, Choice) for choice in kind.choices))


def shown(value: object) -> str:
    """A value for people: a date as ``2026-11-26 18:00`` in Japan's time (with seconds where there are some)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, TicketKind):
        return value.name.lower()
    if isinstance(value, datetime):
        return value.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
    return str(value).translate(_CONTROLS)


def plain(value: Any) -> Any:
    """A value for programs: a date in ISO 8601 with +09:00, a kind by its name, everything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(JAPAN).isoformat(timespec="seconds")
    if isinstance(value, TicketKind):
        return value.name.lower()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def read_date(text: str, *, is_end: bool = False) -> datetime:
    """A date as people write it: ``2026-11-26``, ``2026-11-26 18:00``, ISO 8601.

    It is in Japan's time unless it says otherwise. A day alone is its first second, or its last where it is an end.

    Raises:
        ValueError: it is no date of the years 1900 to 9999.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{text} is no date; write 2026-11-26, '2026-11-26 18:00' or 2026-11-26T18:00:00+09:00"
        ) from None
    if is_end and len(text.strip()) <= len("2026-11-26"):
        moment = moment.replace(hour=23, minute=59, second=59)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)
    if moment.astimezone(JAPAN).year < 1900:  # noqa: PLR2004 - the contract's first year
        raise ValueError(f"{text} lies before the year 1900")
    return moment


def read_start(text: str) -> datetime:
    """A date of a flag.

    Raises:
        typer.BadParameter: it is none.
    """
    return _of_flag(text)


def read_end(text: str) -> datetime:
    """A date of a flag that ends a span.

    Raises:
        typer.BadParameter: it is none.
    """
    return _of_flag(text, is_end=True)


def _of_flag(text: str, *, is_end: bool = False) -> datetime:
    try:
        return read_date(text, is_end=is_end)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from None


class Kind(StrEnum):
    """The kinds of tickets, by our names."""

    INCIDENT = "incident"
    REQUEST = "request"

    @property
    def kind(self) -> TicketKind:
        """The kind of that name."""
        return TicketKind[self.name]
