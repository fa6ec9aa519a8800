"""The desk as an application: for servers and clients that have an event loop of their own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from support.desks import OverHttp
from support.processes import wait_until
from unyo.client import AsyncClient, Client
from unyo.testkit import SATO, YAMADA, Actor, Uom
from unyo.testkit.door import AnswerLost


def _given(url: str, actor: Actor) -> tuple[str, str, str, str, str]:
    return url, actor.key.access_key, actor.key.secret_key, actor.service_code, actor.master_id


def test_it_is_called_in_any_loop_while_others_call_the_desk_in_theirs(uom: Uom) -> None:
    tickets = [uom.ticket().ticket_id for _ in range(4)]
    mark = uom.snapshot()

    async def _add(ticket_id: str) -> None:
        transport = httpx2.ASGITransport(uom.app)
        async with AsyncClient(*_given("http://desk", YAMADA), transport=transport) as client:
            for turn in range(5):
                await client.tickets.memo.add(ticket_id, f"{turn}")

    with ThreadPoolExecutor(len(tickets)) as pool:
        list(pool.map(lambda ticket_id: asyncio.run(_add(ticket_id)), tickets))
    assert [len(uom.client().tickets.get(ticket_id).memos) for ticket_id in tickets] == [5] * 4
    uom.restore(mark)
    assert uom.client().tickets.get(tickets[0]).memos == ()


def test_a_servers_start_and_end_are_none_of_the_desks(uom: Uom) -> None:
    ticket_id = uom.ticket().ticket_id
    for _ in range(2):
        server = OverHttp(uom)
        try:
            with Client(*_given(f"http://127.0.0.1:{server.port}", SATO)) as client:
                client.tickets.memo.add(ticket_id, "一")
                uom.reset()
                ticket_id = uom.ticket().ticket_id
                client.tickets.memo.add(ticket_id, "一")
        finally:
            server.close()
    assert len(uom.client().tickets.get(ticket_id).memos) == 1


def test_a_call_that_gets_no_answer_raises_there(uom: Uom) -> None:
    ticket_id = uom.ticket().ticket_id
    uom.faults.lose_answer(carried_out=True)

    async def _lost() -> None:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(uom.app), base_url="http://desk") as client:
            with pytest.raises(AnswerLost):
                await client.post("/r/20221221/GetTicketDetail.json", json={"TicketId": ticket_id})
            assert (await client.get("/livez")).status_code == 200

    asyncio.run(_lost())
    assert [(call.was_lost, call.error_type) for call in uom.journal] == [(True, "AUTH_FAILURE")]


def test_who_gives_up_waiting_takes_nothing_back(uom: Uom) -> None:
    ticket = uom.ticket()
    uom.faults.on("UpdateTicket").latency(600)

    async def _gives_up() -> None:
        transport = httpx2.ASGITransport(uom.app)
        async with AsyncClient(*_given("http://desk", YAMADA), transport=transport) as client:
            updating = asyncio.ensure_future(client.tickets.update(ticket, title="私の"))
            await asyncio.to_thread(wait_until, "it has come", lambda: not uom.faults.waiting or updating.done())
            updating.cancel()
            with pytest.raises(asyncio.CancelledError):
                await updating

    asyncio.run(_gives_up())
    uom.snapshot()
    assert uom.client().tickets.get(ticket.ticket_id).title == "私の"
