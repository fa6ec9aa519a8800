"""The kinds of trouble, each the real thing, done from beside: a lock, a cut connection, a full disk, an empty pool."""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import partial

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolEmpty

from support.desks import DeskUnderTest
from support.faults import ADVISORY, terminate, wait_for_waiter
from support.processes import wait_until
from support.proxy import Loss

from .trouble_moments import BEGIN, START, WRITING, Moment, engine_of
from .trouble_striker import End, Trouble, always
from .trouble_world import World

_LIMITLESS = 1_000_000_000


def troubles_of(world: World) -> Mapping[str, Trouble]:
    """All that can happen to such a database, by name."""
    found = {"pool empty": Trouble(_empty_pool, overcome=_is_sent)}
    if world.disk is not None:
        found["disk full"] = Trouble(_fill_disk, overcome=_is_read)
    if world.relay is None:
        found["busy"] = Trouble(_hold_file, _is_outside, overcome=_is_read)
        found["file may not grow"] = Trouble(_limit_file, _is_write)
        return found
    found["busy"] = Trouble(_hold_table)
    found["killed"] = Trouble(_kill, overcome=lambda moment: _is_write(moment) or not _is_sent(moment))
    found["killed each time"] = Trouble(_kill, _is_sent, each_time=True)
    found["killed in the commit"] = Trouble(_kill_in_commit, _is_commit, overcome=always)
    found["killed in the commit each time"] = Trouble(_kill_in_commit, _is_commit, each_time=True)
    for loss in Loss:
        lost = f"commit's {loss.name.lower()} lost"
        found[lost] = Trouble(partial(_lose, loss, away=False), _is_commit, overcome=always)
        found[f"{lost} and the database away"] = Trouble(partial(_lose, loss, away=True), _is_commit)
    return found


def _is_sent(moment: Moment) -> bool:
    return moment.statement != START


def _is_write(moment: Moment) -> bool:
    return moment.engine == WRITING


def _is_read(moment: Moment) -> bool:
    return not _is_write(moment)


def _is_commit(moment: Moment) -> bool:
    return moment.is_commit


def _is_outside(moment: Moment) -> bool:
    """Whether nobody has the right to write a SQLite file yet; once the desk has it, nobody can take it away."""
    return _is_read(moment) or moment.statement in {START, BEGIN}


def _nothing() -> None:
    """End what has ended by itself."""


def _hold_file(world: World, _desk: DeskUnderTest, _moment: Moment, _connection: Connection | None) -> End:
    """Somebody else writes the file."""
    run = world.beside.exec_driver_sql
    run("BEGIN IMMEDIATE")
    return lambda: _do(run, "ROLLBACK")


def _hold_table(world: World, _desk: DeskUnderTest, moment: Moment, _connection: Connection | None) -> End:
    """Somebody else holds what the statement needs, as far as it can be had before it."""
    run = world.beside.exec_driver_sql
    if moment.is_commit:
        run(f"SELECT pg_advisory_lock({ADVISORY})")
        return lambda: _do(run, f"SELECT pg_advisory_unlock({ADVISORY})")
    table = moment.table or "tickets"
    mode = "SHARE" if moment.verb in {"INSERT", "UPDATE", "DELETE"} else "ACCESS EXCLUSIVE"
    run("BEGIN")
    try:
        run(f"LOCK TABLE {table} IN {mode} MODE NOWAIT")
    except OperationalError:
        # The desk has been at this table, but perhaps not at all its rows.
        run("ROLLBACK")
        run("BEGIN")
        run(f"SELECT 1 FROM {table} FOR UPDATE SKIP LOCKED")  # noqa: S608 - a table of ours
    return lambda: _do(run, "ROLLBACK")


def _do(run: Callable[[str], object], statement: str) -> None:
    run(statement)


def _empty_pool(_world: World, desk: DeskUnderTest, moment: Moment, _connection: Connection | None) -> End:
    """All other connections of the engine are in use."""
    engine = engine_of(desk, moment.engine)
    taken = ExitStack()
    with suppress(PoolEmpty):
        while True:
            taken.callback(engine.raw_connection().close)
    return taken.close


def _fill_disk(world: World, _desk: DeskUnderTest, _moment: Moment, _connection: Connection | None) -> End:
    assert world.disk is not None
    world.disk.fill()
    return world.disk.free


def _limit_file(_world: World, desk: DeskUnderTest, _moment: Moment, connection: Connection | None) -> End:
    """The file may have no more pages than it has; the limit stays with the one connection that the writer keeps."""
    proxied = desk.desk.engines.writing.raw_connection() if connection is None else connection.connection
    driver = proxied.driver_connection
    assert driver is not None
    driver.execute("PRAGMA max_page_count = 1")
    if connection is None:
        proxied.close()
    return lambda: _do(driver.execute, f"PRAGMA max_page_count = {_LIMITLESS}")


def _kill(world: World, _desk: DeskUnderTest, _moment: Moment, connection: Connection | None) -> End:
    """Cut off the connection; at the start, all that are idle."""
    _cut(world, "true" if connection is None else f"pid = {_pid(connection)}")
    return _nothing


def _kill_in_commit(world: World, _desk: DeskUnderTest, _moment: Moment, connection: Connection | None) -> End:
    """Cut off the connection when the database is at work on its COMMIT."""
    assert connection is not None
    pid = _pid(connection)
    world.beside.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY})")

    def _wait_and_cut() -> None:
        try:
            wait_for_waiter(world.beside, "advisory")
            _cut(world, f"pid = {pid}")
        finally:
            world.beside.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY})")

    thread = threading.Thread(target=_wait_and_cut)
    thread.start()
    return thread.join


def _pid(connection: Connection) -> int:
    driver = connection.connection.driver_connection
    assert driver is not None
    return int(driver.info.backend_pid)


def _cut(world: World, where: str) -> None:
    wait_until("the connections are cut", lambda: terminate(world.beside, where) == 0)


def _lose(
    loss: Loss, world: World, _desk: DeskUnderTest, _moment: Moment, _connection: Connection | None, *, away: bool
) -> End:
    """What becomes of a COMMIT on the way to the database, or back from it."""
    relay = world.relay
    assert relay is not None
    relay.lost.clear()
    relay.goes_down_with_the_loss = away
    relay.lose(loss)

    def _end() -> None:
        assert relay.lost.is_set()
        relay.goes_down_with_the_loss = relay.is_down = False

    return _end
