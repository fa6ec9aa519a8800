"""The rules by which an answer of an endpoint and one of unyo are compared: one table, each with its section."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule says, and the section of the contract that it is of."""

    says: str
    section: str


class Rule(Enum):
    """What can differ; the name is the one that reports use."""

    STATUS = "status", Told("the HTTP status", "1, success body and failure status")
    CONTENT_TYPE = "content-type", Told("the answer's Content-Type", "1, answer")
    JSON = "json", Told("the answer is well-formed JSON", "1, answer")
    SIGNATURE = "signature", Told("which signatures are taken", "2")
    OUTCOME = "outcome", Told("whether the call is carried out or refused", "5")
    ENVELOPE = "envelope", Told("the one key around the answer", "1, success body and failure body")
    REQUEST_ID = "request-id", Told("RequestId is five groups of eight hex digits", "1, RequestId")
    ERROR_TYPE = "error-type", Told("ErrorType", "4, and 5, order of checks")
    ERROR_MESSAGE = "error-message", Told("ErrorMessage", "4, and 5, order of checks")
    ERROR_DETAIL = "error-detail", Told("ErrorDetail names every field at fault", "1, failure body")
    TICKET_ID = "ticket-id", Told("a new ticket's ID is UTM and digits", "6, RegisterTicket")
    MEMBER_MISSING = "member-missing", Told("unyo answers every member that the endpoint answers", "6")
    MEMBER_UNEXPECTED = "member-unexpected", Told("the endpoint answers every member that unyo answers", "6")
    MEMBER_ORDER = "member-order", Told("the order of the members", "6, GetTicketDetail")
    VALUE_TYPE = "value-type", Told("every value is a string, memos are objects in an array", "1, body, and 6")
    VALUE = "value", Told("a value of the ticket", "5 and 6")
    MEMO_COUNT = "memo-count", Told("which memos there are", "5, Memos")
    MEMO_NUMBER = "memo-number", Told("a memo keeps its number", "5, Memos")
    MEMO_DATE = "memo-date", Told("a memo's dates are set and move alike", "6, GetTicketDetail")
    LOCK_DATE = "lock-date", Told("a lock date is set and moves when its section changes, and only then", "5, Lock")

    def __init__(self, called: str, told: Told) -> None:
        self.called = called
        self.says = told.says
        self.section = told.section


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs: by which rule, in which member (``""``: in the answer as a whole), and both sides."""

    rule: Rule
    where: str
    recorded: Any
    unyo: Any
