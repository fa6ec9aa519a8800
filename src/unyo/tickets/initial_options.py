"""The option lists that a new service code starts with (contract, section 3); its administrators edit them."""

from collections.abc import Iterator, Mapping
from typing import Final

from .directory import Option
from .model import TicketKind

_LEVELS = ("高", "中", "低")
_SUBSTATES = ("未対応", "対応中", "保留", "クローズ")

# By ticket kind and our name of the parameter; a mapping holds each value's dependent values. The
# management groups are not here: their list is 制限しない and the service's groups.
_LISTS: Final[Mapping[TicketKind, Mapping[str, tuple[str, ...]]]] = {
    TicketKind.INCIDENT: {
        "priority": _LEVELS,
        "importance": _LEVELS,
        "urgency": _LEVELS,
        "substate": _SUBSTATES,
        "category": ("HW障害", "アプリ障害", "その他"),
        "impact": ("有", "無"),
        "cause_class": ("調査中", "性能不足", "設定誤り", "故障", "その他"),
    },
    TicketKind.REQUEST: {
        "priority": _LEVELS,
        "importance": _LEVELS,
        "urgency": _LEVELS,
        "substate": _SUBSTATES,
        "category": ("カテゴリ1", "カテゴリ2", "その他"),
        "request_type": ("問合せ", "作業依頼"),
    },
}
_DEPENDENT: Final[Mapping[TicketKind, Mapping[str, Mapping[str, tuple[str, ...]]]]] = {
    TicketKind.INCIDENT: {"subcategory": {"HW障害": ("サブカテゴリ",), "アプリ障害": ("サブカテゴリ",)}},
    TicketKind.REQUEST: {
        "subcategory": {"カテゴリ1": ("サブカテゴリ1",)},
        "request_subtype": {
            "問合せ": ("問合せ(システム)", "問合せ(その他)"),
            "作業依頼": ("作業依頼(システム)",),
        },
    },
}


def initial_options() -> Iterator[Option]:
    """Every value of the lists, in their order, each parent before what depends on it."""
    for kind, lists in _LISTS.items():
        for parameter, values in lists.items():
            yield from (Option(kind, parameter, value) for value in values)
        for parameter, parents in _DEPENDENT[kind].items():
            for parent, values in parents.items():
                yield from (Option(kind, parameter, value, parent) for value in values)
