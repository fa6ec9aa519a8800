"""One call of an action: signed, answered, and sent again where that can do no harm."""

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from unyo.uom.actions import ACTIONS, CALL_ID_HEADER, PATH
from unyo.uom.envelopes import CONTENT_TYPE
from unyo.uom.signature import SignedCall, signed_headers

from .clock import ServerClock
from .credentials import Credentials
from .errors import (
    BY_TYPE,
    Answered,
    AuthFailure,
    NoAnswer,
    NotOffered,
    NotReached,
    NotTheApi,
    OtherRefusal,
    SystemFailure,
    TooManyRequests,
)
from .steps import Arrived, Pause, Send, Steps

VERSION_HEADER: Final = "x-unyo-version"
TRIES: Final = 5
_LIFE: Final = timedelta(minutes=30)
_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 10.0
# A server that wants more than this is not waited for.
_LONGEST_WISH: Final = 60.0
# The statuses of a proxy behind which the API may come back.
_MAY_PASS: Final = frozenset({408, 425, 429})
# With a clock that is off by less, a signature is refused for another reason.
_SKEW: Final = timedelta(seconds=30)
_ANY_TICKET: Final = "UTM1"

Answer = dict[str, Any]


class Calls:
    """Makes the calls of one client, and remembers what the answers told: the server's clock, and what it is."""

    def __init__(self, credentials: Credentials, clock: ServerClock, *, tries: int = TRIES) -> None:
        self.credentials = credentials
        self.clock = clock
        self.offers_extensions: bool | None = None
        """Whether the server is unyo, with actions and call ids that the vendor has not; None before an answer."""
        if tries < 1:
            raise ValueError("a call is sent once at least")
        self._tries = tries

    def call(self, action: str, body: Mapping[str, Any], call_id: str = "") -> Steps[Answer]:
        """The answer of an action; service code and master ID are added where they are not given.

        A write carries a call id where the server knows what that is, so that it happens once however often it is sent:
        the given one, or one of its own.

        Raises:
            NotOffered: an extension, and the server is not unyo.
            Answered: the server says no, or failed.
            TransportError: no answer of the API came back.
        """
        known = ACTIONS.get(action)
        if (known is None or known.writes or known.is_extension) and self.offers_extensions is None:
            yield from self.look_who_answers()
        if known is not None and known.is_extension and not self.offers_extensions:
            raise NotOffered(f"{action} is an extension of unyo, and this server is not unyo")
        is_write = known is None or known.writes
        call_id = (call_id or str(uuid4())) if is_write and self.offers_extensions else ""
        who = {"ServiceCode": self.credentials.service_code, "MasterID": self.credentials.master_id}
        # Half a letter, as an argument of the command line may hold, is sent escaped: the server says what is wrong.
        content = json.dumps({**who, **body}, ensure_ascii=False).encode(errors="backslashreplace")
        return (yield from self._until_answered(action, content, call_id, may_repeat=bool(call_id) or not is_write))

    def look_who_answers(self) -> Steps[None]:
        """Learn which server this is, by a call that every one has; its answer may be an error.

        Raises:
            NotReached: no answer came back.
            NotTheApi: something else answered.
        """
        try:
            yield from self.call("GetTicketDetail", {"TicketId": _ANY_TICKET})
        except Answered:
            return
        except NotTheApi:
            raise
        except NoAnswer as error:
            raise NotReached(f"{error}; only a first question was sent") from None

    def _until_answered(self, action: str, content: bytes, call_id: str, *, may_repeat: bool) -> Steps[Answer]:
        was_lost = False
        for tried in range(self._tries):
            is_last, least = tried == self._tries - 1, 0.0
            try:
                return (yield from self._by_the_right_clock(action, content, call_id))
            except (NotReached, AuthFailure, TooManyRequests) as error:
                # None of them looks at the call id: an earlier try may have been carried out all the same.
                least = error.retry_after or 0.0 if isinstance(error, TooManyRequests) else 0.0
                if is_last or least > _LONGEST_WISH or isinstance(error, AuthFailure):
                    if call_id and was_lost:
                        raise NoAnswer(f"{error}; an earlier try may have been carried out") from error
                    raise
            except NotTheApi:
                raise
            except (NoAnswer, SystemFailure):
                if is_last or not may_repeat:
                    raise
                was_lost = True
            yield Pause(least + self._jitter(tried))
        raise AssertionError("the last try returns or raises")

    def _by_the_right_clock(self, action: str, content: bytes, call_id: str) -> Steps[Answer]:
        """The answer; where a clock that is off may have been the fault, its signature is made once more."""
        offset = self.clock.offset
        try:
            return (yield from self._once(action, content, call_id))
        except AuthFailure:
            if abs(self.clock.offset - offset) < _SKEW:
                raise
        return (yield from self._once(action, content, call_id))

    def _once(self, action: str, content: bytes, call_id: str) -> Steps[Answer]:
        arrived = yield self._signed(action, content, call_id)
        assert arrived is not None
        self.clock.learn(arrived.headers.get("date"))
        return self._read(action, arrived)

    def _signed(self, action: str, content: bytes, call_id: str) -> Send:
        path = PATH.format(action=action)
        headers = {"Content-Type": CONTENT_TYPE, **({CALL_ID_HEADER: call_id} if call_id else {})}
        who = self.credentials
        call = SignedCall("POST", path, headers.items())
        headers |= signed_headers(call, who.access_key, who.secret_key, self.clock() + _LIFE)
        return Send(path, headers, content)

    def _read(self, action: str, arrived: Arrived) -> Answer:
        """The answer's own object.

        Raises:
            Answered: it is an error.
            NoAnswer: something else answered, such as a proxy.
        """
        try:
            envelope = json.loads(arrived.body)
        except (ValueError, RecursionError):
            envelope = None
        if not isinstance(envelope, dict):
            envelope = {}
        answer, error = envelope.get(f"{action}Response"), envelope.get("ErrorResponse")
        if isinstance(answer, dict) or isinstance(error, dict):
            self.offers_extensions = VERSION_HEADER in arrived.headers
        if isinstance(answer, dict):
            return answer
        if isinstance(error, dict):
            raise _error(error, arrived)
        if arrived.status in _MAY_PASS or arrived.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NoAnswer(f"a proxy answered in place of the API: HTTP {arrived.status}")
        raise NotTheApi(f"what answered is not the API (HTTP {arrived.status}): is the endpoint right?")

    @staticmethod
    def _jitter(tried: int) -> float:
        """Full jitter, so that callers who failed together do not come back together."""
        return random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tried))  # noqa: S311 - chance, not a secret


def _error(error: Mapping[str, Any], arrived: Arrived) -> Answered:
    found = str(error.get("ErrorType", ""))
    detail = error.get("ErrorDetail")
    retry_after = arrived.headers.get("retry-after", "")
    # Of a failure that this release does not know nobody can say that nothing was changed.
    other = SystemFailure if arrived.status >= HTTPStatus.INTERNAL_SERVER_ERROR else OtherRefusal
    return BY_TYPE.get(found, other)(
        str(error.get("ErrorMessage", "")),
        tuple(detail) if isinstance(detail, dict) else (),
        request_id=str(error.get("RequestId", "")),
        status=arrived.status,
        error_type=found,
        retry_after=float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None,
    )
