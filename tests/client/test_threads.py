"""One client of several threads, or of several tasks."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from support.clients import Clients
from support.desks import DeskUnderTest
from unyo.client import Client, Incident
from unyo.testkit import YAMADA, Uom

MANY = 8
GIVEN = (YAMADA.key.access_key, YAMADA.key.secret_key, YAMADA.service_code, YAMADA.master_id)


def test_threads_share_a_client(desk_of_today: tuple[DeskUnderTest, str], whole: dict[str, Any]) -> None:
    with Client(desk_of_today[1], *GIVEN, sleep=lambda _: None) as client:
        together = Barrier(MANY)
        ticket_id = client.tickets.register("incident", **whole).ticket_id

        def _add(number: int) -> None:
            together.wait(30)
            client.tickets.memo.add(ticket_id, f"{number}")

        with ThreadPoolExecutor(MANY) as pool:
            list(pool.map(_add, range(MANY)))
        assert sorted(memo.text for memo in client.tickets.get(ticket_id).memos) == [f"{n}" for n in range(MANY)]


def test_tasks_share_a_client(uom: Uom) -> None:
    ticket_id = uom.ticket().ticket_id

    async def _all() -> list[str]:
        async with uom.async_client() as client:
            await asyncio.gather(*(client.tickets.memo.add(ticket_id, f"{number}") for number in range(4)))
            return [memo.text for memo in (await client.tickets.get(ticket_id)).memos]

    assert sorted(asyncio.run(_all())) == ["0", "1", "2", "3"]


def test_a_task_that_is_cancelled_leaves_its_ticket_as_it_was(uom: Uom, ticket: Incident) -> None:
    uom.faults.on("UpdateTicket").latency(60)

    async def _cancelled() -> None:
        async with uom.async_client() as client:
            task = asyncio.create_task(client.tickets.update(ticket, title="半分"))
            while not uom.journal.of("UpdateTicket"):  # noqa: ASYNC110 - it comes in another thread
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(_cancelled())
    assert (ticket.title, ticket.changes) == ("CPU使用率が高い", {})
    assert uom.client().tickets.get(ticket.ticket_id).title == "半分"


def test_a_closed_client_holds_no_connection(
    clients: Clients, desk_of_today: tuple[DeskUnderTest, str], caplog: pytest.LogCaptureFixture
) -> None:
    desk, url = desk_of_today
    client = clients(endpoint=url)
    client.tickets.get("UTM123456")
    with caplog.at_level(logging.DEBUG, "httpcore2"):
        client.close()
    assert desk.detail()["TicketId"] == "UTM123456"
    with pytest.raises(RuntimeError, match="closed"):
        client.tickets.get("UTM123456")
