"""GetTicketList against a plain Python list of the same tickets: any filters, words, order, page size and reader."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.contract_tables import GROUPS, STATES
from support.desks import LOCK_DATES, NEW_INCIDENT, NEW_REQUEST, DeskUnderTest, who
from support.directories import change_directory
from support.generated import Draw
from support.model import OFFERED, PEOPLE, may_see
from support.watching import MEMOS, assert_agrees
from unyo.cast import NETWORKS, SERVERS, SERVICE, SUZUKI, TAKAHASHI, TANAKA, YAMADA, Actor
from unyo.services.cursors import CursorSealer
from unyo.services.ports import Caller
from unyo.services.reads import ListShown, Reads
from unyo.services.watcher import together
from unyo.storage.reading.readers import SqlReader
from unyo.tickets.commands import ListTickets
from unyo.tickets.dates import JAPAN, format_date
from unyo.uom.actions import ACTIONS

MODEST = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(MODEST, max_examples=12)
TICKETS = 60
SEARCHED = ("Title", "Cause", "DetectionMessage", "RequestContents", "RespondContents")
WORDS = ("通知", "CPU", "メモリ", "95%", "_", "a\\b", "'", "復旧")
# The request tickets' list has lost this priority; those that hold it keep it.
RETIRED = {"kind": "2", "parameter": "priority", "value": "低"}
PRIORITIES = {"1": ["高", "中", "低"], "2": ["高", "中"]}
EMPTY = ""
FILTERS = {
    "TicketProcessType": ("1", "2"),
    "StateCode": tuple(dict.fromkeys(STATES["1"] + STATES["2"])),
    "Priority": ("高", "中", "低", "なし"),
    "SupportedGroup": GROUPS,
    "AssignUserId": (*PEOPLE, "SA9999999"),
    "ManagementGroupId": ("制限しない", SERVERS, NETWORKS, "なし"),
    "Category": tuple(sorted({value for _, name, value, _ in OFFERED if name == "Category"})),
}


@dataclass
class Shelf:
    """A desk with its tickets, as GetTicketDetail shows them to one who sees them all."""

    desk: DeskUnderTest
    details: dict[str, Mapping[str, Any]]

    def pages(self, query: Mapping[str, str], actor: Actor) -> Iterator[dict[str, Any]]:
        """The answers of a list, each got with the cursor of the one before."""
        cursor = ""
        while True:
            answer = self.desk.call("GetTicketList", {**who(actor), **query, "Cursor": cursor}, actor=actor)
            assert answer.error is None, answer.envelope
            yield answer.body
            cursor = answer.body["NextCursor"]
            if not cursor:
                return

    def change(self, ticket_id: str, **changes: Any) -> None:
        """Update a ticket; what its registration left out and an update requires is filled in."""
        detail = self.desk.detail(ticket_id)
        needed = {
            "AssignUserId": YAMADA.master_id,
            "CorrespondLimitDate": "20260403000000",
            "CauseClassification": "故障",
        }
        filled: dict[str, Any] = {name: detail[name] or value for name, value in needed.items() if name in detail}
        answer = self.desk.update(ticket_id, **filled, **changes)
        assert answer.error is None, answer.envelope
        self.details[ticket_id] = self.desk.detail(ticket_id)


def fill(desk: DeskUnderTest) -> Shelf:
    """Register and update tickets of every sort, some at the same second."""
    shelf = Shelf(desk, {})
    for number in range(TICKETS):
        is_request = number % 3 == 2
        states = STATES["2" if is_request else "1"]
        state = states[number % len(states)]
        new = {
            **(NEW_REQUEST if is_request else NEW_INCIDENT),
            "Title": f"{WORDS[number % 8]} {WORDS[number * 3 % 7]}",
            "StateCode": state,
            "FinishApprovalUserId": YAMADA.master_id if state.startswith("クローズ") else "",
            "Priority": "高中低"[number * 5 % 7 % 3],
            "ManagementGroupId": ("制限しない", SERVERS, "制限しない", NETWORKS)[number % 4],
            "CorrespondLimitDate": f"2026040{1 + number % 5}000000" if number % 6 else "",
            "AssignUserId": (*PEOPLE, "")[number % 6],
            "Category": (["カテゴリ1", "カテゴリ2"] if is_request else ["HW障害", "その他"])[number % 2],
        }
        if is_request:
            new |= {"SupportedGroup": GROUPS[number % 3], "RequestContents": WORDS[number % 5]}
        if number % 5 == 0:
            new[MEMOS] = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": WORDS[number % 7]}]
        shelf.details[desk.register(new)] = {}
        desk.clock.move(seconds=number % 3)
    change_directory(desk, "retire_option", {"service_code": SERVICE, **RETIRED})
    listed = desk.call("GetTicketList", {**who(YAMADA), "Limit": "200"}).body["TicketList"]
    shelf.details = {entry["TicketId"]: desk.detail(entry["TicketId"]) for entry in listed}
    for number, ticket_id in enumerate(shelf.details):
        if number % 4 == 0:
            shelf.change(ticket_id, Title=f"{WORDS[number % 8]} 更新")
            desk.clock.move(seconds=number % 2)
    return shelf


@pytest.fixture(scope="module")
def shelf(shared_desk: DeskUnderTest) -> Shelf:
    return fill(shared_desk)


def matches(detail: Mapping[str, Any], query: Mapping[str, str], actor: Actor) -> bool:
    """Whether a list that asks so holds the ticket."""
    texts = [detail.get(name, "") for name in SEARCHED] + [memo["CorrespondProcess"] for memo in detail[MEMOS]]
    return (
        may_see(actor, detail["ManagementGroupId"])
        and all(detail[name] in query[name].split(",") for name in FILTERS if query.get(name))
        and query.get("DateFrom", "") <= detail["StateInsertDate"] <= query.get("DateTo", "9")
        and all(any(word in text for text in texts) for word in re.split("[ \u3000]+", query.get("Keyword", "")))
    )


def in_order(details: Iterable[Mapping[str, Any]], query: Mapping[str, str]) -> list[str]:
    """The IDs in the order that was asked for: what has no value to sort by stands last, ties go by the number."""
    is_descending = query.get("SortOrder", "2") == "2"
    ranked = sorted(
        ((sort_value(detail, query.get("SortObject", "3")), int(detail["TicketId"][3:])) for detail in details),
        reverse=is_descending,
    )
    ranked = [each for each in ranked if each[0] != EMPTY] + [each for each in ranked if each[0] == EMPTY]
    return [f"UTM{number}" for _, number in ranked]


def sort_value(detail: Mapping[str, Any], sort: str) -> str:
    """What is sorted by, beside the number; each as a text that sorts as it does."""
    match sort:
        case "1":
            return "the same"
        case "2":
            return str(detail["StateInsertDate"])
        case "3":
            return max(str(detail.get(name, "")) for name in LOCK_DATES)
        case "4":
            return str(detail["CorrespondLimitDate"])
        case _:
            listed = PRIORITIES[detail["TicketProcessType"]]
            return str(listed.index(detail["Priority"])) if detail["Priority"] in listed else EMPTY


ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "SortObject": st.sampled_from("12345"),
        "SortOrder": st.sampled_from("12"),
        "Limit": st.sampled_from(("4", "7", "13", "60", "200")),
    },
)


@st.composite
def queries(draw: Draw) -> dict[str, str]:
    """A query with few filters, so that most find something."""
    query = dict(draw(ORDERS))
    names = [*FILTERS, *("Keyword", "DateFrom", "DateTo") * 3]
    for name in draw(st.lists(st.sampled_from(names), max_size=2).map(dict.fromkeys)):
        if name == "Keyword":
            words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2))
            query[name] = draw(st.sampled_from((" ", "\u3000", " \u3000 "))).join(words)
        elif name.startswith("Date"):
            query[name] = f"202604010900{draw(st.integers(0, 59)):02}"
        else:
            query[name] = ",".join(draw(st.lists(st.sampled_from(FILTERS[name]), min_size=1, max_size=4)))
    return query


@given(query=queries(), actor=st.sampled_from([*PEOPLE.values()]))
@MODEST
def test_the_pages_of_a_list_are_what_a_plain_list_of_the_tickets_holds(
    shelf: Shelf, query: dict[str, str], actor: Actor
) -> None:
    found = [detail for detail in shelf.details.values() if matches(detail, query, actor)]
    pages = list(shelf.pages(query, actor))
    listed = [entry for page in pages for entry in page["TicketList"]]
    assert [entry["TicketId"] for entry in listed] == in_order(found, query)
    assert {page["TotalCount"] for page in pages} == {str(len(found))}
    assert all(len(page["TicketList"]) == int(query.get("Limit", "50")) for page in pages[:-1])
    for entry in listed:
        assert_agrees(entry, shelf.details[entry["TicketId"]])


@pytest.mark.parametrize("actor", [TAKAHASHI, TANAKA, SUZUKI], ids=lambda actor: actor.master_id)
def test_a_list_holds_exactly_the_tickets_whose_detail_its_reader_may_see(shelf: Shelf, actor: Actor) -> None:
    listed = {entry["TicketId"] for page in shelf.pages({}, actor) for entry in page["TicketList"]}
    asked = {
        ticket_id: shelf.desk.call("GetTicketDetail", {**who(actor), "TicketId": ticket_id}, actor=actor).error_type
        for ticket_id in shelf.details
    }
    assert {ticket_id: "" if ticket_id in listed else "NO_TICKET_ID" for ticket_id in asked} == asked
    assert (len(listed) < len(asked)) is bool(actor.groups)


@given(query=ORDERS, data=st.data())
@FEW
def test_tickets_that_nobody_touches_are_listed_once_while_others_are_updated_between_pages(
    shelf: Shelf, query: dict[str, str], data: st.DataObject
) -> None:
    touched: list[str] = []
    listed: list[str] = []
    for page in shelf.pages({"Limit": "13", **query}, YAMADA):
        listed += [entry["TicketId"] for entry in page["TicketList"]]
        if len(touched) < 8:
            touched.append(data.draw(st.sampled_from(sorted(shelf.details))))
            shelf.desk.clock.move(seconds=1)
            priority = data.draw(st.sampled_from(("高", "中")))
            shelf.change(touched[-1], Title=f"{len(touched)} 更新中", Priority=priority)
    rest = [ticket_id for ticket_id in listed if ticket_id not in touched]
    assert sorted(rest) == sorted(set(shelf.details) - set(touched))
    if query.get("SortObject") == "1":
        # The number never changes, so that nothing is repeated or passed over.
        assert listed == in_order(shelf.details.values(), query)


@given(
    query=queries(),
    actor=st.sampled_from([*PEOPLE.values()]),
    approvers=st.lists(st.sampled_from(("", YAMADA.master_id, SUZUKI.master_id)), unique=True),
    overdue=st.none() | st.datetimes(datetime(2026, 3, 31), datetime(2026, 4, 7), timezones=st.just(JAPAN)),  # noqa: DTZ001 - its bounds have none
)
@MODEST
def test_lists_of_people_are_the_same_forwards_and_back_and_hold_what_a_plain_list_holds(
    shelf: Shelf, query: dict[str, str], actor: Actor, approvers: list[str], overdue: datetime | None
) -> None:
    command = ACTIONS["GetTicketList"].read({**who(actor), **query})
    assert isinstance(command, ListTickets), command
    asked = {**command.filters, **({"approver": tuple(approvers)} if approvers else {})}
    command = replace(command, filters=asked, overdue_at=overdue)
    found = [
        detail
        for detail in shelf.details.values()
        if matches(detail, query, actor)
        and (not approvers or detail["FinishApprovalUserId"] in approvers)
        and (overdue is None or is_overdue(detail, overdue))
    ]
    on = list(walk(shelf.desk, command, actor))
    assert [row.ticket_id for shown in on for row in shown.page.rows] == in_order(found, query)
    if overdue:
        assert all(row.is_overdue(overdue) for shown in on for row in shown.page.rows)
    last = replace(command, cursor=on[-1].previous_cursor, backwards=True)
    back = list(walk(shelf.desk, last, actor)) if last.cursor else []
    assert [shown.page.rows for shown in reversed(back)] == [shown.page.rows for shown in on[:-1]]
    assert all(shown.next_cursor for shown in back)


def is_overdue(detail: Mapping[str, Any], now: datetime) -> bool:
    """Whether the ticket should be closed by now."""
    due = detail["CorrespondLimitDate"]
    has_passed = due < format_date(now) or (due == format_date(now) and now.microsecond > 0)
    return due != EMPTY and has_passed and detail["StateCode"] != "クローズ"


def walk(desk: DeskUnderTest, command: ListTickets, actor: Actor) -> Iterator[ListShown]:
    """The pages of a list on from its cursor, or back from there."""
    reads = Reads(SqlReader(desk.desk.engines.reading, desk.desk.directory, together([])), CursorSealer(b"a secret"))
    while True:
        shown = reads.list_tickets(Caller(actor.master_id), command)
        assert isinstance(shown, ListShown), shown
        yield shown
        cursor = shown.previous_cursor if command.backwards else shown.next_cursor
        if not cursor:
            return
        command = replace(command, cursor=cursor)
