"""What an engineer does with a client, over real HTTP, with both clients, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from support.clients import Clients
from support.desks import DeskUnderTest
from unyo.cast import ITO, SATO, YAMADA
from unyo.client import (
    AddMemo,
    DeleteMemo,
    EditMemo,
    FieldChange,
    Incident,
    NoRolesToClose,
    NoTicketId,
    ParameterError,
    Request,
    State,
    SupportedGroup,
    TicketKind,
    Way,
)

LIMIT = datetime(2026, 12, 24, 12, tzinfo=UTC)


def test_an_incident_from_its_registration_to_its_close(
    clients: Clients, desk_of_today: tuple[DeskUnderTest, str]
) -> None:
    _, url = desk_of_today
    sato, yamada = clients(actor=SATO, endpoint=url), clients(actor=YAMADA, endpoint=url)
    ticket = sato.tickets.register(
        "incident",
        title="ディスク使用率",
        state=State.OPEN,
        substate="未対応",
        priority="高",
        supported_group=SupportedGroup.CUSTOMER,
        importance="高",
        management_group="制限しない",
        memos=["検知した", "調べ始めた"],
    )
    assert isinstance(ticket, Incident)
    assert (ticket.state, ticket.supported_group) == (State.OPEN, SupportedGroup.CUSTOMER)
    assert [(memo.number, memo.text, memo.author) for memo in ticket.memos] == [
        (1, "検知した", SATO.master_id),
        (2, "調べ始めた", SATO.master_id),
    ]

    ticket.assignee, ticket.cause_class = SATO.master_id, "調査中"
    ticket.limit_date = LIMIT.astimezone()
    assert sato.tickets.update(ticket, state=State.IN_PROGRESS) is ticket
    assert (ticket.limit_date, ticket.assignee_name, ticket.changes) == (LIMIT, SATO.name, {})
    assert ticket.updated_at is not None
    assert timedelta() <= ticket.updated_at - datetime.now(UTC) + timedelta(minutes=1) < timedelta(minutes=2)

    sato.tickets.memo.edit(ticket, 1, "監視が検知した")
    sato.tickets.memo.delete(ticket, 2)
    sato.tickets.memo.add(ticket, "原因が分かった")
    assert [(memo.number, memo.text) for memo in ticket.memos] == [(1, "監視が検知した"), (3, "原因が分かった")]

    sato.tickets.request_close(ticket, YAMADA.master_id)
    assert (ticket.state, ticket.approver) == (State.AWAITING_APPROVAL, YAMADA.master_id)
    back = yamada.tickets.send_back(ticket.ticket_id, "手順が書かれていない")
    assert (back.state, back.approver, back.memos[-1].text) == (State.SENT_BACK, "", "手順が書かれていない")
    again = sato.tickets.request_close(ticket.ticket_id, YAMADA.master_id)
    with pytest.raises(NoRolesToClose):
        sato.tickets.approve(again.ticket_id)
    with pytest.raises(NoRolesToClose):
        sato.tickets.update(again.ticket_id, state=State.CLOSED, approver=SATO.master_id)
    assert yamada.tickets.approve(again.ticket_id).state == State.CLOSED

    entries = list(yamada.tickets.history(ticket.ticket_id))
    assert [entry.user_id for entry in entries[:2]] == [YAMADA.master_id, SATO.master_id]
    assert FieldChange("state", "クローズ承認待ち", "クローズ") in entries[0].changes
    assert FieldChange("memos.1", "検知した", "監視が検知した") in entries[-3].changes
    assert all(entry.at.tzinfo for entry in entries)
    assert list(yamada.tickets.history(again)) == entries


def test_a_request_has_fields_of_its_own(clients: Clients, desk_of_today: tuple[DeskUnderTest, str]) -> None:
    client = clients(endpoint=desk_of_today[1])
    ticket = client.tickets.register(
        "request",
        title="ログの取得依頼",
        state=State.NEW,
        substate="未対応",
        priority="中",
        supported_group=SupportedGroup.CUSTOMER,
        category="カテゴリ1",
        accept_way=Way.PHONE,
        requested_at=LIMIT,
    )
    assert isinstance(ticket, Request)
    assert (ticket.accept_way, ticket.requested_at, ticket.memos) == (Way.PHONE, LIMIT, ())
    client.tickets.update(ticket, limit_date=LIMIT, respond_way="メール", requested_at=None)
    assert (ticket.respond_way, ticket.requested_at) == (Way.MAIL, None)
    with pytest.raises(AttributeError, match="has no field cause"):
        client.tickets.update(ticket, cause="x")


def test_a_list_is_read_over_its_pages(clients: Clients, desk_of_today: tuple[DeskUnderTest, str]) -> None:
    client = clients(endpoint=desk_of_today[1])
    every = list(client.tickets.list(sort="ticket_id", descending=False))
    assert [each.ticket_id for each in every] == ["UTM123456", "UTM123457", "UTM123458"]
    assert list(client.tickets.list(sort="ticket_id", descending=False, page_size=1)) == every
    assert list(client.tickets.list(keyword="ない言葉")) == []
    assert {each.kind for each in client.tickets.list(kind="incident")} == {TicketKind.INCIDENT}
    assert {each.state for each in client.tickets.list(state=[State.OPEN, State.NEW])} <= {State.OPEN, State.NEW}
    first = every[0]
    assert first.registered_at is not None
    since = list(client.tickets.list(date_from=first.registered_at, date_to=first.registered_at))
    assert first in since


def test_options_are_those_of_the_service(clients: Clients, desk_of_today: tuple[DeskUnderTest, str]) -> None:
    client = clients(endpoint=desk_of_today[1])
    options = client.options("incident")
    assert {option.kind for option in options} == {TicketKind.INCIDENT}
    assert [option.value for option in options if option.field == "priority"] == ["高", "中", "低"]
    (sub,) = [option for option in options if option.field == "subcategory" and option.parent == "HW障害"]
    assert sub.value == "サブカテゴリ"
    assert {option.kind for option in client.options()} == set(TicketKind)


def test_raw_calls_any_action(clients: Clients, desk_of_today: tuple[DeskUnderTest, str]) -> None:
    client = clients(endpoint=desk_of_today[1])
    assert client.raw("GetTicketDetail", {"TicketId": "UTM123456"})["TicketId"] == "UTM123456"
    with pytest.raises(ParameterError) as refused:
        client.raw("GetTicketDetail", {"TicketId": "UTM123456", "Colour": "red"})
    assert refused.value.fields == ("Colour",)
    assert refused.value.message == "指定できないパラメータが含まれています。"
    assert refused.value.request_id in str(refused.value)


def test_another_tenants_ticket_is_not_there(clients: Clients, desk_of_today: tuple[DeskUnderTest, str]) -> None:
    with pytest.raises(NoTicketId):
        clients(actor=ITO, endpoint=desk_of_today[1]).tickets.get("UTM123456")


def test_several_memo_operations_go_in_one_update(clients: Clients, desk_of_today: tuple[DeskUnderTest, str]) -> None:
    client = clients(endpoint=desk_of_today[1])
    ticket = client.tickets.get("UTM123457")
    before, entries = len(ticket.memos), len(list(client.tickets.history(ticket)))
    client.tickets.update(ticket, limit_date=LIMIT, memos=[AddMemo("一"), AddMemo("二")])
    first, second = ticket.memos[before:]
    client.tickets.update(ticket, memos=[EditMemo(first.number, "壱"), DeleteMemo(second.number), AddMemo("三")])
    assert [memo.text for memo in ticket.memos[before:]] == ["壱", "三"]
    assert len(list(client.tickets.history(ticket))) == entries + 2
