"""What a server tells and this release does not know survives, and is sent back as it came."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from support.clients import Clients
from unyo.client import (
    Client,
    EditMemo,
    Incident,
    NoAnswer,
    NotTheApi,
    OtherRefusal,
    ParameterError,
    Request,
    State,
    SystemFailure,
    TicketKind,
    TooManyRequests,
    UnyoError,
)
from unyo.client.calls import VERSION_HEADER
from unyo.client.entries import history_entry, name_of, option, summary
from unyo.client.operations import _class_of

ANSWER = {
    "TicketProcessType": "1",
    "TicketId": "UTM1",
    "Title": "件名",
    "StateCode": "保留中",
    "CorrespondLimitDate": "soon",
    "ObstacleDetectionTime": "20260401090000",
    "StateInsertDate": "20260401090000",
    "StateUpdateDate": "",
    "Colour": "red",
    "CorrespondProcessList": [{"CorrespondProcessSeq": "1", "CorrespondProcess": "メモ", "Mood": "good"}],
}


def test_unknown_values_and_members_survive() -> None:
    ticket = Incident(ANSWER)
    assert [ticket.state, ticket.limit_date] == ["保留中", "soon"]
    assert ticket.detected_at == ticket.updated_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert ticket.more == {"Colour": "red"}
    assert (ticket.memos[0].text, ticket.memos[0].inserted) == ("メモ", None)
    assert ticket.lock["StateInsertDate"] == "20260401090000"
    assert ticket.changes == {}


def test_known_choices_are_members_of_their_enumeration() -> None:
    ticket = Request({"StateCode": "新規"})
    assert ticket.state is State.NEW
    ticket.state = "対応中"
    assert ticket.state is State.IN_PROGRESS
    assert repr(ticket) == "<Request  ''>"


def test_a_kind_that_is_not_known_is_told() -> None:
    assert _class_of({"TicketProcessType": "2"}) is Request
    with pytest.raises(UnyoError, match="kind '3'"):
        _class_of({"TicketProcessType": "3"})


def test_entries_of_lists_keep_what_they_do_not_know() -> None:
    told = summary({"TicketId": "UTM1", "TicketProcessType": "3", "StateCode": "対応中", "Colour": "red"})
    assert (told.kind, told.state, told.registered_at, told.more) == ("3", State.IN_PROGRESS, None, {"Colour": "red"})
    assert option({"TicketProcessType": "1", "Parameter": "Mood", "Value": "v", "ParentValue": ""}).field == "Mood"
    assert summary({"TicketProcessType": "1"}).kind is TicketKind.INCIDENT


def test_changes_go_by_our_names() -> None:
    entry = history_entry(
        {
            "Date": "20260401090000",
            "UserId": "SA1",
            "User": "山田",
            "RequestId": "r",
            "Door": "API",
            "ChangeList": [
                {"Parameter": "Title", "Before": "a", "After": "b"},
                {"Parameter": "CorrespondProcessList.3", "Before": "", "After": "c"},
            ],
        }
    )
    assert [change.field for change in entry.changes] == ["title", "memos.3"]
    assert name_of("Colour") == "Colour"


def test_odd_dates_and_numbers_are_none() -> None:
    memo = {"CorrespondProcessSeq": "first", "CorrespondProcess": "メモ", "CorrespondProcessInsertDate": "soon"}
    ticket = Incident(ANSWER | {"StateInsertDate": "soon", "CorrespondProcessList": [memo]})
    assert (ticket.memos[0].number, ticket.memos[0].text, ticket.memos[0].inserted) == (0, "メモ", None)
    assert (ticket.updated_at, ticket.lock["StateInsertDate"]) == (None, "soon")
    assert summary({"LastUpdateDate": "soon"}).updated_at is None


Answers = Callable[..., Client]


@pytest.fixture
def answering(clients: Clients) -> Answers:
    """A client of a server that gives, action by action, these answers to well-formed calls."""

    def _made(*, is_unyo: bool = True, status: int = 200, headers: tuple[str, str] = ("x", ""), **told: Any) -> Client:
        def _answer(request: httpx2.Request) -> httpx2.Response:
            action = request.url.path.rpartition("/")[2].removesuffix(".json")
            answer = told[action]
            if answer is None:
                raise httpx2.ReadError("reset", request=request)
            name = "ErrorResponse" if "ErrorType" in answer else f"{action}Response"
            heads = httpx2.Headers([headers, *([(VERSION_HEADER, "0")] if is_unyo else [])], encoding="latin-1")
            return httpx2.Response(status, headers=heads, content=json.dumps({name: answer}).encode())

        return clients(transport=httpx2.MockTransport(_answer))

    return _made


def test_answers_that_lack_members_are_told_as_such(answering: Answers) -> None:
    client = answering(GetTicketDetail=ANSWER | {"CorrespondProcessList": ["x"]}, GetTicketList={}, GetOptionList={})
    client_of_history = answering(GetTicketDetail=ANSWER, GetTicketHistory={"HistoryList": [{"Date": "soon"}]})
    for asked in (
        lambda: client.tickets.get("UTM1"),
        lambda: list(client.tickets.list()),
        client.options,
        lambda: list(client_of_history.tickets.history("UTM1")),
    ):
        with pytest.raises(NotTheApi, match="an answer is not as the API's are"):
            asked()


def test_a_registration_without_an_id_is_not_known_to_have_happened(answering: Answers, whole: dict[str, Any]) -> None:
    with pytest.raises(NoAnswer, match="whether the ticket is registered is not known"):
        answering(GetTicketDetail=ANSWER, RegisterTicket={}).tickets.register("incident", **whole)


def test_what_was_written_is_not_told_as_failed_when_what_is_read_back_is_odd(
    answering: Answers, whole: dict[str, Any]
) -> None:
    client = answering(GetTicketDetail={"CorrespondProcessList": ["x"]}, RegisterTicket={"TicketId": "UTM1"})
    assert client.tickets.register("incident", **whole).ticket_id == "UTM1"


WHOLE = {
    "SupportedGroup": "お客様",
    "SubStateCode": "x",
    "Priority": "中",
    "Importance": "中",
    "ManagementGroupId": "x",
    "AssignUserId": "SA1",
    "CauseClassification": "x",
    "StateCode": "未対応",
    "CorrespondLimitDate": "20260501090000",
}


@pytest.mark.parametrize("now", [{"CorrespondProcessList": [{"CorrespondProcess": "壱"}]}, {}])
def test_a_lost_update_that_an_answer_does_not_show_is_told_as_lost(answering: Answers, now: dict[str, Any]) -> None:
    client = answering(is_unyo=False, GetTicketDetail=WHOLE | now | {"StateInsertDate": "1"}, UpdateTicket=None)
    ticket = Incident(ANSWER | WHOLE)
    with pytest.raises(NoAnswer):
        client.tickets.update(ticket, memos=[EditMemo(1, "壱")] if now else [], cause="設定")


@pytest.mark.parametrize(("status", "error"), [(200, OtherRefusal), (503, SystemFailure)])
def test_an_error_that_is_not_known_changed_nothing_unless_the_server_failed(
    answering: Answers, status: int, error: type[Exception]
) -> None:
    with pytest.raises(error, match="OVERLOAD"):
        answering(status=status, GetTicketDetail={"ErrorType": "OVERLOAD"}).tickets.get("UTM1")


def test_an_odd_retry_after_is_none(answering: Answers) -> None:
    client = answering(status=429, headers=("Retry-After", "²"), GetTicketDetail={"ErrorType": "TOO_MANY_REQUESTS"})
    with pytest.raises(TooManyRequests) as refused:
        client.tickets.get("UTM1")
    assert refused.value.retry_after is None


def test_half_a_letter_is_refused_by_the_server(client: Client) -> None:
    with pytest.raises(ParameterError):
        client.tickets.get("UTM\udcff")
