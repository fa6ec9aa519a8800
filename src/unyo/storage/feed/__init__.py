"""What changes on any node, carried through the database: by NOTIFY on PostgreSQL, by a poll on SQLite."""

from .hub import DatabaseFeed
from .notices import tell

__all__ = ["DatabaseFeed", "tell"]
