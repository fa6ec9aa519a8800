"""The parameter tables as data: one row a parameter (contract, sections 3 and 6).

Validation, columns, OpenAPI and answers are derived from these rows. To add a field, add a row and
generate a migration (CONTRIBUTING.md).
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final

from .fields import (
    Account,
    Choice,
    Choices,
    Date,
    Digits,
    FieldTable,
    Kind,
    LockDate,
    Mark,
    Memos,
    OptionList,
    Parameter,
    Row,
    Text,
    Unit,
    Use,
)
from .model import CLOSED, SECTIONS, Section, TicketKind

REGISTRATION_OF: Final[Mapping[TicketKind, Use]] = {
    TicketKind.INCIDENT: Use.REGISTER_INCIDENT,
    TicketKind.REQUEST: Use.REGISTER_REQUEST,
}
UPDATE_OF: Final[Mapping[TicketKind, Use]] = {
    TicketKind.INCIDENT: Use.UPDATE_INCIDENT,
    TicketKind.REQUEST: Use.UPDATE_REQUEST,
}
KIND_OF: Final[Mapping[Use, TicketKind]] = {
    use: kind for uses in (UPDATE_OF, REGISTRATION_OF) for kind, use in uses.items()
}
REGISTRATIONS: Final = frozenset(REGISTRATION_OF.values())
REQUESTS: Final = frozenset(use for use, kind in KIND_OF.items() if kind is TicketKind.REQUEST)

STATES: Final[Mapping[TicketKind, tuple[str, ...]]] = {
    TicketKind.INCIDENT: ("未対応", "対応中", "復旧済み", "クローズ承認待ち", "差し戻し", "クローズ"),
    TicketKind.REQUEST: ("新規", "対応中", "クローズ承認待ち", "差し戻し", "クローズ"),
}
ALL_STATES: Final = tuple(dict.fromkeys(state for pair in zip_longest(*STATES.values()) for state in pair if state))
"""Those of both kinds, in the order in which a ticket goes through them."""
OPEN_STATES: Final = tuple(state for state in ALL_STATES if state != CLOSED)
SUPPORTED_GROUPS: Final = ("お客様", "SEサポート", "サポートセンター")
WAYS: Final = ("電話", "メール", "ポータル", "その他")

_STATE = {kind: Choice(256, choices=states) for kind, states in STATES.items()}
_STATE_IN: Mapping[Use, Kind] = {use: _STATE[kind] for use, kind in KIND_OF.items()}
_GROUP = Choice(256, choices=SUPPORTED_GROUPS)
_GROUP_IN: Mapping[Use, Kind] = {Use.REGISTER_INCIDENT: Choice(256, choices=SUPPORTED_GROUPS[:1])}
_LIST = OptionList(256)
_LONG = Text(65535, Unit.BYTES)
_DATE = Date()
_CODE = Text(15)
_ACCOUNT = Account(15)


def _p(
    wire: str,
    key: str,
    label: str,
    kind: Kind,
    marks: str,
    example: str | tuple[str, str] = "",
    *,
    section: Section | None = None,
    only: Mapping[Use, Kind] | None = None,
) -> Parameter:
    """A row; ``marks`` are four: update and register an incident, update and register a request (``-``: no).

    A pair of examples is an incident's and a request's.
    """
    given = {use: Mark(mark) for use, mark in zip(Use, marks.replace(" ", ""), strict=True) if mark != "-"}
    first, of_request = (example, example) if isinstance(example, str) else example
    others = {} if first == of_request else dict.fromkeys(REQUESTS, of_request)
    return Parameter(wire, key, label, kind, first, section, given, only or {}, others)


SERVICE_CODE: Final = _p("ServiceCode", "service_code", "サービスコード", _CODE, "RR RR", "uom12345678")
TICKET_ID: Final = _p("TicketId", "ticket_id", "チケットID", _CODE, "R- R-", ("UTM123456", "UTM123457"))
MASTER_ID: Final = _p("MasterID", "master_id", "マスターID", _ACCOUNT, "RR RR", "SA1234567")
TICKET_KIND: Final = _p(
    "TicketProcessType",
    "kind",
    "チケット種別",
    Choice(2, choices=tuple(TicketKind)),
    "RR RR",
    ("1", "2"),
    only={use: Choice(2, choices=(kind,)) for use, kind in KIND_OF.items()},
)

_S, _M, _C, _D = Section.STATE, Section.SUMMARY, Section.CORRESPOND, Section.DETAIL

# fmt: off
# ruff: noqa: E501 - one row a parameter, so that the rows read like the contract's tables
TICKET_FIELDS: Final[tuple[Parameter, ...]] = (
    # wire name, our name, label (the page's 意味), kind of value, marks incident/request, example
    _p("Title", "title", "チケット件名", Text(256), "kR kR", "アラート発生XXX", section=_S),
    _p("StateCode", "state", "ステータス", _STATE[TicketKind.INCIDENT], "RR kR", "対応中", section=_S, only=_STATE_IN),
    _p("SubStateCode", "substate", "サブステータス", _LIST, "kR kR", "未対応", section=_S),
    _p("Priority", "priority", "優先度", _LIST, "RR RR", "中", section=_S),
    _p("SupportedGroup", "supported_group", "担当グループ", _GROUP, "cP cP", "お客様", section=_S, only=_GROUP_IN),
    _p("AssignUserId", "assignee", "担当者ID", _ACCOUNT, "Ro oo", "SA1234567", section=_S),
    _p("CorrespondLimitDate", "limit_date", "対応期限", _DATE, "Ro Ro", "20220801000000", section=_S),
    _p("FinishApprovalUserId", "approver", "クローズ承認者ID", _ACCOUNT, "cc cc", "SA1234567", section=_S),
    _p("Importance", "importance", "重要度", _LIST, "RR --", "中", section=_M),
    _p("Urgency", "urgency", "緊急度", _LIST, "-- oo", "中", section=_M),
    _p("ManagementGroupId", "management_group", "管理グループ", _LIST, "oR oo", "制限しない", section=_M),
    _p("RequestType", "request_type", "リクエストタイプ", _LIST, "-- oo", "問合せ", section=_M),
    _p("RequestSubType", "request_subtype", "リクエストタイプサブタイプ", OptionList(256, parent="request_type"), "-- oo", "問合せ(システム)", section=_M),
    _p("Category", "category", "カテゴリ", _LIST, "oo RR", ("HW障害", "カテゴリ1"), section=_M),
    _p("SubCategory", "subcategory", "サブカテゴリ", OptionList(256, parent="category"), "oo oo", ("サブカテゴリ", "サブカテゴリ1"), section=_M),
    _p("RelatedSystem", "related_system", "関連システム/サービス", _LONG, "oo oo", "Asystem", section=_M),
    _p("RelatedCI", "related_ci", "関連CI", _LONG, "oo --", "システム名称:Asystem", section=_M),
    _p("Impact", "impact", "サービス影響", _LIST, "oo --", "有", section=_M),
    _p("Influence", "influence", "影響範囲", Text(2048), "oo --", "全顧客", section=_M),
    _p("CauseClassification", "cause_class", "原因分類", _LIST, "Ro --", "性能不足", section=_M),
    _p("Cause", "cause", "原因", Text(2048), "oo --", "XXのメモリが不足していたため", section=_M),
    _p("ObstacleDetectionTime", "detected_at", "障害検知日時", _DATE, "oo --", "20220630132400", section=_M),
    _p("FaultRecoveryDate", "recovered_at", "障害復旧日時", _DATE, "oo --", "20220630132500", section=_M),
    _p("NodeName", "node_name", "ノード名", Text(1024), "oo --", "testnode_001", section=_M),
    _p("EventId", "event_id", "監視ID", Text(254), "oo --", "12345", section=_M),
    _p("DetectionMessage", "detection_message", "詳細", _LONG, "oo --", "アラートを検知しました。", section=_M),
    _p("RepresentativeCustomerId", "requester", "依頼者ID", _ACCOUNT, "-- oo", "SA1234567", section=_D),
    _p("RepresentativeCustomerName", "requester_name", "依頼者名", Text(200), "-- oo", "IIJ 太郎", section=_D),
    _p("CustomerDepartment", "requester_department", "組織/部署", Text(200), "-- oo", "XX会社 XX部", section=_D),
    _p("CustomerContactInfo", "requester_contact", "連絡先", Text(200), "-- oo", "090-1234-5678", section=_D),
    _p("RequestDate", "requested_at", "依頼日時", _DATE, "-- oo", "20220630132400", section=_D),
    _p("AcceptWay", "accept_way", "受付手段", Choice(256, choices=WAYS), "-- oo", "電話", section=_D),
    _p("RequestContents", "request_contents", "依頼内容", _LONG, "-- oo", "検知の理由を教えてほしい。", section=_D),
    _p("RespondWay", "respond_way", "対応手段", Choice(256, choices=WAYS), "-- oo", "メール", section=_D),
    _p("RespondContents", "respond_contents", "回答/対応内容", Text(2048), "-- oo", "設定の修正をお願いした。", section=_D),
    _p("CorrespondStartDate", "work_started_at", "対応開始日時", _DATE, "oo oo", "20220630133000", section=_C),
    _p("CorrespondFinishDate", "work_finished_at", "対応終了日時", _DATE, "oo oo", "20220630135000", section=_C),
    _p("CorrespondProcessList", "memos", "対応メモ", Memos(), "Ro oo", section=_C),
)
# fmt: on

MEMOS: Final = TICKET_FIELDS[-1]
MEMO_NUMBER: Final = _p("CorrespondProcessSeq", "number", "対応メモ連番", Digits(9), "cc cc", "2")
MEMO_OPERATION: Final = _p(
    "CorrespondProcessOperationClass",
    "operation",
    "対応メモ操作区分 (0:新規登録、1:編集、2:削除)",
    Choice(1, choices=("0", "1", "2")),
    "RR RR",
    "0",
    only={use: Choice(1, choices=("0",)) for use in REGISTRATIONS},
)
MEMO_TEXT: Final = _p("CorrespondProcess", "text", "対応メモ", Text(2048), "cc cc", "障害発生に伴い、対応を開始する。")
MEMO_MEMBERS: Final = (MEMO_NUMBER, MEMO_OPERATION, MEMO_TEXT)

SECTION_LABELS: Final[Mapping[Section, str]] = {_S: "ステータス", _M: "サマリ", _C: "対応詳細", _D: "詳細"}


def _lock_dates() -> Iterator[Parameter]:
    """Two rows a section: registered, last changed."""
    for section, label in SECTION_LABELS.items():
        marks = "".join("P-" if section in SECTIONS[kind] else "--" for kind in TicketKind)
        yield _p(f"{section}InsertDate", section.inserted, f"{label}登録日時", LockDate(), marks, "20220630132605")
        yield _p(f"{section}UpdateDate", section.updated, f"{label}更新日時", LockDate(), marks, "20220630140000")


LOCK_FIELDS: Final = tuple(_lock_dates())


def _table(use: Use) -> FieldTable:
    rows = (SERVICE_CODE, TICKET_ID, MASTER_ID, TICKET_KIND, *TICKET_FIELDS, *LOCK_FIELDS)
    return FieldTable(use.value, (p.row_in(use) for p in rows if use in p.marks))


TICKET_TABLES: Final[Mapping[Use, FieldTable]] = {use: _table(use) for use in Use}

VALUE_FIELDS: Final = tuple(p for p in TICKET_FIELDS if isinstance(p.kind, Text))
"""The rows whose values a ticket stores, each as a column."""
BY_KEY: Final[Mapping[str, Parameter]] = {p.key: p for p in (*TICKET_FIELDS, *LOCK_FIELDS)}
UNSET: Final = {p.key: p.kind.parse("") for p in VALUE_FIELDS if isinstance(p.kind, Text)}
"""The values of a ticket in which nothing was ever set."""
SEARCHED: Final = ("title", "cause", "detection_message", "request_contents", "respond_contents")
"""The values in which GetTicketList's Keyword looks, memos aside."""


def _row(parameter: Parameter, mark: str = "R") -> Row:
    return Row(parameter, parameter.kind, Mark(mark), parameter.example)


def _extra(wire: str, key: str, label: str, kind: Kind, example: str = "") -> Row:
    return Row(Parameter(wire, key, label, kind, example), kind, Mark.OPTIONAL, example)


def _filter(key: str, *, judged: tuple[str, ...] = ()) -> Row:
    """One value or several; those of a fixed enumeration are judged against both kinds' values together."""
    of = TICKET_KIND if key == TICKET_KIND.key else BY_KEY[key]
    kind = Choices(2048, choices=judged) if judged else Text(2048)
    return _extra(of.wire, key, f"{of.label} (コンマ区切りで複数可)", kind, of.example)


_CALLER = (_row(SERVICE_CODE), _row(MASTER_ID))
_PAGE = (
    _extra("Limit", "limit", "件数 (初期値 50)", Digits(3, least=1, most=200), "50"),
    _extra("Cursor", "cursor", "前回の応答の NextCursor", Text(1024)),
)
SORT_OBJECTS: Final[Mapping[str, str]] = {
    "1": "ticket_id",
    "2": "registration",
    "3": "last_update",
    "4": "limit_date",
    "5": "priority",
}
SORTED_BY_TEXT: Final = ("title", "kind", "assignee", "substate", "supported_group", "management_group", "category")
"""What lists can be sorted by beside these and ``state``, though the wire has no number for it."""
SORTS: Final = (*SORT_OBJECTS.values(), "state", *SORTED_BY_TEXT)

GET_TICKET_DETAIL: Final = FieldTable("GetTicketDetail", (*_CALLER, _row(TICKET_ID)))
GET_TICKET_HISTORY: Final = FieldTable("GetTicketHistory", (*_CALLER, _row(TICKET_ID), *_PAGE))
GET_OPTION_LIST: Final = FieldTable("GetOptionList", (*_CALLER, _row(TICKET_KIND, "o")))
GET_TICKET_LIST: Final = FieldTable(
    "GetTicketList",
    (
        *_CALLER,
        _filter("kind", judged=tuple(TicketKind)),
        _filter("state", judged=ALL_STATES),
        _filter("priority"),
        _filter("supported_group", judged=SUPPORTED_GROUPS),
        _filter("assignee"),
        _filter("management_group"),
        _filter("category"),
        _extra("DateFrom", "date_from", "登録日時の始め (含む)", Date(), "20220601000000"),
        _extra("DateTo", "date_to", "登録日時の終わり (含む)", Date(), "20220630235959"),
        _extra("Keyword", "keyword", "検索語 (空白区切り、すべてを含む)", Text(256), "メモリ"),
        _extra(
            "SortObject",
            "sort_object",
            "並べ替えの項目 (1:チケットID、2:登録日時、3:最終更新日時、4:対応期限、5:優先度、初期値 3)",
            Choice(1, choices=tuple(SORT_OBJECTS)),
            "3",
        ),
        _extra(
            "SortOrder",
            "sort_order",
            "並び順 (1:昇順、2:降順、初期値 2)",
            Choice(1, choices=("1", "2")),
            "2",
        ),
        *_PAGE,
    ),
)
