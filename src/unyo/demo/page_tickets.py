"""UTM123456 as the page's sample finds it, and two tickets beside it."""

from datetime import datetime, timedelta
from typing import Final

from unyo.cast import SATO, SERVERS, SERVICE, TAKAHASHI, YAMADA
from unyo.storage.moving.loading import Loader
from unyo.tickets.dates import format_date, parse_date
from unyo.tickets.field_tables import LOCK_FIELDS

from .sample import BODY, TICKET_ID
from .stories import StoryTeller

PAGE_TICKET: Final = int(TICKET_ID.removeprefix("UTM"))


def add_page_tickets(loader: Loader, now: datetime) -> None:
    """UTM123456 to UTM123458: the page's own ticket, a request, and an incident of サーバ運用."""
    teller = StoryTeller(loader)
    loader.continue_after(PAGE_TICKET - 1)
    _page_ticket(teller)
    _request(teller, now - timedelta(days=2))
    _servers_incident(teller, now - timedelta(days=1))


def _page_ticket(teller: StoryTeller) -> None:
    """UTM123456 as the page's sample finds it: its lock dates are the sample's."""
    opened = parse_date(BODY["StateInsertDate"])
    number = teller.register(
        SATO,
        opened,
        {
            "TicketProcessType": "1",
            "Title": "アラート発生XXX",
            "StateCode": "未対応",
            "SubStateCode": "未対応",
            "Priority": "高",
            "SupportedGroup": "お客様",
            "AssignUserId": "SA7654321",
            "CorrespondLimitDate": "20221007180000",
            "Importance": "高",
            "ManagementGroupId": "制限しない",
            "Category": "HW障害",
            "SubCategory": "サブカテゴリ",
            "RelatedSystem": "Asystem",
            "RelatedCI": "システム名称:Asystem",
            "Impact": "有",
            "Influence": "全顧客",
            "CauseClassification": "調査中",
            "NodeName": "testnode_001",
            "EventId": "12345",
            "DetectionMessage": "アラートを検知しました。\n監視ID:12345",
            "CorrespondProcessList": [
                {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "障害発生に伴い、対応を開始する。"},
                {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "担当者へ電話で連絡した。"},
            ],
        },
    )
    # The sample's sections were registered a second apart, which no single registration does.
    sections = ("SummaryInsertDate", "CorrespondInsertDate")
    keys = {p.wire: p.key for p in LOCK_FIELDS}
    teller.loader.redate(SERVICE, number, {keys[wire]: parse_date(BODY[wire]) for wire in sections})
    teller.update(SATO, number, parse_date(BODY["SummaryUpdateDate"]), {"ObstacleDetectionTime": "20220630132400"})
    teller.update(
        YAMADA,
        number,
        parse_date(BODY["StateUpdateDate"]),
        {"StateCode": "対応中", "SubStateCode": "対応中", "AssignUserId": "SA1234567"},
    )


def _request(teller: StoryTeller, at: datetime) -> None:
    number = teller.register(
        YAMADA,
        at,
        {
            "TicketProcessType": "2",
            "Title": "アラートの検知理由に関するお問い合わせ",
            "StateCode": "新規",
            "SubStateCode": "未対応",
            "Priority": "中",
            "SupportedGroup": "お客様",
            "AssignUserId": "SA1234567",
            "CorrespondLimitDate": format_date(at + timedelta(days=5)),
            "Urgency": "中",
            "ManagementGroupId": "制限しない",
            "RequestType": "問合せ",
            "RequestSubType": "問合せ(システム)",
            "Category": "カテゴリ1",
            "SubCategory": "サブカテゴリ1",
            "RelatedSystem": "Asystem",
            "RepresentativeCustomerId": "SA0000003",
            "RepresentativeCustomerName": "鈴木 一郎",
            "CustomerDepartment": "情報システム部",
            "CustomerContactInfo": "03-0000-1234",
            "RequestDate": format_date(at - timedelta(minutes=20)),
            "AcceptWay": "電話",
            "RequestContents": "IPアドレス 192.0.2.15 で障害を検知しているが、検知の理由を教えてほしい。",
        },
    )
    teller.update(
        YAMADA,
        number,
        at + timedelta(hours=1),
        {"StateCode": "対応中", "SubStateCode": "対応中", "CorrespondStartDate": format_date(at + timedelta(hours=1))},
        ["お客様へ一次回答を行い、監視設定の確認を開始した。"],
    )


def _servers_incident(teller: StoryTeller, at: datetime) -> None:
    teller.register(
        TAKAHASHI,
        at,
        {
            "TicketProcessType": "1",
            "Title": "app-tokyo-07 ファイルシステム使用率 95% 超過",
            "StateCode": "対応中",
            "SubStateCode": "対応中",
            "Priority": "高",
            "SupportedGroup": "お客様",
            "AssignUserId": "SA0000004",
            "CorrespondLimitDate": format_date(at + timedelta(days=1)),
            "Importance": "中",
            "ManagementGroupId": SERVERS,
            "Category": "その他",
            "Impact": "無",
            "CauseClassification": "調査中",
            "NodeName": "app-tokyo-07",
            "DetectionMessage": "filesystem /var is 95% used",
            "ObstacleDetectionTime": format_date(at - timedelta(minutes=4)),
            "CorrespondProcessList": [
                {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "古いログの圧縮を開始した。"}
            ],
        },
    )
