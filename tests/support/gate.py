"""A clock that holds the writer still, so that a test can put calls into one group; calls for the writer itself."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from unyo.cast import YAMADA, Actor
from unyo.services.ports import Caller, CallId, Done, Outcome, StorageFailed, WriteCall
from unyo.tickets.commands import RegisterTicket, UpdateTicket
from unyo.tickets.errors import Refusal
from unyo.uom.actions import ACTIONS
from unyo.uom.envelopes import make_request_id

from .clock import Clock
from .desks import SERVERS_INCIDENT, DeskUnderTest, who
from .processes import PATIENCE

T = TypeVar("T")


class GateClock(Clock):
    """The writer asks for the time inside its transaction; while the gate is shut it waits there for the answer."""

    def __init__(self) -> None:
        super().__init__()
        self._open = threading.Event()
        self._open.set()
        self._held = threading.Semaphore(0)

    def __call__(self) -> datetime:
        if threading.current_thread().name == "unyo-writer" and not self._open.is_set():
            self._held.release()
            assert self._open.wait(PATIENCE)
        return super().__call__()

    @contextmanager
    def holding(self, *desks: DeskUnderTest) -> Iterator[None]:
        """Hold the desks' writers, each at a call that changes nothing; what comes meanwhile queues up."""
        self._held = threading.Semaphore(0)
        decoys = [(desk, write_call("UpdateTicket", desk.echo(SERVERS_INCIDENT))) for desk in desks]
        self._open.clear()
        futures = [desk.desk.writer.submit(decoy) for desk, decoy in decoys]
        try:
            assert all(self._held.acquire(timeout=PATIENCE) for _ in desks)
            yield
        finally:
            self._open.set()
        assert all(isinstance(outcome_of(future), Done | Refusal) for future in futures)


def write_call(
    action: str, body: Mapping[str, Any], actor: Actor = YAMADA, *, call_id: str = "", digest: bytes = b"same"
) -> WriteCall:
    """A call as the front door hands it to the writer."""
    command = ACTIONS[action].read({**who(actor), **body})
    assert isinstance(command, RegisterTicket | UpdateTicket), command
    return WriteCall(
        command,
        Caller(actor.master_id, actor.key.access_key),
        make_request_id(),
        call_id=CallId(call_id, action, digest) if call_id else None,
    )


def outcome_of(future: Future[Outcome]) -> Outcome | StorageFailed:
    """What a call came to."""
    error = future.exception(PATIENCE)
    if error is None:
        return future.result()
    assert isinstance(error, StorageFailed), error
    return error


def as_one_group(desk: DeskUnderTest, *calls: WriteCall) -> list[Outcome | StorageFailed]:
    """Have the calls decided in one group, in this order; the desk's clock is a GateClock."""
    clock = desk.clock
    assert isinstance(clock, GateClock)
    with clock.holding(desk):
        futures = [desk.desk.writer.submit(call) for call in calls]
    return [outcome_of(future) for future in futures]


def at_once(*works: Callable[[], T]) -> list[T]:
    """Do things at the same time, each in a thread of its own; what each gave."""
    barrier = threading.Barrier(len(works))
    given: list[Future[T]] = [Future() for _ in works]

    def _do(work: Callable[[], T], future: Future[T]) -> None:
        try:
            barrier.wait(PATIENCE)
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it belongs to the thread that waits
            future.set_exception(error)

    threads = [threading.Thread(target=_do, args=each) for each in zip(works, given, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [future.result(PATIENCE) for future in given]
