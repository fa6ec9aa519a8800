"""Everything that a client raises.

::

    UnyoError
    ├── WrongCredentials        nothing was sent
    ├── NotOffered              this server has no such action; nothing was sent
    ├── Refused                 the server, or a check before anything was sent, says no: nothing was changed
    │   ├── ParameterRequired, ParameterTooLong, ParameterError
    │   ├── NoTicketId, ExclusionFailure, NoRolesToClose, AuthFailure
    │   ├── CallIdReused, InvalidCallId, InvalidJson, NotFound, MethodNotAllowed, UnsupportedMediaType,
    │   │   BadRequest, HeadersTooLarge, PayloadTooLarge, RequestTimeout, TooManyRequests
    │   └── OtherRefusal        an ErrorType that this release does not know
    ├── SystemFailure           SYSTEM_ERROR: whether anything was changed is not known
    └── TransportError
        ├── NotReached          the call never got there
        └── NoAnswer            it may have been carried out, or not
            └── NotTheApi       something else than the API answered
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


class UnyoError(Exception):
    """The root of everything that a client raises."""


class WrongCredentials(UnyoError):
    """Credentials or a profile that cannot be used; nothing was sent."""


class NotOffered(UnyoError):
    """An extension of unyo was asked of a server that is not unyo; nothing was sent."""


class Answered(UnyoError):
    """A server's answer that is an error.

    ``error_type`` and ``message`` are the wire's; ``fields`` the wire names at fault, in their order; ``request_id`` is
    ``""`` where nothing was sent; ``status`` is the HTTP status.
    """

    error_type = ""

    def __init__(
        self,
        message: str,
        fields: Sequence[str] = (),
        *,
        request_id: str = "",
        status: int = 200,
        error_type: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = tuple(fields)
        self.request_id = request_id
        self.status = status
        self.error_type = error_type or self.error_type
        self.retry_after = retry_after

    def __str__(self) -> str:
        named = f" ({', '.join(self.fields)})" if self.fields else ""
        where = f" [{self.request_id}]" if self.request_id else " [not sent]"
        return f"{self.error_type}: {self.message}{named}{where}"


class Refused(Answered):
    """The call was refused; nothing was changed."""


class ParameterRequired(Refused):
    """Fields are missing."""

    error_type = "PARAMETER_REQUIRED"


class ParameterTooLong(Refused):
    """Fields are too long."""

    error_type = "PARAMETER_TOO_LONG"


class ParameterError(Refused):
    """Fields are unknown, empty or wrong, or break a rule."""

    error_type = "PARAMETER_ERROR"


class NoTicketId(Refused):
    """There is no such ticket, or it may not be seen."""

    error_type = "NO_TICKET_ID"


class AuthFailure(Refused):
    """The signature does not hold: a wrong key or secret, or a clock that is far off."""

    error_type = "AUTH_FAILURE"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that somebody else changed meanwhile: what was read, what it is now, and what was to be written.

    ``field`` is our name of it, or ``memos.N``. ``is_mine`` tells whether this client was to change it as well, to
    ``mine``. A memo that is not there is None. ``by`` is a master ID, ``""`` where the server does not tell.
    """

    field: str
    base: object
    theirs: object
    mine: object = None
    by: str = ""
    is_mine: bool = False


class ExclusionFailure(Refused):
    """Somebody else changed the ticket since it was read; ``changes`` say what, as far as it is known."""

    error_type = "EXCLUSION_FAILURE"
    changes: tuple[Clash, ...] = ()


class NoRolesToClose(Refused):
    """The caller has no approval right, which closing needs."""

    error_type = "NO_ROLES_TO_CLOSE"


class CallIdReused(Refused):
    """The call id was used for another call."""

    error_type = "CALL_ID_REUSED"


class InvalidCallId(Refused):
    """The call id is no UUID."""

    error_type = "INVALID_CALL_ID"


class InvalidJson(Refused):
    """The body is no JSON object."""

    error_type = "INVALID_JSON"


class NotFound(Refused):
    """There is no such path or action."""

    error_type = "NOT_FOUND"


class MethodNotAllowed(Refused):
    """An action is called by POST."""

    error_type = "METHOD_NOT_ALLOWED"


class UnsupportedMediaType(Refused):
    """The content type is not JSON in UTF-8."""

    error_type = "UNSUPPORTED_MEDIA_TYPE"


class BadRequest(Refused):
    """The request is no HTTP."""

    error_type = "BAD_REQUEST"


class HeadersTooLarge(Refused):
    """The headers are over 64 KiB."""

    error_type = "HEADERS_TOO_LARGE"


class PayloadTooLarge(Refused):
    """The body is over 1 MiB."""

    error_type = "PAYLOAD_TOO_LARGE"


class RequestTimeout(Refused):
    """Headers or body did not come in time."""

    error_type = "REQUEST_TIMEOUT"


class TooManyRequests(Refused):
    """Too many calls; ``retry_after`` says after how many seconds one is taken again."""

    error_type = "TOO_MANY_REQUESTS"


class OtherRefusal(Refused):
    """An ErrorType that this release does not know."""


class SystemFailure(Answered):
    """The server failed; whether anything was changed is not known."""

    error_type = "SYSTEM_ERROR"


class TransportError(UnyoError):
    """No answer of the API came back."""


class NotReached(TransportError):
    """The call never got to the server: it was not carried out."""


class NoAnswer(TransportError):
    """The call was sent and no answer came: it may have been carried out, or not."""


class NotTheApi(NoAnswer):
    """Something else than the API answered, such as a web site: is the endpoint right?"""


def _leaves(root: type[Answered]) -> list[type[Answered]]:
    below = root.__subclasses__()
    return [leaf for each in below for leaf in _leaves(each)] if below else [root]


BY_TYPE: Final[Mapping[str, type[Answered]]] = {each.error_type: each for each in _leaves(Answered) if each.error_type}
