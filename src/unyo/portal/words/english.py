"""What fixed values, groups of fields and roles are called in English; a service's own values stay as they are."""

from collections.abc import Mapping
from typing import Final

from unyo.uom.english import in_english

VALUES: Final[Mapping[str, str]] = {
    # groups of fields
    "基本情報": "Basics",
    "分類": "Classification",
    "障害情報": "Fault",
    "依頼情報": "Request",
    "対応状況": "Work",
    # fixed values, and those that a new service code begins with
    "未対応": "Open",
    "新規": "New",
    "対応中": "In progress",
    "復旧済み": "Recovered",
    "クローズ承認待ち": "Awaiting approval",
    "差し戻し": "Sent back",
    "クローズ": "Closed",
    "保留": "On hold",
    "お客様": "Customer",
    "SEサポート": "SE support",
    "サポートセンター": "Support center",
    "電話": "Phone",
    "メール": "Mail",
    "ポータル": "Portal",
    "その他": "Other",
    "高": "High",
    "中": "Medium",
    "低": "Low",
    "有": "Yes",
    "無": "No",
    "制限しない": "Not restricted",
    "HW障害": "Hardware fault",
    "アプリ障害": "Application fault",
    "調査中": "Under investigation",
    "性能不足": "Lack of capacity",
    "設定誤り": "Wrong configuration",
    "故障": "Breakdown",
    "問合せ": "Question",
    "問合せ(システム)": "Question (system)",
    "問合せ(その他)": "Question (other)",
    "作業依頼": "Work request",
    "作業依頼(システム)": "Work request (system)",
    "カテゴリ1": "Category 1",
    "カテゴリ2": "Category 2",
    "サブカテゴリ1": "Subcategory 1",
    # roles
    "特権ユーザ": "Owner",
    "管理ユーザ": "Administrator",
    "更新ユーザ": "Updater",
    "参照ユーザ": "Reader",
}


def meaning(japanese: str) -> str:
    """A text of the tables, or a value, in English; the text itself where it has no English."""
    return VALUES.get(japanese) or in_english(japanese)
