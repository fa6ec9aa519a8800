"""The vendor page's own sample call, its one slip mended: the second SummaryInsertDate is SummaryUpdateDate."""

from typing import Any, Final

ACTION: Final = "UpdateTicket"
TICKET_ID: Final = "UTM123456"
CONTENT_TYPE: Final = "application/json; charset=utf-8"

BODY: Final[dict[str, Any]] = {
    "ServiceCode": "uom12345678",
    "TicketId": TICKET_ID,
    "MasterID": "SA1234567",
    "TicketProcessType": "1",
    "StateInsertDate": "20221005143629",
    "StateUpdateDate": "20221005163649",
    "SummaryInsertDate": "20221005143630",
    "SummaryUpdateDate": "20221005143630",
    "CorrespondInsertDate": "20221005143630",
    "CorrespondUpdateDate": "",
    "Title": "titleTest",
    "StateCode": "クローズ",
    "SubStateCode": "クローズ",
    "Priority": "中",
    "SupportedGroup": "お客様",
    "AssignUserId": "SA1234567",
    "CorrespondLimitDate": "20220801000000",
    "FinishApprovalUserId": "SA1234567",
    "Importance": "中",
    "Category": "アプリ障害",
    "SubCategory": "",
    "RelatedSystem": "Asystem",
    "RelatedCI": "関連CI",
    "Impact": "無",
    "Influence": "一部顧客",
    "CauseClassification": "性能不足",
    "Cause": "XXのメモリが不足していたため",
    "ObstacleDetectionTime": "20220630132400",
    "FaultRecoveryDate": "20220630132500",
    "NodeName": "NODE_NAME",
    "EventId": "12345",
    "DetectionMessage": "XXのアラートを検知",
    "CorrespondStartDate": "20220630133000",
    "CorrespondFinishDate": "20220630135000",
    "CorrespondProcessList": [
        {
            "CorrespondProcess": "updateTest",
            "CorrespondProcessSeq": "1",
            "CorrespondProcessOperationClass": "1",
        },
        {"CorrespondProcess": "", "CorrespondProcessSeq": "2", "CorrespondProcessOperationClass": "2"},
        {"CorrespondProcess": "addTest", "CorrespondProcessSeq": "", "CorrespondProcessOperationClass": "0"},
    ],
}
