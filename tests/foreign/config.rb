##
## 個別設定
##

# API のキー設定
IIJAPI_ACCESS_KEY = "1234567890ABCDEFGHIJ"
IIJAPI_SECRET_KEY = "1234567890ABCDEFGHIJabcdefghijklmnopqr+1"

##
## API の基本設定
##

# API の ENDPOINT 設定
IIJAPI_ENDPOINT = https://uom.api.iij.jp
IIJAPI_SSL_NO_VERIFY = true

# API バージョンの設定
APIVERSION = "20221221"

# Content-Type の設定
CONTENTTYPEVALUE = "application/json; charset=utf-8"

# チケット更新
# 以下の内容は、適宜修正してください。
METHOD = "POST"
ACTION = "UpdateTicket"
PARAMS = '{
	"ServiceCode" : "uom12345678",
	"TicketId":"UTM123456",
	"MasterID":"SA1234567",
	"TicketProcessType":"1",
	"StateInsertDate":"20221005143629",
	"StateUpdateDate":"20221005163649",
	"SummaryInsertDate":"20221005143630",
	"SummaryInsertDate":"20221005143630",
	"CorrespondInsertDate":"20221005143630",
	"CorrespondUpdateDate":"",
	"Title":"titleTest",
	"StateCode":"クローズ",
	"SubStateCode":"クローズ",
	"Priority":"中",
	"SupportedGroup":"お客様",
	"AssignUserId":"SA1234567",
	"CorrespondLimitDate":"20220801000000",
	"FinishApprovalUserId":"SA1234567",
	"Importance":"中",
	"Category":"アプリ障害",
	"SubCategory":"",
	"RelatedSystem":"Asystem",
	"RelatedCI":"関連CI",
	"Impact":"無",
	"Influence":"一部顧客",
	"CauseClassification":"性能不足",
	"Cause":"XXのメモリが不足していたため",
	"ObstacleDetectionTime":"20220630132400",
	"FaultRecoveryDate":"20220630132500",
	"NodeName":"NODE_NAME",
	"EventId":"12345",
	"DetectionMessage":"XXのアラートを検知",
	"CorrespondStartDate":"20220630133000",
	"CorrespondFinishDate":"20220630135000",
	"CorrespondProcessList":[{"CorrespondProcess":"updateTest",
			"CorrespondProcessSeq":"1",
			"CorrespondProcessOperationClass":"1"},
			{"CorrespondProcess":"",
			"CorrespondProcessSeq":"2",
			"CorrespondProcessOperationClass":"2"},
			{"CorrespondProcess":"addTest",
			"CorrespondProcessSeq":"",
			"CorrespondProcessOperationClass":"0"}]
}'
