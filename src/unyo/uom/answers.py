"""What a successful call answers, beside its RequestId: each answer's members as data, and how they are filled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from unyo.tickets.dates import format_date
from unyo.tickets.directory import Option, Service
from unyo.tickets.field_tables import BY_KEY, MEMOS, TICKET_FIELDS, TICKET_ID, TICKET_KIND, TICKET_TABLES
from unyo.tickets.fields import Parameter, Text, Use
from unyo.tickets.history import FieldChange, HistoryEntry
from unyo.tickets.model import Memo, Section, Ticket, TicketKind, TicketRow, Value, format_ticket_id

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an answer: its name, what it means, and its own members where it is a list of objects."""

    wire: str
    label: str
    example: str = ""
    members: tuple["Member", ...] = ()


def _of(parameter: Parameter) -> Member:
    return Member(parameter.wire, parameter.label, parameter.example)


_ASSIGNEE_NAME = Member("AssignUser", "担当者の氏名 (ない場合はマスターID)", "山田 太郎")
_NEXT_CURSOR = Member("NextCursor", "次のページを取得するCursor (最後のページでは空欄)")
_REGISTERED = BY_KEY[Section.STATE.inserted]

MEMO_ITEM: Final = (
    Member("CorrespondProcessSeq", "対応メモ連番", "1"),
    Member("CorrespondProcess", "対応メモ", "障害発生に伴い、対応を開始する。"),
    Member("CorrespondProcessUserId", "登録者のマスターID", "SA1234567"),
    Member("CorrespondProcessInsertDate", "登録日時", "20220630132605"),
    Member("CorrespondProcessUpdateDate", "更新日時 (未更新の場合は空欄)"),
)
_DETAIL_HEAD: Final = (
    *(_of(BY_KEY[key]) for key in ("title", "state", "substate")),
    _of(TICKET_ID),
    Member("MasterTicketId", "親チケットのID (ない場合は空欄)"),
    *(_of(BY_KEY[key]) for key in ("priority", "supported_group")),
    _ASSIGNEE_NAME,
    _of(TICKET_KIND),
)
_LIST_ITEM_KEYS = ("title", "state", "substate", "priority", "supported_group")
LIST_ITEM: Final = (
    _of(TICKET_ID),
    _of(TICKET_KIND),
    *(_of(BY_KEY[key]) for key in _LIST_ITEM_KEYS),
    _ASSIGNEE_NAME,
    *(_of(BY_KEY[key]) for key in ("assignee", "category", "management_group", "limit_date")),
    _of(_REGISTERED),
    Member("LastUpdateDate", "最終更新日時", "20220630140000"),
)
_CHANGE_ITEM: Final = (
    Member("Parameter", "パラメータ (対応メモはCorrespondProcessList.<連番>)", "StateCode"),
    Member("Before", "変更前", "未対応"),
    Member("After", "変更後", "対応中"),
)
_HISTORY_ITEM: Final = (
    Member("Date", "更新日時", "20220630140000"),
    Member("UserId", "更新者のマスターID", "SA1234567"),
    Member("User", "更新者の氏名 (ない場合はマスターID)", "山田 太郎"),
    Member("RequestId", "更新時のリクエストID", "54c22bee-0c47b962-be6162fa-0000e89d-d3d7668c"),
    Member("Door", "更新の経路 (API、PORTALなど)", "API"),
    Member("ChangeList", "変更内容", members=_CHANGE_ITEM),
)
_OPTION_ITEM: Final = (
    _of(TICKET_KIND),
    Member("Parameter", "パラメータ", "SubCategory"),
    Member("Value", "選択肢", "サブカテゴリ"),
    Member("ParentValue", "親の選択肢 (ない場合は空欄)", "HW障害"),
)

REGISTERED: Final = (_of(TICKET_ID),)
UPDATED: Final[tuple[Member, ...]] = ()
LIST: Final = (
    Member("TotalCount", "件数 (10000を超える場合は10000+)", "61"),
    Member("TicketList", "チケット", members=LIST_ITEM),
    _NEXT_CURSOR,
)
HISTORY: Final = (Member("HistoryList", "更新履歴 (新しい順)", members=_HISTORY_ITEM), _NEXT_CURSOR)
OPTIONS: Final = (Member("OptionList", "選択肢", members=_OPTION_ITEM),)


def _detail_fields(use: Use) -> tuple[Parameter, ...]:
    """What follows the vendor's own members: every other parameter with a section, then the lock dates."""
    named = {member.wire for member in _DETAIL_HEAD}
    rows = [row.parameter for row in TICKET_TABLES[use].rows]
    return tuple(p for p in rows if p.key in BY_KEY and p.wire not in named)


_DETAIL_FIELDS: Mapping[TicketKind, tuple[Parameter, ...]] = {
    TicketKind.INCIDENT: _detail_fields(Use.UPDATE_INCIDENT),
    TicketKind.REQUEST: _detail_fields(Use.UPDATE_REQUEST),
}


def detail_members(kind: TicketKind) -> tuple[Member, ...]:
    """The members of GetTicketDetail's answer for one ticket kind, in their order."""
    return (
        *_DETAIL_HEAD,
        *(Member(p.wire, p.label, members=MEMO_ITEM) if p is MEMOS else _of(p) for p in _DETAIL_FIELDS[kind]),
    )


def ticket_detail(ticket: Ticket, service: Service) -> Answer:
    """GetTicketDetail: every value as it can be sent back; ``""`` where unset (contract, section 6)."""
    values = _values(TICKET_FIELDS, ticket.values)
    head = {
        **values,
        TICKET_ID.wire: ticket.ticket_id,
        "MasterTicketId": "",
        _ASSIGNEE_NAME.wire: service.name_of(str(ticket.values["assignee"])),
        TICKET_KIND.wire: ticket.kind.value,
    }
    answer: Answer = {member.wire: head[member.wire] for member in _DETAIL_HEAD}
    for parameter in _DETAIL_FIELDS[ticket.kind]:
        if parameter is MEMOS:
            answer[parameter.wire] = [_memo(ticket.memos[number]) for number in sorted(ticket.memos)]
        elif parameter.key in ticket.values:
            answer[parameter.wire] = values[parameter.wire]
    return answer | lock_dates(ticket)


def lock_dates(ticket: Ticket) -> dict[str, str]:
    """The six or eight lock dates, as an update sends them back."""
    return {BY_KEY[key].wire: format_date(date) for key, date in ticket.lock.items()}


def ticket_list(rows: Iterable[TicketRow], service: Service, total: int, next_cursor: str, *, exact: bool) -> Answer:
    """GetTicketList."""
    return {
        "TotalCount": f"{total}" if exact else f"{total}+",
        "TicketList": [_list_item(row, service) for row in rows],
        _NEXT_CURSOR.wire: next_cursor,
    }


def ticket_history(entries: Sequence[HistoryEntry], service: Service, next_cursor: str) -> Answer:
    """GetTicketHistory."""
    return {
        "HistoryList": [
            {
                "Date": format_date(entry.at),
                "UserId": entry.master_id,
                "User": service.name_of(entry.master_id),
                "RequestId": entry.request_id,
                "Door": entry.door.value,
                "ChangeList": [_change(line) for line in entry.lines],
            }
            for entry in entries
        ],
        _NEXT_CURSOR.wire: next_cursor,
    }


def option_list(options: Iterable[Option]) -> Answer:
    """GetOptionList."""
    return {
        "OptionList": [
            {
                TICKET_KIND.wire: option.kind.value,
                "Parameter": BY_KEY[option.parameter].wire,
                "Value": option.value,
                "ParentValue": option.parent,
            }
            for option in options
        ]
    }


def _list_item(row: TicketRow, service: Service) -> Answer:
    return {
        TICKET_ID.wire: format_ticket_id(row.number),
        TICKET_KIND.wire: row.kind.value,
        **_values((BY_KEY[key] for key in _LIST_ITEM_KEYS), row.values),
        _ASSIGNEE_NAME.wire: service.name_of(str(row.values["assignee"])),
        **_values((BY_KEY[key] for key in ("assignee", "category", "management_group", "limit_date")), row.values),
        _REGISTERED.wire: format_date(row.registered),
        "LastUpdateDate": format_date(row.last_update),
    }


def _values(parameters: Iterable[Parameter], values: Mapping[str, Value]) -> dict[str, str]:
    return {p.wire: p.kind.format(values[p.key]) for p in parameters if isinstance(p.kind, Text)}


def _memo(memo: Memo) -> Answer:
    return dict(
        zip(
            (member.wire for member in MEMO_ITEM),
            (str(memo.number), memo.text, memo.author, format_date(memo.inserted), format_date(memo.updated)),
            strict=True,
        )
    )


def _change(line: FieldChange) -> Answer:
    key, _, number = line.field.partition(".")
    parameter = BY_KEY[key]
    if not isinstance(parameter.kind, Text):
        return {"Parameter": f"{parameter.wire}.{number}", "Before": line.before, "After": line.after}
    before, after = parameter.kind.format(line.before), parameter.kind.format(line.after)
    return {"Parameter": parameter.wire, "Before": before, "After": after}
