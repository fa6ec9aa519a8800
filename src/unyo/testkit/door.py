"""The door of a desk under test: what comes in is written down, and faults happen to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from contextvars import ContextVar
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from unyo import __version__
from unyo.api.rate import RateLimit, Standing
from unyo.client import UnyoError
from unyo.storage.administration import NotPossible
from unyo.uom import codec
from unyo.uom.actions import ACTIONS, ACTIONS_PATH, CALL_ID_HEADER
from unyo.uom.envelopes import CONTENT_TYPE, Failure, failure

from .clock import DeskClock
from .faults import Faults
from .happening import Happening, Hook, Instead, take
from .journal import Call, Calls
from .messages import Kept, read_ahead, replayed
from .received import Received

_OURS: Final = (b"x-unyo-", b"x-request-id", b"ratelimit")
NOT_DONE: Final = "which could not be done: "
_UNKNOWN: Final = Instead(Failure.NOT_FOUND.value.status, CONTENT_TYPE, Failure.NOT_FOUND.value)

# What happens to the call at hand; None for one that did not come through the door.
_happening: ContextVar[Happening | None] = ContextVar("happening", default=None)


class AnswerLost(Exception):
    """A call gets no answer; ``unreached`` says that there was not even a connection."""

    def __init__(self, *, unreached: bool) -> None:
        super().__init__()
        self.unreached = unreached


class FaultyRate(RateLimit):
    """Refuses a call as one too many where a fault says so."""

    def __init__(self) -> None:
        super().__init__(calls_per_minute=1)

    def count(self, key: str) -> Standing:  # noqa: ARG002 - whoever calls
        """Where a key stands after a call."""
        happening = _happening.get()
        return Standing(happening.retry_after if happening else 0, [])


def judging_clock(clock: DeskClock) -> Callable[[], datetime]:
    """The time by which the signature of the call at hand is judged."""

    def _now() -> datetime:
        happening = _happening.get()
        return clock.of_the_server() + happening.skew if happening else clock.true_time()

    return _now


def past_the_door(desk: Callable[[], ASGIApp]) -> ASGIApp:
    """The desk as it is for those who are inside: nothing is written down, and no fault happens."""

    async def _inside(scope: Scope, receive: Receive, send: Send) -> None:
        token = _happening.set(None)
        try:
            await desk()(scope, receive, send)
        finally:
            _happening.reset(token)

    return _inside


class Door:
    """Lets calls through to a desk, which ``desk`` gives; ``as_vendor`` hides what the vendor has not."""

    def __init__(
        self, desk: Callable[[], ASGIApp], clock: DeskClock, make_request_id: Callable[[], str], *, as_vendor: bool
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._make_request_id = make_request_id
        self._as_vendor = as_vendor
        self._inside = 0
        self._moved = asyncio.Condition()
        self._shutting = asyncio.Lock()
        self._is_shut = False
        self._hurried = asyncio.Event()
        self.faults: Faults
        self.calls = Calls()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call.

        Raises:
            AnswerLost: a fault lets it have no answer.
        """
        async with self._entered():
            if scope["type"] == "http" and scope["path"].startswith(ACTIONS_PATH):
                await self._serve(scope, receive, send)
            else:
                await self._desk()(scope, receive, send)

    async def pass_by(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a call by which a test prepares something: it is not written down, and no fault happens to it."""
        async with self._entered():
            await past_the_door(self._desk)(scope, receive, send)

    async def empty(self) -> None:
        """Wait until nobody is inside."""
        async with self.shut():
            pass

    @asynccontextmanager
    async def shut(self) -> AsyncIterator[None]:
        """Nobody is inside meanwhile: who is there is hurried and waited for, and who comes waits."""
        async with self._shutting:
            async with self._moved:
                self._is_shut = True
                self._hurried.set()
                await self._moved.wait_for(lambda: self._inside == 0)
            try:
                yield
            finally:
                async with self._moved:
                    self._is_shut = False
                    self._hurried = asyncio.Event()
                    self._moved.notify_all()

    @asynccontextmanager
    async def _entered(self) -> AsyncIterator[None]:
        async with self._moved:
            await self._moved.wait_for(lambda: not self._is_shut)
            self._inside += 1
        try:
            yield
        finally:
            async with self._moved:
                self._inside -= 1
                self._moved.notify_all()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages = await read_ahead(receive)
        content, again = b"".join(each.get("body", b"") for each in messages), replayed(messages, receive)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        call = Received.of(scope["method"], scope["path"], headers, content)
        names, happening = take(self.faults.waiting, call)
        answer = Kept()
        token = _happening.set(happening)
        try:
            names += await self._carry_out(call, happening, (scope, again), answer)
        finally:
            _happening.reset(token)
        # Whose caller went away in the middle of its body is answered by nobody.
        is_lost = happening.is_lost or happening.is_unreached or not answer.status
        self._write_down(call, names, answer, is_lost=is_lost)
        await self._pause(happening.delays[1])
        if is_lost:
            raise AnswerLost(unreached=happening.is_unreached)
        await answer.send(send)

    async def _carry_out(
        self, call: Received, happening: Happening, came: tuple[Scope, Receive], answer: Kept
    ) -> list[str]:
        """Do it all; what others could not do meanwhile is told."""
        await self._pause(happening.delays[0])
        failed = await _do(happening.before, call)
        with self._clock.at_one_moment() if happening.after else nullcontext():
            if self._as_vendor and call.action in ACTIONS and ACTIONS[call.action].is_extension:
                self._replace(answer, _UNKNOWN)
            elif happening.is_carried_out:
                scope, receive = came
                await self._desk()(_without_call_id(scope) if self._as_vendor else scope, receive, answer.keep)
            if answer.is_success:
                failed += await _do(happening.after, call)
            elif happening.after:
                failed.append(f"{NOT_DONE}the call was not carried out")
        if happening.instead:
            self._replace(answer, happening.instead)
        date = format_datetime(self._clock.of_the_server(), usegmt=True).encode()
        kept = [each for each in answer.headers if not (self._as_vendor and each[0].lower().startswith(_OURS))]
        answer.headers = [*kept, (b"date", date)]
        return failed

    async def _pause(self, seconds: float) -> None:
        if seconds and not self._is_shut:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurried.wait(), seconds)

    def _replace(self, answer: Kept, instead: Instead) -> None:
        body = instead.text.encode()
        if instead.error:
            body = codec.encode(failure(self._make_request_id(), instead.error))
        answer.status, answer.body = instead.status, body
        length = str(len(body)).encode()
        ours = [(b"x-unyo-version", __version__.encode())] if instead.error else []
        answer.headers = [(b"content-type", instead.content_type.encode()), (b"content-length", length), *ours]

    def _write_down(self, call: Received, faults: list[str], answer: Kept, *, is_lost: bool) -> None:
        told = {name: value for name, value in call.headers.items() if name != "authorization"}
        self.calls.write_down(
            Call(
                len(self.calls) + 1,
                self._clock(),
                call.action,
                call.master_id,
                call.ticket_id,
                told,
                call.body,
                answer.status,
                answer.inside(),
                is_lost,
                tuple(faults),
                call.extensions,
            )
        )


async def _do(hooks: Sequence[Hook], call: Received) -> list[str]:
    """What others do meanwhile; what they could not do, since a fault must not become one of the desk's."""
    failed = []
    for hook in hooks:
        try:
            await hook(call)
        except (UnyoError, NotPossible, AttributeError, TypeError, ValueError) as error:
            failed.append(f"{NOT_DONE}{error}")
    return failed


def _without_call_id(scope: Scope) -> Scope:
    """The call as the vendor takes it: a header that it does not know is signed like others, and means nothing.

    The desk knows headers by their names in lower case, as servers pass them on; signatures take them in any case.
    """
    known = CALL_ID_HEADER.encode()
    headers = [(name.upper() if name.lower() == known else name, value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}
