"""One client of several threads, or of several tasks."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from support.clients import ENDPOINT, Awaited, Clients, ToDesk, clients_of
from support.desks import DeskUnderTest
from unyo.cast import YAMADA
from unyo.client import AsyncClient, Client, Incident

MANY = 8
GIVEN = (YAMADA.key.access_key, YAMADA.key.secret_key, YAMADA.service_code, YAMADA.master_id)


def test_threads_share_a_client(desk_of_today: tuple[DeskUnderTest, str], register: Callable[..., Incident]) -> None:
    with Client(desk_of_today[1], *GIVEN, sleep=lambda _: None) as client:
        together = Barrier(MANY)
        ticket_id = register(client).ticket_id

        def _add(number: int) -> None:
            together.wait(30)
            client.tickets.memo.add(ticket_id, f"{number}")

        with ThreadPoolExecutor(MANY) as pool:
            list(pool.map(_add, range(MANY)))
        assert sorted(memo.text for memo in client.tickets.get(ticket_id).memos) == [f"{n}" for n in range(MANY)]


def test_tasks_share_a_client(to_desk: ToDesk, register: Callable[..., Incident]) -> None:
    with clients_of("Client") as clients:
        ticket_id = register(clients(to_desk)).ticket_id

    async def _all() -> list[str]:
        async with AsyncClient(ENDPOINT, *GIVEN, transport=Awaited(to_desk)) as client:
            await asyncio.gather(*(client.tickets.memo.add(ticket_id, f"{number}") for number in range(4)))
            return [memo.text for memo in (await client.tickets.get(ticket_id)).memos]

    assert sorted(asyncio.run(_all())) == ["0", "1", "2", "3"]


def test_a_task_that_is_cancelled_leaves_its_ticket_as_it_was(
    to_desk: ToDesk, register: Callable[..., Incident]
) -> None:
    with clients_of("Client") as clients:
        ticket = register(clients(to_desk))
    reached = asyncio.Event()

    async def _never(_: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    async def _cancelled() -> None:
        transport = Awaited(to_desk)
        async with AsyncClient(ENDPOINT, *GIVEN, transport=transport) as client:
            await client.tickets.get(ticket.ticket_id)
            transport.handle_async_request = _never  # type: ignore[method-assign, assignment] # answers never
            task = asyncio.create_task(client.tickets.update(ticket, title="半分"))
            await reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(_cancelled())
    assert (ticket.title, ticket.changes) == ("CPU使用率が高い", {})


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
