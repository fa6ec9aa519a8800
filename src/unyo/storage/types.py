"""Column types that behave alike on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC: ``timestamptz`` on PostgreSQL, ISO 8601 of one width on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite has no type for moments."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else self.impl_instance)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Write a moment; one without zone is a fault of ours."""
        return _as_text if dialect.name == "sqlite" else _as_it_is

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], datetime | None] | None:
        """Read a moment; PostgreSQL's comes with the session's zone, which is UTC."""
        return _from_text if dialect.name == "sqlite" else None


def _as_it_is(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("a moment without time zone cannot be stored")
    return value


# Lock dates of whole seconds recur in every row of a group.
@lru_cache(4096)
def _as_text(value: datetime | None) -> str | None:
    moment = _as_it_is(value)
    return None if moment is None else moment.astimezone(UTC).isoformat(" ", "microseconds")


@lru_cache(4096)
def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
