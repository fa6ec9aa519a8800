"""The client: tickets of unyo, or of the vendor's own endpoint, over the wire."""

from typing import TYPE_CHECKING, Any

from unyo.tickets.model import TicketKind

from .bodies import AddMemo, DeleteMemo, EditMemo, MemoOperation
from .choices import State, SupportedGroup, Way
from .credentials import Credentials
from .entries import FieldChange, HistoryEntry, Option, TicketSummary
from .errors import (
    Answered,
    AuthFailure,
    BadRequest,
    CallIdReused,
    Clash,
    ExclusionFailure,
    HeadersTooLarge,
    InvalidCallId,
    InvalidJson,
    MethodNotAllowed,
    NoAnswer,
    NoRolesToClose,
    NotFound,
    NoTicketId,
    NotOffered,
    NotReached,
    NotTheApi,
    OtherRefusal,
    ParameterError,
    ParameterRequired,
    ParameterTooLong,
    PayloadTooLarge,
    Refused,
    RequestTimeout,
    SystemFailure,
    TooManyRequests,
    TransportError,
    UnsupportedMediaType,
    UnyoError,
    WrongCredentials,
)
from .kinds import AnyKind, Changes, Incident, NewIncident, NewRequest, Request
from .lists import Filters
from .operations import OnConflict
from .sync import Client
from .tickets import Memo, Ticket

if TYPE_CHECKING:
    from .aio import AsyncClient

__all__ = [
    "AddMemo",
    "Answered",
    "AnyKind",
    "AsyncClient",
    "AuthFailure",
    "BadRequest",
    "CallIdReused",
    "Changes",
    "Clash",
    "Client",
    "Credentials",
    "DeleteMemo",
    "EditMemo",
    "ExclusionFailure",
    "FieldChange",
    "Filters",
    "HeadersTooLarge",
    "HistoryEntry",
    "Incident",
    "InvalidCallId",
    "InvalidJson",
    "Memo",
    "MemoOperation",
    "MethodNotAllowed",
    "NewIncident",
    "NewRequest",
    "NoAnswer",
    "NoRolesToClose",
    "NoTicketId",
    "NotFound",
    "NotOffered",
    "NotReached",
    "NotTheApi",
    "OnConflict",
    "Option",
    "OtherRefusal",
    "ParameterError",
    "ParameterRequired",
    "ParameterTooLong",
    "PayloadTooLarge",
    "Refused",
    "Request",
    "RequestTimeout",
    "State",
    "SupportedGroup",
    "SystemFailure",
    "Ticket",
    "TicketKind",
    "TicketSummary",
    "TooManyRequests",
    "TransportError",
    "UnsupportedMediaType",
    "UnyoError",
    "Way",
    "WrongCredentials",
]


def __getattr__(name: str) -> Any:
    """`AsyncClient`, imported when it is asked for: whoever waits starts without asyncio."""
    if name == "AsyncClient":
        from .aio import AsyncClient  # noqa: PLC0415 - see above

        return AsyncClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
