"""The front door of a server that may be killed at any moment."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx2

from support.desks import CONTENT_TYPE, Answer
from support.processes import PATIENCE, Account
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER
from unyo.uom.signature import SignedCall, signed_headers

from .telling import Disproved


class NoAnswer(Exception):
    """A call got no answer, or SYSTEM_ERROR: nobody has been told whether it was carried out."""


class Door:
    """The server's front door, for every thread of a round."""

    def __init__(self, url: str, account: Account) -> None:
        self._account = account
        # Plain http: reading certificates would take longer than the calls.
        self._http = httpx2.Client(base_url=url, timeout=PATIENCE, verify=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, action: str, body: Mapping[str, Any], call_id: str = "") -> Answer:
        """Make a call that must succeed.

        Raises:
            NoAnswer: nothing came back, or SYSTEM_ERROR.
            Disproved: it was refused.
        """
        who = self._account
        path = ACTIONS[action].path
        headers = {"Content-Type": CONTENT_TYPE, **({CALL_ID_HEADER: call_id} if call_id else {})}
        expires = datetime.now(UTC) + timedelta(hours=1)
        headers |= signed_headers(SignedCall("POST", path, headers.items()), who.access_key, who.secret_key, expires)
        content = json.dumps({"ServiceCode": who.service_code, "MasterID": who.master_id, **body}).encode()
        try:
            got = self._http.post(path, content=content, headers=headers)
        except httpx2.TransportError as error:
            raise NoAnswer(f"{action}: {error!r}") from error
        answer = Answer(got.status_code, got.headers, got.content)
        if answer.error_type == "SYSTEM_ERROR":
            raise NoAnswer(f"{action}: SYSTEM_ERROR")
        if answer.error is not None:
            raise Disproved(f"{action} {body.get('TicketId', '')} was refused: {answer.envelope}")
        return answer

    def detail(self, ticket_id: str) -> dict[str, Any]:
        """GetTicketDetail."""
        return self.call("GetTicketDetail", {"TicketId": ticket_id}).body

    def history(self, ticket_id: str) -> list[dict[str, Any]]:
        """All of a ticket's history, oldest first."""
        return [*self._pages("GetTicketHistory", "HistoryList", {"TicketId": ticket_id})][::-1]

    def with_word(self, word: str) -> list[str]:
        """The tickets in which a word is found."""
        return [entry["TicketId"] for entry in self._pages("GetTicketList", "TicketList", {"Keyword": word})]

    def _pages(self, action: str, member: str, asked: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = self.call(action, {**asked, "Limit": "200", "Cursor": cursor}).body
            yield from page[member]
            cursor = page["NextCursor"]
            if not cursor:
                return
