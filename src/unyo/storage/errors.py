"""Driver errors stop here: whatever a database raises leaves this package as StorageFailed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from unyo.services.ports import StorageFailed


@contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Turn a database's error into StorageFailed; ``doing`` says for the log what was tried.

    Raises:
        StorageFailed: with the database's error as its cause.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StorageFailed(f"{doing}: {describe(error)}") from error


def describe(error: BaseException) -> str:
    """One line of a database's error, without the statement's parameters, which may hold what users wrote."""
    origin = getattr(error, "orig", None) or error
    lines = str(origin).strip().splitlines()
    return f"{type(origin).__name__}: {lines[0]}" if lines else type(origin).__name__
