"""What leaves the client: what must be sent, what was changed, and nothing that could be refused from here."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from unyo.client import Client, EditMemo, Incident, ParameterError, ParameterRequired, ParameterTooLong, State
from unyo.testkit import YAMADA, Uom
from unyo.uom.actions import CALL_ID_HEADER

REQUIRED = {
    "ServiceCode",
    "MasterID",
    "TicketId",
    "TicketProcessType",
    "StateCode",
    "Priority",
    "AssignUserId",
    "CorrespondLimitDate",
    "Importance",
    "CauseClassification",
    "CorrespondProcessList",
    *(f"{section}{what}Date" for section in ("State", "Summary", "Correspond") for what in ("Insert", "Update")),
}
FRESH: dict[str, Any] = {
    "title": "新しい",
    "state": State.OPEN,
    "substate": "未対応",
    "priority": "中",
    "supported_group": "お客様",
    "importance": "中",
    "management_group": "制限しない",
}


def bodies(uom: Uom) -> list[Mapping[str, Any]]:
    """Of all updates that were sent."""
    return [call.body or {} for call in uom.journal.of("UpdateTicket")]


def test_an_update_sends_what_must_be_sent_and_what_was_changed(client: Client, uom: Uom) -> None:
    ticket = uom.ticket(node_name="web01")
    ticket.title, ticket.node_name = "別の件名", ""
    client.tickets.update(ticket, cause="設定")
    (body,) = bodies(uom)
    assert set(body) == {*REQUIRED, "Title", "NodeName", "Cause"}
    assert (body["Title"], body["NodeName"], body["Cause"]) == ("別の件名", "", "設定")
    assert body["CorrespondProcessList"] == []
    assert (ticket.title, ticket.node_name, ticket.cause) == ("別の件名", "", "設定")


def test_what_was_not_given_is_not_emptied(client: Client, uom: Uom) -> None:
    ticket = uom.ticket(node_name="web01", detected_at=datetime(2026, 4, 1, tzinfo=UTC))
    client.tickets.update(ticket, detected_at=None)
    assert (ticket.detected_at, ticket.node_name) == (None, "web01")
    client.tickets.update(ticket, node_name="")
    assert [set(body) - REQUIRED for body in bodies(uom)] == [
        {"ObstacleDetectionTime"},
        {"NodeName"},
    ]
    assert client.tickets.get(ticket.ticket_id).values == ticket.values


def test_what_changes_nothing_is_not_sent(client: Client, uom: Uom) -> None:
    ticket = uom.ticket()
    sent = len(uom.journal)
    ticket.title = ticket.title
    client.tickets.update(ticket, limit_date=ticket.limit_date, state="未対応")
    assert len(uom.journal) == sent


def test_the_first_call_tells_which_server_it_is(client: Client, uom: Uom) -> None:
    client.tickets.register("incident", **FRESH)
    uom.journal.assert_actions("GetTicketDetail", "RegisterTicket", "GetTicketDetail")
    assert uom.journal[0].body == {
        "ServiceCode": YAMADA.service_code,
        "MasterID": YAMADA.master_id,
        "TicketId": "UTM1",
    }
    assert [CALL_ID_HEADER in call.headers for call in uom.journal] == [False, True, False]


def test_what_a_fresh_incident_lacks_is_named_before_anything_is_sent(client: Client, uom: Uom) -> None:
    ticket = client.tickets.register("incident", **FRESH)
    sent = len(uom.journal)
    with pytest.raises(ParameterError) as refused:
        client.tickets.update(ticket, title="別の件名")
    assert refused.value.fields == ("AssignUserId", "CorrespondLimitDate", "CauseClassification")
    assert str(refused.value).endswith("[not sent]")
    assert (len(uom.journal), ticket.title, ticket.changes) == (sent, FRESH["title"], {})


def test_a_registration_is_judged_before_anything_is_sent(client: Client, uom: Uom) -> None:
    with pytest.raises(ParameterRequired) as missing:
        client.tickets.register("incident", title="x")  # type: ignore[call-overload] # what a type checker refuses
    assert missing.value.fields[0] == "StateCode"
    with pytest.raises(ParameterTooLong) as long:
        client.tickets.register("incident", **{**FRESH, "title": "あ" * 257})
    assert long.value.fields == ("Title",)
    with pytest.raises(ParameterError) as wrong:
        client.tickets.register("incident", **{**FRESH, "state": "閉", "title": "\udc80"})
    assert wrong.value.fields == ("Title", "StateCode")
    with pytest.raises(TypeError, match="no field titel"):
        client.tickets.register("incident", **FRESH, titel="x")  # type: ignore[call-overload] # likewise
    with pytest.raises(ValueError, match="incident, request"):
        client.tickets.register("problem", **FRESH)  # type: ignore[call-overload] # likewise
    assert not uom.journal


def test_what_the_server_refuses_leaves_the_ticket_as_it_was(client: Client, uom: Uom) -> None:
    ticket = uom.ticket()
    ticket.cause = "私の"
    with pytest.raises(ParameterError) as refused:
        client.tickets.update(ticket, priority="最高", title="別の件名")
    assert refused.value.fields == ("Priority",)
    assert ticket.changes == {"cause": ("", "私の")}
    with pytest.raises(ParameterError):
        client.tickets.memo.edit(ticket, 99, "x")
    client.tickets.update(ticket)
    assert ticket.cause == "私の"
    assert "Title" not in bodies(uom)[-1]


@pytest.mark.parametrize("naive", [datetime(2026, 5, 1), datetime.max], ids=["a date", "the last one"])  # noqa: DTZ001, DTZ901 - what is refused
def test_a_date_without_a_zone_is_refused(client: Client, uom: Uom, naive: datetime) -> None:
    ticket = uom.ticket()
    sent = len(uom.journal)
    with pytest.raises(ValueError, match="limit_date needs a zone"):
        ticket.limit_date = naive
    with pytest.raises(ValueError, match="limit_date needs a zone"):
        client.tickets.update(ticket, title="x", limit_date=naive)
    with pytest.raises(ValueError, match="detected_at needs a zone"):
        client.tickets.register("incident", **FRESH, detected_at=naive)
    with pytest.raises(ValueError, match="date_from needs a zone"):
        list(client.tickets.list(date_from=naive))
    assert (len(uom.journal), ticket.changes) == (sent, {})


def test_a_date_is_a_moment_in_any_zone_without_its_fraction(client: Client, uom: Uom) -> None:
    ticket = uom.ticket()
    ticket.limit_date = datetime(2026, 5, 2, 0, 0, 0, 999999, tzinfo=timezone(timedelta(hours=-5)))
    assert ticket.limit_date == datetime(2026, 5, 2, 5, tzinfo=UTC)
    client.tickets.update(ticket)
    assert bodies(uom)[0]["CorrespondLimitDate"] == "20260502140000"
    assert ticket.limit_date == datetime(2026, 5, 2, 5, tzinfo=UTC)
    ticket.limit_date = "20260503090000"  # type: ignore[assignment] # as a file may hold it
    assert ticket.limit_date == datetime(2026, 5, 3, tzinfo=UTC)


def test_values_of_a_wrong_type_are_refused_where_they_are_set(client: Client, uom: Uom) -> None:
    ticket = client.tickets.get(uom.ticket().ticket_id)
    assert isinstance(ticket, Incident)
    with pytest.raises(TypeError, match="title is a text, not NoneType"):
        ticket.title = None  # type: ignore[assignment] # what is refused
    with pytest.raises(TypeError, match="limit_date is a datetime"):
        ticket.limit_date = 20260501  # type: ignore[assignment] # likewise
    with pytest.raises(AttributeError, match="is it title"):
        ticket.titel = "x"  # type: ignore[attr-defined] # likewise
    with pytest.raises(AttributeError, match="no field ticket_id to be set"):
        ticket.ticket_id = "UTM1"
    with pytest.raises(TypeError, match="several"):
        client.tickets.register("incident", **FRESH, memos="メモ")
    with pytest.raises(ValueError, match="raise, retry, merge"):
        client.tickets.update(ticket, on_conflict="win")  # type: ignore[call-overload] # likewise
    with pytest.raises(TypeError, match="no filter colour"):
        list(client.tickets.list(colour="red"))  # type: ignore[call-arg] # likewise
    with pytest.raises(ValueError, match="sort is one of"):
        list(client.tickets.list(sort="colour"))  # type: ignore[arg-type] # likewise
    assert ticket.changes == {}


def test_the_pages_quoting_is_undone_here_as_it_will_be_there(client: Client, uom: Uom) -> None:
    ticket = uom.ticket(memos=["一\N{YEN SIGN}n二"])
    assert ticket.memos[0].text == "一\n二"
    ticket.cause = "これは\N{YEN SIGN}'引用\N{YEN SIGN}'で\N{YEN SIGN}100"
    assert ticket.cause == "これは'引用'で\N{YEN SIGN}100"
    client.tickets.update(ticket, memos=[EditMemo(1, "二\N{YEN SIGN}n一")])
    assert (ticket.cause, ticket.memos[0].text) == ("これは'引用'で\N{YEN SIGN}100", "二\n一")
    sent = len(uom.journal)
    client.tickets.update(ticket, cause="これは\N{YEN SIGN}'引用\N{YEN SIGN}'で\N{YEN SIGN}100")
    assert len(uom.journal) == sent
