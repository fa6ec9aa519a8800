"""The client: tickets of unyo, or of the vendor's own endpoint, over the wire."""

from .aio import AsyncClient
from .bodies import AddMemo, DeleteMemo, EditMemo
from .choices import State, SupportedGroup, Way
from .credentials import Credentials
from .entries import FieldChange, HistoryEntry, Option, TicketSummary
from .kinds import Incident, Request
from .sync import Client
from .tickets import Memo, Ticket

__all__ = [
    "AddMemo",
    "AsyncClient",
    "Client",
    "Credentials",
    "DeleteMemo",
    "EditMemo",
    "FieldChange",
    "HistoryEntry",
    "Incident",
    "Memo",
    "Option",
    "Request",
    "State",
    "SupportedGroup",
    "Ticket",
    "TicketSummary",
    "Way",
]
