"""A plain model of section 5 in the wire's own names: which refusals of checks 9 to 14 apply, what a call leaves.

A ticket is GetTicketDetail's answer made flat (``watching.flat``), and the highest memo number ever given.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from unyo.cast import CAST, NETWORKS, SERVERS, SERVICE, Actor

from .contract_tables import TICKET_TABLES
from .watching import MEMOS

PEOPLE = {actor.master_id: actor for actor in CAST if actor.service_code == SERVICE}
APPROVAL_STATES = ("クローズ承認待ち", "クローズ")
_LEVELS = "高 中 低"
_LISTS = {
    "1": {
        "Priority": _LEVELS,
        "SubStateCode": "未対応 対応中 保留 クローズ",
        "Importance": _LEVELS,
        "Category": "HW障害 アプリ障害 その他",
        "Impact": "有 無",
        "CauseClassification": "調査中 性能不足 設定誤り 故障 その他",
    },
    "2": {
        "Priority": _LEVELS,
        "SubStateCode": "未対応 対応中 保留 クローズ",
        "Urgency": _LEVELS,
        "RequestType": "問合せ 作業依頼",
        "Category": "カテゴリ1 カテゴリ2 その他",
    },
}
PARENTS = {"SubCategory": "Category", "RequestSubType": "RequestType"}
_CHILDREN = {
    ("1", "SubCategory", "サブカテゴリ", "HW障害"),
    ("1", "SubCategory", "サブカテゴリ", "アプリ障害"),
    ("2", "SubCategory", "サブカテゴリ1", "カテゴリ1"),
    ("2", "RequestSubType", "問合せ(システム)", "問合せ"),
    ("2", "RequestSubType", "問合せ(その他)", "問合せ"),
    ("2", "RequestSubType", "作業依頼(システム)", "作業依頼"),
}
OFFERED = frozenset(
    {(kind, name, value, "") for kind, lists in _LISTS.items() for name in lists for value in lists[name].split()}
    | {(kind, "ManagementGroupId", value, "") for kind in "12" for value in ("制限しない", SERVERS, NETWORKS)}
    | _CHILDREN
)
"""The option lists of the demonstration's service (section 3): type, parameter, value, parent."""

SECTIONS = {
    kind: {row.name: row.section for row in TICKET_TABLES["UpdateTicket", kind] if row.section} for kind in "12"
}
"""The section of each value of a kind of ticket."""
LOCKS = {kind: [row.name for row in TICKET_TABLES["UpdateTicket", kind] if row.kind == "lock"] for kind in "12"}
_OPTION_NAMES = {
    kind: {row.name for row in TICKET_TABLES["UpdateTicket", kind] if row.kind == "list"} - set(PARENTS)
    for kind in "12"
}
_ACCOUNTS = ("AssignUserId", "RepresentativeCustomerId")


@dataclass(frozen=True)
class Refused:
    """A refusal: the check that it stands for, its name in the contract's errors.yaml, the fields at fault."""

    check: str
    error: str
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """A ticket as it stands."""

    detail: Mapping[str, Any]
    last_memo: int = 0

    @property
    def kind(self) -> str:
        return str(self.detail["TicketProcessType"])

    @property
    def memos(self) -> dict[int, Any]:
        start = f"{MEMOS}."
        return {int(name.removeprefix(start)): memo for name, memo in self.detail.items() if name.startswith(start)}


@dataclass(frozen=True)
class Rules:
    """The people of a service and its option lists."""

    people: Mapping[str, Actor] = field(default_factory=lambda: PEOPLE)
    offered: Collection[tuple[str, str, str, str]] = OFFERED

    def refusals(self, known: Known | None, body: Mapping[str, Any], actor: Actor) -> list[Refused]:
        """Every refusal that applies to an update or, without a TicketId, a registration; in the contract's order."""
        if "TicketId" in body:
            if known is None or not may_see(actor, known.detail["ManagementGroupId"]):
                return [Refused("9 ticket", "no ticket")]
            if body["TicketProcessType"] != known.kind:
                return [Refused("9 type", "wrong", frozenset({"TicketProcessType"}))]
        before = known.detail if known else blank(body["TicketProcessType"])
        after = _values(before, body)
        wrong = frozenset({*self._wrong_options(before, after, body), *self._wrong_accounts(before, after, body)})
        unknown = frozenset(_unknown_memos(known or Known(before), body))
        stale = any(body[name] != before[name] for name in LOCKS[body["TicketProcessType"]] if "TicketId" in body)
        closes = "クローズ" == after["StateCode"] != before["StateCode"]
        return [
            *([Refused("10", "wrong", wrong)] if wrong else []),
            *_across_fields(before, after, body),
            *([Refused("12", "conflict")] if stale else []),
            *([Refused("13", "wrong", unknown)] if unknown else []),
            *([Refused("14", "no right to close")] if closes and not actor.may_approve else []),
        ]

    def _wrong_options(
        self, before: Mapping[str, str], after: Mapping[str, str], body: Mapping[str, Any]
    ) -> Iterator[str]:
        kind = body["TicketProcessType"]
        listed = {(name, value, parent) for of, name, value, parent in self.offered if of == kind}
        for name in SECTIONS[kind]:
            if name in PARENTS:
                pairs = [(values[PARENTS[name]], values[name]) for values in (before, after)]
                is_judged = pairs[0] != pairs[1] and after[name] != ""
            else:
                is_judged = name in _OPTION_NAMES[kind] and after[name] not in {"", before[name]}
            if is_judged and (name, after[name], after.get(PARENTS.get(name, ""), "")) not in listed:
                yield name

    def _wrong_accounts(
        self, before: Mapping[str, str], after: Mapping[str, str], body: Mapping[str, Any]
    ) -> Iterator[str]:
        for name in _ACCOUNTS:
            if after.get(name, "") not in {"", before.get(name, ""), *self.people}:
                yield name
        approver = body.get("FinishApprovalUserId", "")
        is_kept = approver == before["FinishApprovalUserId"] and not _enters(before, after)
        has_right = approver in self.people and self.people[approver].may_approve
        if approver and not has_right and not is_kept:
            yield "FinishApprovalUserId"


def may_see(actor: Actor, group: str) -> bool:
    """Whether a ticket of that management group is shown (section 7)."""
    return not actor.groups or group in {"", "制限しない", *actor.groups}


def blank(kind: str) -> dict[str, Any]:
    """A ticket in which nothing was ever set."""
    names = ("TicketId", "MasterTicketId", "AssignUser", *SECTIONS[kind], *LOCKS[kind])
    return {**dict.fromkeys(names, ""), "TicketProcessType": kind}


def registered(body: Mapping[str, Any], ticket_id: str, actor: Actor, now: str) -> Known:
    """The ticket that a registration leaves."""
    dates = {name: now for name in LOCKS[body["TicketProcessType"]] if "Insert" in name}
    before = Known({**blank(body["TicketProcessType"]), **dates, "TicketId": ticket_id})
    memos, last, _ = _applied(before, body, actor, now)
    return Known({**before.detail, **_values(before.detail, body), **memos}, last)


def updated(known: Known, body: Mapping[str, Any], actor: Actor, now: str) -> Known:
    """The ticket that a permitted update leaves."""
    before, sections = known.detail, SECTIONS[known.kind]
    values = _values(before, body)
    memos, last, is_memo_changed = _applied(known, body, actor, later(before, "Correspond", now))
    moved = {section for name, section in sections.items() if values[name] != before[name]}
    moved |= {"Correspond"} if is_memo_changed else set()
    dates = {f"{section}UpdateDate": later(before, section, now) for section in moved}
    kept = {name: value for name, value in before.items() if not name.startswith(f"{MEMOS}.")}
    return Known({**kept, **values, **dates, **memos}, last)


def later(before: Mapping[str, str], section: str, now: str) -> str:
    """The update date of a section that changes now: strictly later than the one it has."""
    previous = before[f"{section}UpdateDate"]
    return max(now, _next_second(previous) if previous else before[f"{section}InsertDate"])


def _next_second(date: str) -> str:
    moment = datetime.strptime(date, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the wire's dates have no zone
    return (moment + timedelta(seconds=1)).strftime("%Y%m%d%H%M%S")


def _values(before: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, str]:
    """The values as they result: absent ones stay, empty ones are cleared, the approver leaves with its state."""
    after = {name: body.get(name, before[name]) for name in SECTIONS[body["TicketProcessType"]]}
    if after["StateCode"] not in APPROVAL_STATES and "FinishApprovalUserId" not in body:
        after["FinishApprovalUserId"] = ""
    assignee = PEOPLE.get(after["AssignUserId"])
    return {**after, "AssignUser": assignee.name if assignee else after["AssignUserId"]}


def _enters(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return after["StateCode"] in APPROVAL_STATES and after["StateCode"] != before["StateCode"]


def _across_fields(before: Mapping[str, str], after: Mapping[str, str], body: Mapping[str, Any]) -> Iterator[Refused]:
    approver, needs = body.get("FinishApprovalUserId"), after["StateCode"] in APPROVAL_STATES
    if needs and (approver == "" or (_enters(before, after) and not approver)):
        yield Refused("11 approver needed", "approver needed")
    if not needs and approver:
        yield Refused("11 approver not allowed", "approver not allowed")
    if after["StateCode"] != "クローズ" and not after["SupportedGroup"]:
        yield Refused("11 group", "group needed")


def _unknown_memos(known: Known, body: Mapping[str, Any]) -> Iterator[str]:
    there, last = set(known.memos), known.last_memo
    for position, operation in enumerate(body.get(MEMOS, ()), 1):
        if operation["CorrespondProcessOperationClass"] == "0":
            last += 1
            there.add(last)
        elif int(operation["CorrespondProcessSeq"]) not in there:
            yield f"{MEMOS}.{position}.CorrespondProcessSeq"


def _applied(known: Known, body: Mapping[str, Any], actor: Actor, when: str) -> tuple[dict[str, Any], int, bool]:
    """The memos after the operations, the highest number given, and whether any of them did something."""
    memos, last, did = known.memos, known.last_memo, False
    for operation in body.get(MEMOS, ()):
        how, text = operation["CorrespondProcessOperationClass"], operation.get("CorrespondProcess", "")
        number = last + 1 if how == "0" else int(operation["CorrespondProcessSeq"])
        if how == "0":
            memos[number], last, did = [text, actor.master_id, when, ""], number, True
        elif how == "2":
            did = bool(memos.pop(number))
        elif memos[number][0] != text:
            memos[number], did = [text, *memos[number][1:3], when], True
    return {f"{MEMOS}.{number}": memo for number, memo in memos.items()}, last, did
