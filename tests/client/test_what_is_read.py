"""What a server tells and this release does not know survives, and is sent back as it came."""

from datetime import UTC, datetime

import pytest

from unyo.client import Incident, Request, State, TicketKind, UnyoError
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
