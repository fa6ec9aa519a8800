"""Whatever is killed at whatever moment: what was acknowledged is there, and nothing is there by half."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from signal import SIGKILL
from typing import Final

import httpx2

from support.installations import Installation
from support.processes import PATIENCE, Running, serving, wait_until

from .crash_crowd import Crowd
from .crash_door import NoAnswer
from .places import installation_on
from .postgresql import Postgres
from .telling import Disproved, Figures, Plan, Proof

READY_WITHIN = 5.0
_NOT_GONE_YET = "pre-existing shared memory block"


def crash(plan: Plan, *, variables: Mapping[str, str] | None = None, ready_within: float = READY_WITHIN) -> Figures:
    """Kill the server; ``variables`` are for its environment."""
    with installation_on(plan.database) as (installation, _):
        crowd = Crowd(plan.seed, installation, ready_within * plan.slack)
        with _telling(plan, crowd):
            for number in range(plan.rounds + 1):
                started = time.monotonic()
                with _served(installation, variables) as (server, url):
                    if number > 0:
                        crowd.is_ready_after(time.monotonic() - started)
                        crowd.check(url)
                        plan.advance()
                    if number == plan.rounds:
                        return crowd.finish(url)
                    crowd.write_until(url, partial(server.signal, SIGKILL))
    raise AssertionError("the last turn returns")


def crash_database(
    plan: Plan, *, variables: Mapping[str, str] | None = None, ready_within: float = READY_WITHIN
) -> Figures:
    """Kill PostgreSQL and start it again; the server goes on running, and must find back by itself."""
    with installation_on(plan.database) as (installation, database), _served(installation, variables) as (_, url):
        assert database
        crowd = Crowd(plan.seed, installation, ready_within * plan.slack)

        def _kill() -> None:
            started = time.monotonic()
            database.kill()
            _start_again(database)
            _wait_until_ready(url)
            crowd.is_ready_after(time.monotonic() - started)

        with _telling(plan, crowd):
            for _ in range(plan.rounds):
                crowd.write_until(url, _kill)
                crowd.check(url)
                plan.advance()
            return crowd.finish(url)


@contextmanager
def _telling(plan: Plan, crowd: Crowd) -> Iterator[None]:
    """Say of what is disproved in which round it was, and by which seed."""
    try:
        yield
    except (Disproved, NoAnswer) as seen:
        raise Disproved(f"round {crowd.round}, seed {plan.seed}: {seen}") from seen


@contextmanager
def _served(installation: Installation, variables: Mapping[str, str] | None) -> Iterator[tuple[Running, str]]:
    """`unyo serve`, once it says that it is ready."""
    store = ("--database", installation.url, "--secret-key-file", str(installation.key_file))
    with ExitStack() as opened:
        try:
            server, url = opened.enter_context(serving(*store, folder=installation.folder, variables=variables))
        except AssertionError as seen:
            raise Disproved(f"the server does not start: {seen}") from seen
        _wait_until_ready(url)
        yield server, url


def _start_again(database: Postgres) -> None:
    """Start PostgreSQL as a supervisor does: anew while it refuses, for its killed processes may not be gone yet."""

    def _starts() -> bool:
        try:
            database.start()
        except RuntimeError as seen:
            if _NOT_GONE_YET in str(seen):
                return False
            raise Disproved(str(seen)) from seen
        return True

    wait_until("PostgreSQL starts again", _starts)


def _wait_until_ready(url: str) -> None:
    try:
        wait_until(f"{url} is ready", lambda: httpx2.get(f"{url}/readyz", timeout=PATIENCE).status_code == 200)
    except (AssertionError, httpx2.TransportError) as seen:
        raise Disproved(f"the server is not ready: {seen!r}") from seen


_CLAIM = (
    "every acknowledged update is there, once, with its memos and its history; nothing is there by half; "
    f"ready again within {READY_WITHIN:.0f} seconds"
)
PROOFS: Final = (
    Proof("crash", f"kill -9 of the server under 8 writers: {_CLAIM}", {"sqlite": 100, "postgresql": 50}, crash),
    Proof("crash-database", f"kill -9 of PostgreSQL under 8 writers: {_CLAIM}", {"postgresql": 20}, crash_database),
)
