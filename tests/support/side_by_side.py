"""Desks on several databases, called as one: every call goes to each of them, and all must answer alike."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

from .clock import Clock
from .desks import Answer, DeskUnderTest, desk_on
from .judging import REQUEST_ID

Opening = Callable[[], AbstractContextManager[DeskUnderTest]]

# What may differ from one answer to the other.
_OWN_HEADERS = {"x-request-id", "date"}
_TICKET_ID = re.compile(r"UTM\d+")


class _Side:
    """One of the desks; in its answers each RequestId is the number of its first sight.

    A ticket's number may have a gap before it on one desk and none on the other: tickets go by the first desk's IDs.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._request_ids: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._firsts: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        self._opened = ExitStack()
        self.desk = self._opened.enter_context(self._opening())

    def stop(self) -> None:
        self._opened.close()

    def call(self, method: str, path: str, content: bytes, headers: list[tuple[str, str]]) -> Answer:
        sent = _TICKET_ID.sub(lambda found: self._own.get(found[0], found[0]), content.decode())
        answer = self.desk.transport.request(method, path, sent.encode(), headers)
        if answer.headers["x-request-id"] != answer.body["RequestId"]:
            raise AssertionError(f"the header holds another RequestId: {answer}")
        return answer

    def meet(self, own: str, first: str) -> None:
        """A ticket was registered, here under the one ID and on the first desk under the other."""
        self._own[first], self._firsts[own] = own, first

    def told(self, answer: Answer) -> Answer:
        """The answer as all desks give it."""
        kept = {name: value for name, value in answer.headers.items() if name not in _OWN_HEADERS}
        text = REQUEST_ID.sub(self._number, answer.content.decode())
        text = _TICKET_ID.sub(lambda found: self._firsts.get(found[0], found[0]), text)
        return Answer(answer.status, kept, text.encode())

    def _number(self, found: re.Match[str]) -> str:
        return self._request_ids.setdefault(found[0], f"{'00000000-' * 4}{len(self._request_ids):08x}")


class SideBySide:
    """Carries each call to every desk, and one answer back."""

    def __init__(self, openings: Sequence[Opening]) -> None:
        self.sides = [_Side(opening) for opening in openings]

    def request(self, method: str, path: str, content: bytes, headers: list[tuple[str, str]]) -> Answer:
        answers = [side.call(method, path, content, headers) for side in self.sides]
        if path.endswith("/RegisterTicket.json") and not any(answer.error for answer in answers):
            for side, answer in zip(self.sides, answers, strict=True):
                side.meet(answer.body["TicketId"], answers[0].body["TicketId"])
        told = [side.told(answer) for side, answer in zip(self.sides, answers, strict=True)]
        for side, answer in zip(self.sides, told, strict=True):
            if answer != told[0]:
                raise AssertionError(
                    f"{path} with {content.decode()} is answered on {self.sides[0].desk.url}\n{_text(told[0])}\n"
                    f"and on {side.desk.url}\n{_text(answer)}"
                )
        return told[0]

    def restart(self) -> None:
        """Close every desk, and open it again."""
        self.close()
        for side in self.sides:
            side.start()

    def close(self) -> None:
        for side in self.sides:
            side.stop()


@contextmanager
def side_by_side(*urls: str) -> Iterator[tuple[DeskUnderTest, SideBySide]]:
    """Open a desk on each database, by one clock; all of them as one desk, and what carries the calls to them."""
    clock = Clock()
    carried = SideBySide([lambda url=url: desk_on(url, clock=clock) for url in urls])  # type: ignore[misc]  # mypy gives a lambda's default no type
    try:
        yield DeskUnderTest(" and ".join(urls), carried.sides[0].desk.desk, clock, carried), carried
    finally:
        carried.close()


def _text(answer: Answer) -> str:
    return f"{answer.status} {answer.content.decode()} {answer.headers}"
