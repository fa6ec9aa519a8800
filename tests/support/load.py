"""Callers that register, read and change tickets all the time, and remember what they were promised."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpx2

from .desks import NEW_INCIDENT, NO_PARAMETERS
from .processes import Account, Client, wait_until


class Load:
    """What the callers did: every promise that they were given, and every call that failed."""

    def __init__(self, url: str, account: Account, trust: SSLContext | None) -> None:
        self.titles: dict[str, str] = {}
        """The title that each ticket was last promised to have."""
        self.failed: list[str] = []
        self.calls = 0
        self._url = url
        self._account = account
        self._trust = trust
        self._is_over = threading.Event()

    def call_until_over(self) -> None:
        with Client(self._url, self._account, trust=self._trust) as client:
            while not self._is_over.is_set():
                try:
                    self._work(client)
                except (httpx2.HTTPError, _Refused) as error:
                    self.failed.append(f"{type(error).__name__}: {error}")

    def wait_for_more(self, calls: int = 50) -> None:
        """Wait until so many calls more have been carried out."""
        goal = self.calls + calls
        wait_until(f"{calls} calls more", lambda: self.calls >= goal or bool(self.failed))

    def end(self) -> None:
        self._is_over.set()

    def _work(self, client: Client) -> None:
        """A ticket's life in four calls."""
        needed = {
            "AssignUserId": self._account.master_id,
            "CorrespondLimitDate": "20260501000000",
            "CauseClassification": "調査中",
        }
        ticket_id = self._call(client, "RegisterTicket", {**NEW_INCIDENT, **needed})["TicketId"]
        self.titles[ticket_id] = NEW_INCIDENT["Title"]
        detail = self._call(client, "GetTicketDetail", {"TicketId": ticket_id})
        echo = {name: value for name, value in detail.items() if name not in NO_PARAMETERS}
        title = f"{ticket_id}は変更された"
        self._call(client, "UpdateTicket", {**echo, "CorrespondProcessList": [], "Title": title})
        self.titles[ticket_id] = title
        self._call(client, "GetTicketList", {"Limit": "1"})

    def _call(self, client: Client, action: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = client.call(action, body)
        if answer.status != 200 or answer.error:
            raise _Refused(f"{action}: {answer.status} {answer.content!r}")
        self.calls += 1
        return answer.body


class _Refused(Exception):
    """A call that every server must carry out was not."""


@contextmanager
def under_load(url: str, account: Account, *, callers: int = 4, trust: SSLContext | None = None) -> Iterator[Load]:
    """Callers at work while this lasts; none of their calls may fail."""
    load = Load(url, account, trust)
    threads = [threading.Thread(target=load.call_until_over) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        load.wait_for_more()
        yield load
        load.wait_for_more()
    finally:
        load.end()
        for thread in threads:
            thread.join()
    assert load.failed == []


def assert_kept(load: Load, client: Client) -> None:
    """Every promise holds."""
    assert load.titles
    for ticket_id, title in load.titles.items():
        assert client.succeed("GetTicketDetail", {"TicketId": ticket_id})["Title"] == title
