"""The contract's parameter tables (sections 3 and 6), copied by hand, so that tests check the code's tables by them."""

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """A row: name, R (required) C (conditional) o (optional), maximum, kind of value, section.

    The kinds: ``text``, ``bytes`` (free text whose maximum counts UTF-8 bytes), ``account``, ``enum``, ``list`` (an
    option list), ``date``, ``lock`` (a lock date), and some of one parameter only.
    """

    name: str
    mark: str
    maximum: int
    kind: str
    section: str = ""


_CALLER = (
    Row("ServiceCode", "R", 15, "service"),
    Row("TicketId", "R", 15, "ticket"),
    Row("MasterID", "R", 15, "owner"),
    Row("TicketProcessType", "R", 2, "type"),
)
_LOCK = (
    Row("StateInsertDate", "R", 14, "lock"),
    Row("StateUpdateDate", "R", 14, "lock"),
    Row("SummaryInsertDate", "R", 14, "lock"),
    Row("SummaryUpdateDate", "R", 14, "lock"),
    Row("CorrespondInsertDate", "R", 14, "lock"),
    Row("CorrespondUpdateDate", "R", 14, "lock"),
)

UPDATE_INCIDENT = (
    *_CALLER,
    Row("Title", "o", 256, "text", "State"),
    Row("StateCode", "R", 256, "enum", "State"),
    Row("SubStateCode", "o", 256, "list", "State"),
    Row("Priority", "R", 256, "list", "State"),
    Row("SupportedGroup", "C", 256, "enum", "State"),
    Row("AssignUserId", "R", 15, "account", "State"),
    Row("CorrespondLimitDate", "R", 14, "date", "State"),
    Row("FinishApprovalUserId", "C", 15, "account", "State"),
    Row("Importance", "R", 256, "list", "Summary"),
    Row("ManagementGroupId", "o", 256, "list", "Summary"),
    Row("Category", "o", 256, "list", "Summary"),
    Row("SubCategory", "o", 256, "list", "Summary"),
    Row("RelatedSystem", "o", 65535, "bytes", "Summary"),
    Row("RelatedCI", "o", 65535, "bytes", "Summary"),
    Row("Impact", "o", 256, "list", "Summary"),
    Row("Influence", "o", 2048, "text", "Summary"),
    Row("CauseClassification", "R", 256, "list", "Summary"),
    Row("Cause", "o", 2048, "text", "Summary"),
    Row("ObstacleDetectionTime", "o", 14, "date", "Summary"),
    Row("FaultRecoveryDate", "o", 14, "date", "Summary"),
    Row("NodeName", "o", 1024, "text", "Summary"),
    Row("EventId", "o", 254, "text", "Summary"),
    Row("DetectionMessage", "o", 65535, "bytes", "Summary"),
    Row("CorrespondStartDate", "o", 14, "date", "Correspond"),
    Row("CorrespondFinishDate", "o", 14, "date", "Correspond"),
    *_LOCK,
)
UPDATE_REQUEST = (
    *_CALLER,
    Row("Title", "o", 256, "text", "State"),
    Row("StateCode", "o", 256, "enum", "State"),
    Row("SubStateCode", "o", 256, "list", "State"),
    Row("Priority", "R", 256, "list", "State"),
    Row("SupportedGroup", "C", 256, "enum", "State"),
    Row("AssignUserId", "o", 15, "account", "State"),
    Row("CorrespondLimitDate", "R", 14, "date", "State"),
    Row("FinishApprovalUserId", "C", 15, "account", "State"),
    Row("Urgency", "o", 256, "list", "Summary"),
    Row("ManagementGroupId", "o", 256, "list", "Summary"),
    Row("RequestType", "o", 256, "list", "Summary"),
    Row("RequestSubType", "o", 256, "list", "Summary"),
    Row("Category", "R", 256, "list", "Summary"),
    Row("SubCategory", "o", 256, "list", "Summary"),
    Row("RelatedSystem", "o", 65535, "bytes", "Summary"),
    Row("RepresentativeCustomerId", "o", 15, "account", "Detail"),
    Row("RepresentativeCustomerName", "o", 200, "text", "Detail"),
    Row("CustomerDepartment", "o", 200, "text", "Detail"),
    Row("CustomerContactInfo", "o", 200, "text", "Detail"),
    Row("RequestDate", "o", 14, "date", "Detail"),
    Row("AcceptWay", "o", 256, "enum", "Detail"),
    Row("RespondWay", "o", 256, "enum", "Detail"),
    Row("RequestContents", "o", 65535, "bytes", "Detail"),
    Row("RespondContents", "o", 2048, "text", "Detail"),
    Row("CorrespondStartDate", "o", 14, "date", "Correspond"),
    Row("CorrespondFinishDate", "o", 14, "date", "Correspond"),
    *_LOCK,
    Row("DetailInsertDate", "R", 14, "lock"),
    Row("DetailUpdateDate", "R", 14, "lock"),
)
# CorrespondProcessList has no maximum; these are its objects' members, in every table.
MEMO_MEMBERS = (
    Row("CorrespondProcessSeq", "C", 9, "digits"),
    Row("CorrespondProcessOperationClass", "R", 1, "enum"),
    Row("CorrespondProcess", "C", 2048, "text"),
)

_CALLER_REQUIRED = frozenset({"ServiceCode", "MasterID", "TicketProcessType"})
REGISTER_INCIDENT_REQUIRED = _CALLER_REQUIRED | {
    "Title",
    "StateCode",
    "SubStateCode",
    "Priority",
    "SupportedGroup",
    "Importance",
    "ManagementGroupId",
}
REGISTER_REQUEST_REQUIRED = _CALLER_REQUIRED | {
    "Title",
    "StateCode",
    "SubStateCode",
    "Priority",
    "SupportedGroup",
    "Category",
}
UPDATE_INCIDENT_REQUIRED = {row.name for row in UPDATE_INCIDENT if row.mark == "R"} | {"CorrespondProcessList"}
UPDATE_REQUEST_REQUIRED = {row.name for row in UPDATE_REQUEST if row.mark == "R"}


def _registration(table: tuple[Row, ...]) -> tuple[Row, ...]:
    """As the update, without TicketId and lock dates."""
    return tuple(row for row in table if row.kind not in {"ticket", "lock"})


TICKET_TABLES: Mapping[tuple[str, str], tuple[Row, ...]] = {
    ("UpdateTicket", "1"): UPDATE_INCIDENT,
    ("UpdateTicket", "2"): UPDATE_REQUEST,
    ("RegisterTicket", "1"): _registration(UPDATE_INCIDENT),
    ("RegisterTicket", "2"): _registration(UPDATE_REQUEST),
}
REQUIRED: Mapping[tuple[str, str], frozenset[str] | set[str]] = {
    ("UpdateTicket", "1"): UPDATE_INCIDENT_REQUIRED,
    ("UpdateTicket", "2"): UPDATE_REQUEST_REQUIRED,
    ("RegisterTicket", "1"): REGISTER_INCIDENT_REQUIRED,
    ("RegisterTicket", "2"): REGISTER_REQUEST_REQUIRED,
}

_READER = (Row("ServiceCode", "R", 15, "service"), Row("MasterID", "R", 15, "owner"))
_TICKET = (*_READER, Row("TicketId", "R", 15, "ticket"))
_PAGE = (Row("Limit", "o", 3, "digits"), Row("Cursor", "o", 1024, "cursor"))
READING_TABLES: Mapping[str, tuple[Row, ...]] = {
    "GetTicketDetail": _TICKET,
    "GetTicketHistory": (*_TICKET, *_PAGE),
    "GetOptionList": (*_READER, Row("TicketProcessType", "o", 2, "enum")),
    "GetTicketList": (
        *_READER,
        Row("TicketProcessType", "o", 2048, "enums"),
        Row("StateCode", "o", 2048, "enums"),
        Row("Priority", "o", 2048, "filter"),
        Row("SupportedGroup", "o", 2048, "enums"),
        Row("AssignUserId", "o", 2048, "filter"),
        Row("ManagementGroupId", "o", 2048, "filter"),
        Row("Category", "o", 2048, "filter"),
        Row("DateFrom", "o", 14, "date"),
        Row("DateTo", "o", 14, "date"),
        Row("Keyword", "o", 256, "filter"),
        Row("SortObject", "o", 1, "enum"),
        Row("SortOrder", "o", 1, "enum"),
        *_PAGE,
    ),
}
STATES = {
    "1": ("未対応", "対応中", "復旧済み", "クローズ承認待ち", "差し戻し", "クローズ"),
    "2": ("新規", "対応中", "クローズ承認待ち", "差し戻し", "クローズ"),
}
GROUPS = ("お客様", "SEサポート", "サポートセンター")
WAYS = ("電話", "メール", "ポータル", "その他")
