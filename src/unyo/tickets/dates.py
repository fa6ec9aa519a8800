"""Dates: fourteen digits in Japan's time at every door, aware UTC moments inside (contract, section 1)."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

JAPAN = timezone(timedelta(hours=9), "JST")
SECOND = timedelta(seconds=1)
_FIRST_YEAR = 1900


@lru_cache(4096)  # a call sends up to eight lock dates, and what it read of others, as often as it is made
def parse_date(digits: str) -> datetime:
    """Read ``YYYYMMDDhhmmss`` (+09:00) as a moment in UTC.

    Raises:
        ValueError: not fourteen ASCII digits, or no real date of the years 1900–9999.
    """
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()):  # noqa: PLR2004 - the length is the format
        raise ValueError("a date is fourteen digits, YYYYMMDDhhmmss")
    if digits[8:10] == "24":  # later Pythons read it as the next midnight
        raise ValueError("hours are 00 to 23")
    moment = datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}+09:00")
    if moment.year < _FIRST_YEAR:
        raise ValueError("a date lies in the years 1900 to 9999")
    return moment.astimezone(UTC)


def format_date(moment: datetime | None) -> str:
    """Write a moment as ``YYYYMMDDhhmmss`` (+09:00); one that was never set is ``""``."""
    if moment is None:
        return ""
    local = moment.astimezone(JAPAN)
    return f"{local.year:04}{local.month:02}{local.day:02}{local.hour:02}{local.minute:02}{local.second:02}"


def whole_second(moment: datetime) -> datetime:
    """The moment in UTC without its fraction: the contract's dates have whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)
