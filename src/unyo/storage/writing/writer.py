"""The one writer of a process: takes what has queued up, commits it as a group, answers after the commit."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from unyo.services.ports import Outcome, StorageFailed, WriteCall
from unyo.services.watcher import Watcher
from unyo.storage.directory import DirectoryCache
from unyo.storage.errors import describe
from unyo.storage.tables import calls

from .group import GroupWriter
from .queue import Bounds, CallQueue, Queued

log = logging.getLogger(__name__)

# An answer is kept at least seven days (contract, section 6); one more covers clocks that differ.
KEEP_CALLS = timedelta(days=8)
_PURGE_EVERY = timedelta(hours=1)
# So many calls in a row that the database failed: the rest of the group need not wait to learn the same.
_HOPELESS = 2
# A call that collided with its own earlier transaction finds itself stored at the second look.
_TRIES = 3

Clock = Callable[[], datetime]


class GroupCommitWriter:
    """The writing port (hot path: decide purely, write in groups)."""

    def __init__(
        self, engine: Engine, directory: DirectoryCache, clock: Clock, bounds: Bounds, watcher: Watcher
    ) -> None:
        self._engine = engine
        self._watcher = watcher
        self._groups = GroupWriter(directory)
        self._clock = clock
        self._queue = CallQueue(bounds)
        self._purge_at: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="unyo-writer", daemon=True)
        self._thread.start()

    def submit(self, call: WriteCall, *, wake: bool = True) -> Future[Outcome]:
        """Queue a call; its future is done after the commit, or fails with StorageFailed.

        Raises:
            QueueFull: the queue holds as much as it may.
            StorageFailed: the writer has been stopped.
        """
        return self._queue.put(call, announce=wake)

    def wake(self) -> None:
        """See to what has queued up."""
        self._queue.announce()

    def has_a_group(self) -> bool:
        """Whether as much has queued up as one group may hold."""
        return self._queue.has_a_group()

    def is_full(self, size: int = 0) -> bool:
        """Whether a call of that size had better be refused at once."""
        return self._queue.is_full(size)

    def waiting(self) -> tuple[int, int]:
        """How many calls wait, and the bytes of their bodies."""
        return self._queue.waiting()

    def close(self) -> None:
        """Serve what has been accepted, then stop."""
        self._queue.close()
        self._thread.join()

    def is_alive(self) -> bool:
        """Whether calls are being served."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while group := self._queue.take():
            answers = self._serve([queued.call for queued in group])
            for queued, answer in zip(group, answers, strict=True):
                _answer(queued, answer)
            self._purge()

    def _serve(self, group: Sequence[WriteCall]) -> Sequence[Outcome | StorageFailed]:
        try:
            return self._commit(group)
        except Exception as error:  # noqa: BLE001 - whatever hit the group, each of its calls gets its own chance
            _report(error, f"a group of {len(group)} calls failed; each is now tried alone")
            return self._one_by_one(group)
        finally:
            self._groups.forget(group)

    def _commit(self, group: Sequence[WriteCall], *, again: bool = False) -> Sequence[Outcome]:
        started = time.perf_counter()
        with self._engine.begin() as connection:
            outcomes = self._groups.decide(connection, group, self._clock(), again=again)
        self._watcher.committed(group, time.perf_counter() - started)
        return outcomes

    def _one_by_one(self, group: Sequence[WriteCall]) -> Sequence[Outcome | StorageFailed]:
        """Decide every call anew, refusals too: they saw a state that was rolled back."""
        answers: list[Outcome | StorageFailed] = []
        failed_in_a_row = 0
        for call in group:
            if failed_in_a_row >= _HOPELESS:
                answers.append(StorageFailed("the database failed the calls before this one"))
                continue
            answer = self._alone(call)
            failed_in_a_row = failed_in_a_row + 1 if isinstance(answer, StorageFailed) else 0
            answers.append(answer)
        return answers

    def _alone(self, call: WriteCall) -> Outcome | StorageFailed:
        for last in (False,) * (_TRIES - 1) + (True,):
            try:
                return self._commit([call], again=True)[0]
            except IntegrityError as error:
                # The call's own earlier transaction was still committing, or another node kept the same call
                # id: either way the next look finds it stored.
                if last:
                    return _failed(error, call)
            except Exception as error:  # noqa: BLE001 - the caller gets an answer whatever went wrong
                if last or not _is_lost_connection(error):
                    return _failed(error, call)
        raise AssertionError("the last try returns")

    def _purge(self) -> None:
        """Delete answers kept longer than they must be, now and then."""
        now = self._clock()
        if self._purge_at is not None and now < self._purge_at:
            return
        self._purge_at = now + _PURGE_EVERY
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(calls).where(calls.c.at < now - KEEP_CALLS))
        except SQLAlchemyError as error:
            log.warning("old call ids could not be deleted: %s", describe(error))


def _answer(queued: Queued, answer: Outcome | StorageFailed) -> None:
    # A caller that has gone away cancels its future; its call was carried out all the same.
    if not queued.future.set_running_or_notify_cancel():
        return
    if isinstance(answer, StorageFailed):
        queued.future.set_exception(answer)
    else:
        queued.future.set_result(answer)


def _failed(error: Exception, call: WriteCall) -> StorageFailed:
    failure = StorageFailed(f"call {call.request_id}: {describe(error)}")
    failure.__cause__ = error
    return failure


def _is_lost_connection(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _report(error: Exception, what: str) -> None:
    """One line for trouble of the database; a traceback for what can only be a fault of ours."""
    known = isinstance(error, SQLAlchemyError)
    log.warning("%s: %s", what, describe(error), exc_info=None if known else error)
