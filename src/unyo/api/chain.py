"""The life of one call: the steps in the contract's order (sections 1, 2 and 5), each ending the call or going on."""

import hashlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import anyio
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from unyo.services.ports import Caller, CallId, Done, QueueFull, StorageFailed, WriteCall, Writer
from unyo.services.reads import Reads
from unyo.services.watcher import Called, Watcher
from unyo.tickets.commands import Command, ListOptions, ListTickets, ReadCommand, RegisterTicket, UpdateTicket
from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.model import parse_ticket_id
from unyo.uom import codec, envelopes
from unyo.uom.actions import ACTIONS, ACTIONS_PATH, API_VERSION, CALL_ID_HEADER, Action
from unyo.uom.answers import Answer
from unyo.uom.envelopes import Failure
from unyo.uom.signature import SignedCall, Unverified, encoded_path, verify

from .arrivals import Arrivals
from .http import BODY_SECONDS, HttpCall, Rejected
from .media import check_media_type
from .rate import RateLimit
from .results import answer_of

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_PATH = re.compile(rf"{ACTIONS_PATH}{API_VERSION}/([A-Za-z]+)\.json")
_CALL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CONTENT_TYPE = envelopes.CONTENT_TYPE.encode()
_READING_THREADS = 8
_RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Keys:
    """How the chain finds secrets: ``at_hand`` without waiting, or None; ``look_up`` from the database.

    Both give a function from access key to its owner and secret, or to None, in the same time.
    """

    at_hand: Callable[[], "SecretOf | None"]
    look_up: Callable[[], "SecretOf"]


SecretOf = Callable[[str], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: status, body, headers."""

    envelope: dict[str, Any]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def error_type(self) -> str:
        """The error's code, for whoever watches; ``""`` for a success."""
        return str(self.envelope.get("ErrorResponse", {}).get("ErrorType", ""))


class UomApi:
    """Serves the actions; ``clock`` tells the time in UTC."""

    def __init__(
        self,
        keys: Keys,
        writer: Writer,
        reads: Reads,
        clock: Callable[[], datetime],
        watcher: Watcher,
        *,
        body_seconds: float = BODY_SECONDS,
        rate: RateLimit | None = None,
    ) -> None:
        self._keys = keys
        self._writer = writer
        self._arrivals = Arrivals(writer)
        self._reads = reads
        self._clock = clock
        self._watcher = watcher
        self._body_seconds = body_seconds
        self._rate = rate
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP call; every call gets an answer, and none a 5xx."""
        started = time.perf_counter()
        call = HttpCall(scope, receive, scope["state"]["request_id"])
        path = encoded_path(call.path)  # a line feed in it must not look like another line of the log
        try:
            reply = await self._reply(call)
        except ClientDisconnect:
            log.info("%s %s: the caller went away", call.method, path)
            return
        seconds = time.perf_counter() - started
        self._watcher.called(_called(call, path, reply, seconds))
        await _send(reply, call, send)

    async def _reply(self, call: HttpCall) -> Reply:
        try:
            return await self._steps(call)
        except Rejected as rejected:
            return _rejection(rejected, call.request_id)
        except StorageFailed as failure:
            log.error("the database failed: %s", failure, exc_info=failure)  # noqa: TRY400 - with its cause's traceback
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("a fault of ours")
        return Reply(envelopes.failure(call.request_id, Failure.SYSTEM_ERROR.value))

    async def _steps(self, call: HttpCall) -> Reply:
        """The order of checks; from check 8 on the use cases judge."""
        action = _route(call)
        call.action = action.name
        check_media_type(call)
        body = await call.body(self._body_seconds)
        caller = await self._authenticate(call, body)
        call.master_id = caller.owner
        if self._rate is not None:
            _count(self._rate, caller, call)
        if action.writes and self._writer.is_full(len(body)):
            raise _too_many(_RETRY_SECONDS)
        call_id = _call_id(call, action, body)
        command = _command(action, body)
        call.ticket_id = _ticket_id(command)
        if isinstance(command, RegisterTicket | UpdateTicket):
            write = WriteCall(command, caller, call.request_id, call_id=call_id, size=len(body))
            return await self._write(action, write, call)
        return await self._read(action, caller, command, call.request_id)

    async def _authenticate(self, call: HttpCall, body: bytes) -> Caller:
        secret_of = self._keys.at_hand()
        if secret_of is None:
            secret_of = await self._in_thread(self._keys.look_up)
        found: list[str] = []

        def _secret(access_key: str) -> str | None:
            owner, secret = secret_of(access_key) or ("", None)
            found.append(owner)
            return secret

        try:
            access_key = verify(SignedCall(call.method, call.path, call.headers), body, _secret, self._clock())
        except Unverified as reason:
            log.info("authentication failed: %s", reason)
            raise Rejected(Refusal(Reason.UNAUTHENTICATED)) from None
        return Caller(found[-1], access_key)

    async def _write(self, action: Action, write: WriteCall, call: HttpCall) -> Reply:
        try:
            outcome = await self._arrivals.carry_out(write)
        except QueueFull:
            raise _too_many(_RETRY_SECONDS) from None
        if isinstance(outcome, Refusal):
            raise Rejected(outcome)
        call.ticket_id = outcome.ticket_id
        return _written(action, outcome)

    async def _read(self, action: Action, caller: Caller, command: ReadCommand, request_id: str) -> Reply:
        answer = await self._in_thread(lambda: answer_of(self._reads, caller, command))
        if isinstance(answer, Refusal):
            raise Rejected(answer)
        return Reply(envelopes.success(action.name, request_id, answer))

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        # No more threads than the reading pool has connections: the rest wait here, not at the pool's time-out.
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_READING_THREADS)
        return await run_sync(work, limiter=self._limiter)


def _route(call: HttpCall) -> Action:
    found = _PATH.fullmatch(call.path)
    action = ACTIONS.get(found[1]) if found else None
    if action is None:
        raise Rejected(Failure.NOT_FOUND)
    if call.method != "POST":
        raise Rejected(Failure.METHOD_NOT_ALLOWED, {"Allow": "POST"})
    return action


def _call_id(call: HttpCall, action: Action, body: bytes) -> CallId | None:
    """The call id, for the actions that take one; what must be the same when it is sent again goes with it."""
    values = call.header(CALL_ID_HEADER)
    if not values or not action.writes:
        return None
    value = values[0].strip()
    if not _CALL_ID.fullmatch(value):
        raise Rejected(Failure.INVALID_CALL_ID)
    return CallId(value.lower(), action.name, hashlib.sha256(body).digest())


def _count(rate: RateLimit, caller: Caller, call: HttpCall) -> None:
    standing = rate.count(caller.access_key)
    call.standing = standing.headers
    if standing.retry_after:
        raise _too_many(standing.retry_after)


def _too_many(seconds: int) -> Rejected:
    return Rejected(Failure.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)})


def _command(action: Action, body: bytes) -> Command:
    try:
        decoded = codec.decode(body)
    except codec.NotJson as error:
        log.info("%s", error)
        raise Rejected(Failure.INVALID_JSON) from None
    command = action.read(decoded)
    if isinstance(command, Refusal):
        raise Rejected(command)
    return command


def _ticket_id(command: Command) -> str:
    """The ticket that a call names, if any could have that name."""
    if isinstance(command, RegisterTicket | ListTickets | ListOptions):
        return ""
    return "" if parse_ticket_id(command.ticket_id) is None else command.ticket_id


def _called(call: HttpCall, path: str, reply: Reply, seconds: float) -> Called:
    traceparent = call.header("traceparent")
    return Called(
        call.request_id,
        call.method,
        path,
        call.action,
        call.master_id,
        call.ticket_id,
        reply.status,
        reply.error_type,
        seconds,
        call.client,
        traceparent[0] if traceparent else "",
    )


def _written(action: Action, done: Done) -> Reply:
    answer: Answer = {"TicketId": done.ticket_id} if action.name == "RegisterTicket" else {}
    headers = {"X-Request-Id": done.request_id, "X-Unyo-Replayed": "1"} if done.replayed else {}
    return Reply(envelopes.success(action.name, done.request_id, answer), headers=headers)


def _rejection(rejected: Rejected, request_id: str) -> Reply:
    why = rejected.why
    if isinstance(why, Refusal):
        status = envelopes.ERRORS[why.reason].status
        return Reply(envelopes.refusal(request_id, why), status, rejected.headers)
    return Reply(envelopes.failure(request_id, why.value), why.value.status, rejected.headers)


async def _send(reply: Reply, call: HttpCall, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    if call.has_more:
        await call.drain()
        headers.append((b"connection", b"close"))
    body = codec.encode(reply.envelope)
    headers += call.standing
    headers += [(b"content-type", _CONTENT_TYPE), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
