"""The kinds of tickets as types; generated from the parameter tables by `make reference`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NotRequired, TypedDict

from unyo.tickets.model import TicketKind

from .choices import State, SupportedGroup, Way
from .tickets import Ticket


class Incident(Ticket):
    """インシデント."""

    kind = TicketKind.INCIDENT

    title: str
    """チケット件名: at most 256 characters."""
    state: State | str
    """ステータス: at most 256 characters."""
    substate: str
    """サブステータス: at most 256 characters."""
    priority: str
    """優先度: at most 256 characters."""
    supported_group: SupportedGroup | str
    """担当グループ: at most 256 characters."""
    assignee: str
    """担当者ID: at most 15 characters."""
    limit_date: datetime | None
    """対応期限: a date, aware."""
    approver: str
    """クローズ承認者ID: at most 15 characters."""
    importance: str
    """重要度: at most 256 characters."""
    management_group: str
    """管理グループ: at most 256 characters."""
    category: str
    """カテゴリ: at most 256 characters."""
    subcategory: str
    """サブカテゴリ: at most 256 characters."""
    related_system: str
    """関連システム/サービス: at most 65535 bytes of UTF-8."""
    related_ci: str
    """関連CI: at most 65535 bytes of UTF-8."""
    impact: str
    """サービス影響: at most 256 characters."""
    influence: str
    """影響範囲: at most 2048 characters."""
    cause_class: str
    """原因分類: at most 256 characters."""
    cause: str
    """原因: at most 2048 characters."""
    detected_at: datetime | None
    """障害検知日時: a date, aware."""
    recovered_at: datetime | None
    """障害復旧日時: a date, aware."""
    node_name: str
    """ノード名: at most 1024 characters."""
    event_id: str
    """監視ID: at most 254 characters."""
    detection_message: str
    """詳細: at most 65535 bytes of UTF-8."""
    work_started_at: datetime | None
    """対応開始日時: a date, aware."""
    work_finished_at: datetime | None
    """対応終了日時: a date, aware."""


class NewIncident(TypedDict):
    """What a new incident is registered with."""

    title: str
    state: State | str
    substate: str
    priority: str
    supported_group: SupportedGroup | str
    assignee: NotRequired[str]
    limit_date: NotRequired[datetime | None]
    approver: NotRequired[str]
    importance: str
    management_group: str
    category: NotRequired[str]
    subcategory: NotRequired[str]
    related_system: NotRequired[str]
    related_ci: NotRequired[str]
    impact: NotRequired[str]
    influence: NotRequired[str]
    cause_class: NotRequired[str]
    cause: NotRequired[str]
    detected_at: NotRequired[datetime | None]
    recovered_at: NotRequired[datetime | None]
    node_name: NotRequired[str]
    event_id: NotRequired[str]
    detection_message: NotRequired[str]
    work_started_at: NotRequired[datetime | None]
    work_finished_at: NotRequired[datetime | None]


class Request(Ticket):
    """リクエスト."""

    kind = TicketKind.REQUEST

    title: str
    """チケット件名: at most 256 characters."""
    state: State | str
    """ステータス: at most 256 characters."""
    substate: str
    """サブステータス: at most 256 characters."""
    priority: str
    """優先度: at most 256 characters."""
    supported_group: SupportedGroup | str
    """担当グループ: at most 256 characters."""
    assignee: str
    """担当者ID: at most 15 characters."""
    limit_date: datetime | None
    """対応期限: a date, aware."""
    approver: str
    """クローズ承認者ID: at most 15 characters."""
    urgency: str
    """緊急度: at most 256 characters."""
    management_group: str
    """管理グループ: at most 256 characters."""
    request_type: str
    """リクエストタイプ: at most 256 characters."""
    request_subtype: str
    """リクエストタイプサブタイプ: at most 256 characters."""
    category: str
    """カテゴリ: at most 256 characters."""
    subcategory: str
    """サブカテゴリ: at most 256 characters."""
    related_system: str
    """関連システム/サービス: at most 65535 bytes of UTF-8."""
    requester: str
    """依頼者ID: at most 15 characters."""
    requester_name: str
    """依頼者名: at most 200 characters."""
    requester_department: str
    """組織/部署: at most 200 characters."""
    requester_contact: str
    """連絡先: at most 200 characters."""
    requested_at: datetime | None
    """依頼日時: a date, aware."""
    accept_way: Way | str
    """受付手段: at most 256 characters."""
    request_contents: str
    """依頼内容: at most 65535 bytes of UTF-8."""
    respond_way: Way | str
    """対応手段: at most 256 characters."""
    respond_contents: str
    """回答/対応内容: at most 2048 characters."""
    work_started_at: datetime | None
    """対応開始日時: a date, aware."""
    work_finished_at: datetime | None
    """対応終了日時: a date, aware."""


class NewRequest(TypedDict):
    """What a new request is registered with."""

    title: str
    state: State | str
    substate: str
    priority: str
    supported_group: SupportedGroup | str
    assignee: NotRequired[str]
    limit_date: NotRequired[datetime | None]
    approver: NotRequired[str]
    urgency: NotRequired[str]
    management_group: NotRequired[str]
    request_type: NotRequired[str]
    request_subtype: NotRequired[str]
    category: str
    subcategory: NotRequired[str]
    related_system: NotRequired[str]
    requester: NotRequired[str]
    requester_name: NotRequired[str]
    requester_department: NotRequired[str]
    requester_contact: NotRequired[str]
    requested_at: NotRequired[datetime | None]
    accept_way: NotRequired[Way | str]
    request_contents: NotRequired[str]
    respond_way: NotRequired[Way | str]
    respond_contents: NotRequired[str]
    work_started_at: NotRequired[datetime | None]
    work_finished_at: NotRequired[datetime | None]


class Changes(TypedDict, total=False):
    """What an update may change, in tickets of either kind."""

    title: str
    state: State | str
    substate: str
    priority: str
    supported_group: SupportedGroup | str
    assignee: str
    limit_date: datetime | None
    approver: str
    importance: str
    management_group: str
    category: str
    subcategory: str
    related_system: str
    related_ci: str
    impact: str
    influence: str
    cause_class: str
    cause: str
    detected_at: datetime | None
    recovered_at: datetime | None
    node_name: str
    event_id: str
    detection_message: str
    work_started_at: datetime | None
    work_finished_at: datetime | None
    urgency: str
    request_type: str
    request_subtype: str
    requester: str
    requester_name: str
    requester_department: str
    requester_contact: str
    requested_at: datetime | None
    accept_way: Way | str
    request_contents: str
    respond_way: Way | str
    respond_contents: str


AnyKind = Incident | Request


KINDS: Final[Mapping[str, type[AnyKind]]] = {TicketKind.INCIDENT.value: Incident, TicketKind.REQUEST.value: Request}
"""The class of each kind, by the wire."""
