"""Connections that fail, answers that are lost, servers that are busy: what is sent again, and what happens once."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.clients import A_MOMENT, FAULTS, RETRY_AFTER, Clients
from unyo.client import (
    AuthFailure,
    Client,
    DeleteMemo,
    EditMemo,
    Incident,
    NoAnswer,
    NotReached,
    NotTheApi,
    SystemFailure,
    TooManyRequests,
    TransportError,
    WrongCredentials,
)
from unyo.client.clock import ServerClock
from unyo.client.transport import trust
from unyo.storage.administration import NewKey
from unyo.testkit import SUZUKI, YAMADA, Uom
from unyo.uom.actions import CALL_ID_HEADER

PASSING = (
    "unreached",
    "lost before",
    "lost after",
    "busy",
    "bad gateway",
    "bad gateway after",
    "failed",
    "failed after",
)
ENDS: dict[str, type[Exception]] = {
    "unreached": NotReached,
    "lost before": NoAnswer,
    "lost after": NoAnswer,
    "bad gateway": NoAnswer,
    "failed": SystemFailure,
    "failed after": SystemFailure,
    "busy": TooManyRequests,
}


@pytest.fixture
def shaky(uom: Uom, clients: Clients) -> Client:
    """YAMADA's client, which knows the server already."""
    made = clients()
    made.tickets.get(uom.ticket(title="別の").ticket_id)
    uom.journal.clear()
    return made


def met(uom: Uom, action: str) -> int:
    """How many calls of an action met a fault."""
    return sum(bool(call.faults) for call in uom.journal.of(action))


@pytest.mark.parametrize("fault", PASSING)
def test_a_write_with_a_call_id_happens_once_whatever_is_lost(
    shaky: Client, uom: Uom, whole: dict[str, Any], fault: str
) -> None:
    FAULTS[fault](uom.faults.on("RegisterTicket", times=2))
    ticket = shaky.tickets.register("incident", **{**whole, "title": "一度だけ"})
    others = uom.client(SUZUKI)
    assert [each.title for each in others.tickets.list(keyword="一度だけ")] == ["一度だけ"]
    FAULTS[fault](uom.faults.on("UpdateTicket", times=2))
    shaky.tickets.memo.add(ticket, "一度だけ")
    assert [memo.text for memo in ticket.memos] == ["一度だけ"]
    assert len(list(others.tickets.history(ticket))) == 2
    for action in ("RegisterTicket", "UpdateTicket"):
        calls = uom.journal.assert_called(action, times=3)
        assert (met(uom, action), len({call.headers[CALL_ID_HEADER] for call in calls})) == (2, 1)


@pytest.mark.parametrize("fault", PASSING)
def test_a_read_is_sent_again(clients: Clients, uom: Uom, ticket: Incident, fault: str) -> None:
    FAULTS[fault](uom.faults.on(times=2))
    assert clients().tickets.get(ticket.ticket_id).values == ticket.values
    assert met(uom, "GetTicketDetail") == 2


def test_a_read_that_nobody_waits_for_is_sent_again(clients: Clients, uom: Uom, ticket: Incident) -> None:
    uom.faults.latency(60)
    assert clients(timeout=A_MOMENT).tickets.get(ticket.ticket_id).values == ticket.values
    assert [bool(call.faults) for call in uom.journal][:2] == [True, False]


@pytest.mark.parametrize("fault", ENDS)
def test_tries_end_and_the_last_error_is_told(clients: Clients, uom: Uom, fault: str) -> None:
    FAULTS[fault](uom.faults.on(times=3))
    with pytest.raises(ENDS[fault]) as failed:
        clients(tries=3).tickets.get("UTM123456")
    assert (type(failed.value), len(uom.journal), len(clients.pauses)) == (ENDS[fault], 3, 2)


@pytest.mark.parametrize("last", ["unreached", "busy", "long busy"])
def test_a_write_whose_first_answer_was_lost_is_never_told_as_not_carried_out(
    clients: Clients, uom: Uom, whole: dict[str, Any], last: str
) -> None:
    client = clients(tries=2)
    for fault in ("lost after", last):
        FAULTS[fault](uom.faults.on("RegisterTicket"))
    with pytest.raises(NoAnswer, match="an earlier try may have been carried out"):
        client.tickets.register("incident", **{**whole, "title": "一度だけ"})
    assert met(uom, "RegisterTicket") == 2
    assert [each.title for each in client.tickets.list(keyword="一度だけ")] == ["一度だけ"]


def test_pauses_grow_with_full_jitter_and_heed_retry_after(clients: Clients, shaky: Client, uom: Uom) -> None:
    bounds = [0.2, 0.4, 0.8, 1.6]
    seen = []
    for _ in range(20):
        clients.pauses.clear()
        uom.faults.on(times=4).unreachable()
        shaky.tickets.get("UTM100001")
        assert all(0 <= pause <= bound for pause, bound in zip(clients.pauses, bounds, strict=True))
        seen.append(clients.pauses[-1] / bounds[-1])
    assert max(seen) - min(seen) > 0.3
    clients.pauses.clear()
    uom.faults.rate_limit(retry_after=RETRY_AFTER)
    shaky.tickets.get("UTM100001")
    (pause,) = clients.pauses
    assert RETRY_AFTER <= pause <= RETRY_AFTER + bounds[0]


def test_a_server_that_wants_an_hour_is_not_waited_for(clients: Clients, uom: Uom, ticket: Incident) -> None:
    uom.faults.rate_limit(retry_after=3600)
    with pytest.raises(TooManyRequests) as refused:
        clients().tickets.get(ticket.ticket_id)
    assert (refused.value.retry_after, refused.value.status, clients.pauses) == (3600, 429, [])


def test_something_else_than_the_api_is_told_at_once(clients: Clients, uom: Uom) -> None:
    uom.faults.web_page()
    with pytest.raises(NotTheApi, match="is the endpoint right"):
        clients().tickets.list().__iter__().__next__()
    assert clients.pauses == []


def test_a_write_before_which_no_server_was_found_is_told_as_not_sent(
    clients: Clients, uom: Uom, whole: dict[str, Any]
) -> None:
    uom.faults.on(times=2).lose_answer(carried_out=True)
    with pytest.raises(NotReached, match="only a first question"):
        clients(tries=2).tickets.register("incident", **whole)
    uom.journal.assert_not_called("RegisterTicket")


def test_what_was_written_is_not_told_as_failed_when_it_cannot_be_read_back(
    clients: Clients, uom: Uom, whole: dict[str, Any]
) -> None:
    client = clients(tries=1)
    client.raw("GetOptionList", {})
    uom.faults.on("GetTicketDetail").unreachable()
    ticket = client.tickets.register("incident", memos=["一", "二"], **whole)
    assert (ticket.title, [memo.text for memo in ticket.memos]) == ("CPU使用率が高い", ["一", "二"])
    client.tickets.update(ticket, importance="高")
    uom.faults.on("GetTicketDetail").unreachable()
    client.tickets.update(ticket, cause="設定", memos=[DeleteMemo(1), EditMemo(2, "弐")])
    assert (ticket.cause, ticket.changes) == ("設定", {})
    assert [(memo.number, memo.text) for memo in ticket.memos] == [(2, "弐")]
    client.tickets.update(ticket, node_name="web01")
    assert client.tickets.get(ticket.ticket_id).values == ticket.values


@pytest.mark.parametrize("days", [-200, 1.25, 9000])
def test_a_wrong_clock_is_corrected_by_the_servers_date_once(
    clients: Clients, uom: Uom, whole: dict[str, Any], days: float
) -> None:
    uom.faults.clock_skew(hours=24 * days)
    clients().tickets.register("incident", **whole)
    uom.journal.assert_actions("GetTicketDetail", "GetTicketDetail", "RegisterTicket", "GetTicketDetail")
    assert [call.error_type for call in uom.journal] == ["AUTH_FAILURE", "NO_TICKET_ID", "", ""]
    assert clients.pauses == []


def test_a_signature_that_expired_on_its_way_is_told(clients: Clients, uom: Uom, ticket: Incident) -> None:
    uom.faults.expired_signature()
    with pytest.raises(AuthFailure):
        clients().tickets.get(ticket.ticket_id)
    assert len(uom.journal) == 1


def test_a_wrong_secret_is_not_tried_again(clients: Clients, uom: Uom) -> None:
    uom.faults.clock_skew(hours=48)
    client = clients(replace(YAMADA, key=NewKey(YAMADA.key.access_key, "z" * 40)), tries=1)
    with pytest.raises(AuthFailure):
        client.tickets.get("UTM123456")
    assert len(uom.journal) == 2  # the second one with the desk's time
    with pytest.raises(AuthFailure):
        client.tickets.get("UTM123456")
    assert len(uom.journal) == 3


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("Wed, 01 Apr 2026 00:00:10 GMT", 10),
        ("Wed, 01 Apr 2026 00:00:10 -0000", 10),
        ("Wed, 01 Apr 2026 09:00:10 +0900", 10),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 0),
        ("yesterday", 0),
        ("Wed, 01 Apr 99999999999 00:00:10 GMT", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_what_a_date_teaches(date: str | None, offset: float) -> None:
    clock = ServerClock(lambda: datetime(2026, 4, 1, tzinfo=UTC))
    clock.learn(date)
    assert clock.offset == timedelta(seconds=offset)
    assert clock() == datetime(2026, 4, 1, tzinfo=UTC) + clock.offset


def test_an_address_where_nobody_listens_is_told(clients: Clients) -> None:
    with pytest.raises(NotReached, match=r"http://127\.0\.0\.1:9 cannot be reached .*: is the endpoint right"):
        clients(endpoint="http://127.0.0.1:9/", tries=2).tickets.get("UTM1")
    assert len(clients.pauses) == 1
    assert issubclass(NotReached, TransportError)


@pytest.mark.parametrize(
    "wrong", [{"tries": 0}, {"timeout": 0}, {"timeout": -1.0}, {"timeout": float("nan")}, {"timeout": float("inf")}]
)
def test_tries_and_time_outs_are_always_there(clients: Clients, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"once at least|more than none"):
        clients(**wrong)
    with pytest.raises(TypeError):
        clients(timeout=None)


def test_authorities_are_read_only_where_tls_is_spoken_and_nobody_is_trusted_without() -> None:
    assert trust("https://desk") is trust("HTTPS://desk") is True
    nobody = trust("http://desk")
    assert isinstance(nobody, ssl.SSLContext)
    assert (nobody.verify_mode, nobody.cert_store_stats()["x509_ca"]) == (ssl.CERT_REQUIRED, 0)


@pytest.mark.parametrize("endpoint", ["http://[::1]x", "http://a..b", "http://a\tb", "http://a\u2028b"])
def test_an_endpoint_that_can_never_be_called_is_told(clients: Clients, endpoint: str) -> None:
    with pytest.raises(WrongCredentials, match="endpoint"):
        clients(endpoint=endpoint)


@pytest.mark.parametrize("variable", [("HTTPS_PROXY", "socks9://proxy"), ("SSL_CERT_FILE", "/nowhere/at.all")])
def test_an_environment_that_cannot_be_used_is_told(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, variable: tuple[str, str]
) -> None:
    monkeypatch.setenv(*variable)
    with pytest.raises(WrongCredentials, match=r"the environment's \*_PROXY and SSL_CERT_\*"):
        clients(endpoint="https://desk.invalid")
