"""The fixed choices of the parameter tables, with names to write them by."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """ステータス. An incident begins with OPEN, a request with NEW; RECOVERED is an incident's only."""

    OPEN = "未対応"
    NEW = "新規"
    IN_PROGRESS = "対応中"
    RECOVERED = "復旧済み"
    AWAITING_APPROVAL = "クローズ承認待ち"
    SENT_BACK = "差し戻し"
    CLOSED = "クローズ"


class SupportedGroup(StrEnum):
    """担当グループ."""

    CUSTOMER = "お客様"
    SE_SUPPORT = "SEサポート"
    SUPPORT_CENTER = "サポートセンター"


class Way(StrEnum):
    """受付手段, 対応手段."""

    PHONE = "電話"
    MAIL = "メール"
    PORTAL = "ポータル"
    OTHER = "その他"


ENUMS: Final[Mapping[str, type[StrEnum]]] = {
    "state": State,
    "supported_group": SupportedGroup,
    "accept_way": Way,
    "respond_way": Way,
}
"""The choices of each field that has a fixed enumeration, by our name of the field."""
CHOICES: Final = {(key, each.value): each for key, enum in ENUMS.items() for each in enum}
