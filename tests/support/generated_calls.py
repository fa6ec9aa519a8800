"""Calls as hypothesis draws them: any well-formed ones, or only such as section 5 permits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from unyo.cast import YAMADA, Actor
from unyo.tickets.model import Ticket

from .desks import NO_PARAMETERS, who
from .generated import (
    DATES,
    GONE,
    NEVER_EMPTY,
    NEW,
    REGISTERED,
    ROWS,
    Draw,
    fit_children,
    known_of,
    memo_operations,
    some_optional_rows,
    some_values,
    tickets,
    values_of,
)
from .model import APPROVAL_STATES, LOCKS, OFFERED, PARENTS, PEOPLE, SECTIONS, Known, Rules, blank
from .watching import MEMOS

MOMENTS = st.sampled_from((-86400.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3600.0)).map(lambda s: REGISTERED + timedelta(seconds=s))
_SORTED = sorted(OFFERED)
_MOSTLY = st.sampled_from((True, True, False))
_NO_APPROVER = st.sampled_from([{}, {"FinishApprovalUserId": ""}])
# What some of the calls are about: the approver, closing, reopening.
_CLOSING = {"StateCode": "クローズ", "FinishApprovalUserId": YAMADA.master_id}
_AIMS = st.sampled_from(
    [
        *[{}] * 4,
        *[{"FinishApprovalUserId": each} for each in ("", GONE, *PEOPLE)],
        *[_CLOSING] * 4,
        *[{"StateCode": "クローズ"}] * 3,
        *[{"StateCode": "対応中", "FinishApprovalUserId": approver} for approver in ("", YAMADA.master_id) * 2],
        {"StateCode": "対応中", "FinishApprovalUserId": YAMADA.master_id, "SupportedGroup": ""},
        {"StateCode": "クローズ承認待ち", "FinishApprovalUserId": ""},
        {"SupportedGroup": "", "FinishApprovalUserId": ""},
    ]
)
# A lock date that is altered, memo numbers that may not be there.
_FAULTS = st.sampled_from(
    [("", ())] * 8
    + [(name, strange) for name in ("StateInsert", "SummaryUpdate", "CorrespondUpdate") for strange in ((), (8, 9))]
    + [("", (8, 9))] * 8
)


@dataclass(frozen=True)
class Situation:
    """A call, and all that it is judged by."""

    ticket: Ticket | None
    body: Mapping[str, Any]
    actor: Actor
    rules: Rules
    now: datetime


@st.composite
def permitted_updates(draw: Draw, known: Known) -> dict[str, Any]:
    """An update by someone with every right, with the right dates, that no rule refuses."""
    kind, before = known.kind, known.detail
    body = _filled(kind, {**_echo(known), **draw(some_values(kind))})
    for name in draw(some_optional_rows(kind)):
        del body[name]
    after = {**before, **body}
    if after["StateCode"] not in APPROVAL_STATES:
        body.pop("FinishApprovalUserId", None)
        body |= draw(_NO_APPROVER)
    elif (
        after["StateCode"] != before["StateCode"] or body.get("FinishApprovalUserId") != before["FinishApprovalUserId"]
    ):
        body["FinishApprovalUserId"] = YAMADA.master_id
    if after["StateCode"] != "クローズ" and not after["SupportedGroup"]:
        body["SupportedGroup"] = "お客様"
    fit_children(kind, after, body)
    body[MEMOS] = draw(memo_operations(frozenset(known.memos)))
    return {**who(YAMADA), **body}


@st.composite
def updates(draw: Draw, known: Known) -> dict[str, Any]:
    """Any well-formed update of a ticket, of the wrong type too; most have no fault, or one."""
    kind = draw(st.sampled_from([known.kind] * 12 + ["1", "2"]))
    start = _echo(known) if kind == known.kind else {**blank(kind), "TicketId": known.detail["TicketId"]}
    body = _filled(kind, {**start, **draw(some_values(kind, known_only=draw(_MOSTLY)))})
    body |= draw(_AIMS)
    for name in draw(some_optional_rows(kind)):
        del body[name]
    if draw(st.booleans()):
        fit_children(kind, {**blank(kind), **known.detail, **body}, body)
    stale, strange = draw(_FAULTS)
    if stale:
        body[f"{stale}Date"] = draw(st.sampled_from(("", *DATES)))
    body[MEMOS] = draw(memo_operations(frozenset({*known.memos, *strange})))
    return body


@st.composite
def situations(draw: Draw) -> Situation:
    """A ticket, an update of it, and who sends it, when, in a service whose lists have lost some values."""
    ticket = draw(tickets(known_only=False))
    retired = draw(st.sets(st.sampled_from(_SORTED), max_size=4))
    parents = {(kind, name, value) for kind, name, value, _ in retired}
    offered = {
        (kind, name, value, parent)
        for kind, name, value, parent in OFFERED - retired
        if (kind, PARENTS.get(name), parent) not in parents
    }
    body, actor = draw(updates(known_of(ticket))), draw(st.sampled_from([*PEOPLE.values()]))
    there = draw(st.sampled_from([ticket] * 15 + [None]))
    return Situation(there, {**body, **who(actor)}, actor, Rules(offered=offered), draw(MOMENTS))


@st.composite
def permitted(draw: Draw) -> Situation:
    """A ticket and an update of it that no rule refuses."""
    ticket = draw(tickets())
    return Situation(ticket, draw(permitted_updates(known_of(ticket))), YAMADA, Rules(), draw(MOMENTS))


@st.composite
def registrations(draw: Draw, *, known_only: bool = True) -> Situation:
    """A well-formed registration; with known values only, one that no rule refuses."""
    kind = draw(st.sampled_from("12"))
    values = draw(some_values(kind, known_only=known_only, may_be_empty=False))
    if kind == "1":
        values.pop("SupportedGroup", None)
    body = {"TicketProcessType": kind, **NEW[kind], **values, MEMOS: draw(memo_operations(frozenset()))}
    actor = YAMADA if known_only else draw(st.sampled_from([*PEOPLE.values()]))
    if known_only:
        body["FinishApprovalUserId"] = YAMADA.master_id if body["StateCode"] in APPROVAL_STATES else ""
        fit_children(kind, {**blank(kind), **body}, body)
    else:
        body |= draw(_AIMS)
    return Situation(None, {**body, **who(actor)}, actor, Rules(), draw(MOMENTS))


def echo(known: Known) -> dict[str, Any]:
    """What was read of a ticket, sent back by someone with every right."""
    return {**who(YAMADA), **_echo(known), MEMOS: []}


def complete(known: Known) -> dict[str, Any]:
    """The same, with what a registration left out and an update requires."""
    return {**echo(known), **_filled(known.kind, _echo(known))}


def _echo(known: Known) -> dict[str, Any]:
    names = ("TicketId", "TicketProcessType", *SECTIONS[known.kind], *LOCKS[known.kind])
    return {name: known.detail[name] for name in names}


def _filled(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with the first value there is where it may not be empty; only what an update takes."""
    firsts = {row.name: values_of(kind, row)[1] for row in ROWS[kind] if row.mark == "R" or row.name in NEVER_EMPTY}
    return {name: value or firsts.get(name, "") for name, value in body.items() if name not in NO_PARAMETERS}
