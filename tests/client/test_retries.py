"""Connections that fail, answers that are lost, servers that are busy: what is sent again, and what happens once."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.clients import RETRY_AFTER, Clients, Fault, Faulty, ToDesk
from support.desks import DeskUnderTest
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

PASSING: tuple[Fault, ...] = ("unreached", "lost", "timed out", "busy", "bad gateway", "failed", "failed after")
ENDS: dict[Fault, type[Exception]] = {
    "unreached": NotReached,
    "lost": NoAnswer,
    "timed out": NoAnswer,
    "bad gateway": NoAnswer,
    "failed": SystemFailure,
    "failed after": SystemFailure,
    "busy": TooManyRequests,
}


@pytest.fixture
def shaky(clients: Clients, faulty: Faulty) -> Client:
    """YAMADA's client on the way where faults happen; it knows the server already."""
    made = clients(faulty)
    made.tickets.get("UTM123456")
    return made


@pytest.mark.parametrize("fault", PASSING)
def test_a_write_with_a_call_id_happens_once_whatever_is_lost(
    shaky: Client, faulty: Faulty, to_desk: ToDesk, register: Callable[..., Incident], fault: Fault
) -> None:
    faulty.next(fault, fault, action="RegisterTicket")
    ticket = register(shaky, title="一度だけ")
    assert [each.title for each in shaky.tickets.list(keyword="一度だけ")] == ["一度だけ"]
    faulty.next(fault, fault, action="UpdateTicket")
    shaky.tickets.memo.add(ticket, "一度だけ")
    assert [memo.text for memo in ticket.memos] == ["一度だけ"]
    assert len(list(shaky.tickets.history(ticket))) == 2
    assert faulty.met == [fault] * 4
    for action in ("RegisterTicket", "UpdateTicket"):
        assert len({each.call_id for each in to_desk.sent if each.action == action}) == 1


@pytest.mark.parametrize("fault", PASSING)
def test_a_read_is_sent_again(shaky: Client, faulty: Faulty, fault: Fault) -> None:
    faulty.next(fault, fault)
    assert shaky.tickets.get("UTM123456").ticket_id == "UTM123456"
    assert faulty.met == [fault] * 2


@pytest.mark.parametrize("fault", ENDS)
def test_tries_end_and_the_last_error_is_told(clients: Clients, faulty: Faulty, fault: Fault) -> None:
    client = clients(faulty, tries=3)
    faulty.next(*[fault] * 3)
    with pytest.raises(ENDS[fault]) as failed:
        client.tickets.get("UTM123456")
    assert (type(failed.value), len(faulty.met), len(clients.pauses)) == (ENDS[fault], 3, 2)


@pytest.mark.parametrize("last", ["unreached", "busy", "long busy"])
def test_a_write_whose_first_answer_was_lost_is_never_told_as_not_carried_out(
    clients: Clients, faulty: Faulty, to_desk: ToDesk, register: Callable[..., Incident], last: Fault
) -> None:
    client = clients(faulty, tries=2)
    client.tickets.get("UTM123456")
    faulty.next("lost", last, action="RegisterTicket")
    with pytest.raises(NoAnswer, match="an earlier try may have been carried out"):
        register(client, title="一度だけ")
    assert faulty.met == ["lost", last]
    assert [each.title for each in client.tickets.list(keyword="一度だけ")] == ["一度だけ"]
    assert to_desk.actions().count("RegisterTicket") == 1


def test_pauses_grow_with_full_jitter_and_heed_retry_after(clients: Clients, shaky: Client, faulty: Faulty) -> None:
    bounds = [0.2, 0.4, 0.8, 1.6]
    seen = []
    for _ in range(20):
        clients.pauses.clear()
        faulty.next("unreached", "unreached", "unreached", "unreached")
        shaky.tickets.get("UTM123456")
        assert all(0 <= pause <= bound for pause, bound in zip(clients.pauses, bounds, strict=True))
        seen.append(clients.pauses[-1] / bounds[-1])
    assert max(seen) - min(seen) > 0.3
    clients.pauses.clear()
    faulty.next("busy")
    shaky.tickets.get("UTM123456")
    (pause,) = clients.pauses
    assert RETRY_AFTER <= pause <= RETRY_AFTER + bounds[0]


def test_a_server_that_wants_an_hour_is_not_waited_for(clients: Clients, shaky: Client, faulty: Faulty) -> None:
    faulty.next("long busy")
    with pytest.raises(TooManyRequests) as refused:
        shaky.tickets.get("UTM123456")
    assert (refused.value.retry_after, refused.value.status, clients.pauses) == (3600, 429, [])


def test_something_else_than_the_api_is_told_at_once(clients: Clients, faulty: Faulty) -> None:
    faulty.next("web site")
    with pytest.raises(NotTheApi, match="is the endpoint right"):
        clients(faulty).tickets.list().__iter__().__next__()
    assert clients.pauses == []


def test_a_write_before_which_no_server_was_found_is_told_as_not_sent(
    clients: Clients, faulty: Faulty, register: Callable[..., Incident], to_desk: ToDesk
) -> None:
    faulty.next("lost", "lost")
    with pytest.raises(NotReached, match="only a first question"):
        register(clients(faulty, tries=2))
    assert "RegisterTicket" not in to_desk.actions()


def test_what_was_written_is_not_told_as_failed_when_it_cannot_be_read_back(
    clients: Clients, faulty: Faulty, register: Callable[..., Incident]
) -> None:
    client = clients(faulty, tries=1)
    client.tickets.get("UTM123456")
    faulty.next("unreached", action="GetTicketDetail")
    ticket = register(client, memos=["一", "二"])
    assert (ticket.title, [memo.text for memo in ticket.memos]) == ("CPU使用率が高い", ["一", "二"])
    client.tickets.update(ticket, importance="高")
    faulty.next("unreached", action="GetTicketDetail")
    client.tickets.update(ticket, cause="設定", memos=[DeleteMemo(1), EditMemo(2, "弐")])
    assert (ticket.cause, ticket.changes) == ("設定", {})
    assert [(memo.number, memo.text) for memo in ticket.memos] == [(2, "弐")]
    client.tickets.update(ticket, node_name="web01")
    assert client.tickets.get(ticket.ticket_id).values == ticket.values


@pytest.mark.parametrize("off", [timedelta(days=-200), timedelta(hours=30), timedelta(days=9000)], ids=str)
def test_a_wrong_clock_is_corrected_by_the_servers_date_once(
    clients: Clients, to_desk: ToDesk, desk: DeskUnderTest, off: timedelta, register: Callable[..., Incident]
) -> None:
    desk.clock.now = datetime.now(UTC) + off
    client = clients(to_desk)
    register(client)
    assert to_desk.actions() == ["GetTicketDetail"] * 2 + ["RegisterTicket", "GetTicketDetail"]
    assert clients.pauses == []


def test_a_wrong_secret_is_not_tried_again(clients: Clients, to_desk: ToDesk) -> None:
    client = clients(to_desk, secret_key="z" * 40, tries=1)
    with pytest.raises(AuthFailure):
        client.tickets.get("UTM123456")
    assert len(to_desk.sent) == 2  # the second one with the desk's time
    with pytest.raises(AuthFailure):
        client.tickets.get("UTM123456")
    assert len(to_desk.sent) == 3


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
