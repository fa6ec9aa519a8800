"""Trouble that tests make in a real database, from a connection of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from unyo.storage.engine import parse_url

from .installations import execute
from .processes import wait_until

ADVISORY = 7
"""The advisory lock at which `pause` stops a transaction."""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection beside the desk's, each statement a transaction of its own."""
    engine = sa.create_engine(parse_url(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def writing_held(url: str) -> Iterator[None]:
    """Nobody else can write while this lasts; reading goes on."""
    with connected(url) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        else:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("LOCK TABLE tickets IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            connection.exec_driver_sql("ROLLBACK")


@contextmanager
def after_a_statement(engine: Engine, words: str, does: Callable[[], None]) -> Iterator[None]:
    """Do something once, after the first statement in which the words stand, and before the next of its transaction."""
    waiting = [does]

    def _after(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if waiting and words in statement:
            waiting.pop()()

    sa.event.listen(engine, "after_cursor_execute", _after)
    yield
    sa.event.remove(engine, "after_cursor_execute", _after)
    assert not waiting


def poison(url: str, table: str, event: str, condition: str, what: str = "poisoned") -> None:
    """Let every write to the table fail for rows that meet the condition, which names them NEW."""
    if url.startswith("sqlite"):
        execute(
            url,
            f"CREATE TRIGGER poison BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{what}'); END",
        )
        return
    execute(
        url,
        f"CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{what}'; END $$",
        f"CREATE TRIGGER poison BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION poison()",
    )


def poison_commit(url: str, condition: str) -> None:
    """Let the COMMIT itself fail for changes of tickets that meet the condition, which names them NEW."""
    if url.startswith("sqlite"):
        execute(
            url,
            "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
            "CREATE TABLE orphans (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)",
            f"CREATE TRIGGER poison AFTER UPDATE ON tickets WHEN {condition} BEGIN INSERT INTO orphans VALUES (1); END",  # noqa: S608 - the tests' own condition
        )
        return
    execute(
        url,
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$",
        "CREATE CONSTRAINT TRIGGER poison AFTER UPDATE ON tickets DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION poison()",
    )


def cure(url: str) -> None:
    """Take the poison away."""
    execute(url, "DROP TRIGGER poison" if url.startswith("sqlite") else "DROP FUNCTION poison CASCADE")


def pause(url: str, table: str, *, at_commit: bool) -> None:
    """PostgreSQL: whoever inserts into the table waits for the advisory lock, at the insert or at its COMMIT."""
    kind = ("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED") if at_commit else ("TRIGGER", "")
    name = f"pause_{table}"
    execute(
        url,
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_advisory_xact_lock_shared({ADVISORY}); RETURN NULL; END $$",
        f"CREATE {kind[0]} {name} AFTER INSERT ON {table} {kind[1]} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


@contextmanager
def pausing(url: str) -> Iterator[Connection]:
    """Hold the advisory lock while this lasts; the connection that holds it."""
    with connected(url) as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY})")
        yield connection
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY})")


def wait_for_waiter(connection: Connection, *kinds: str) -> int:
    """The process that waits for a lock of one of the kinds in this PostgreSQL database, once there is one."""
    waiting = sa.text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
        "AND wait_event IN :kinds"
    ).bindparams(sa.bindparam("kinds", kinds, expanding=True))
    found: list[int] = []

    def _seen() -> bool:
        found[:] = connection.execute(waiting).scalars()
        return bool(found)

    wait_until(f"somebody waits for a lock: {kinds}", _seen)
    return found[0]


def terminate(connection: Connection, where: str) -> int:
    """Cut off connections of the desk to this PostgreSQL database; how many there were."""
    cut = connection.exec_driver_sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "  # noqa: S608 - written by the tests
        f"WHERE datname = current_database() AND application_name = 'unyo' AND ({where})"
    )
    return int(cut.scalar_one())
