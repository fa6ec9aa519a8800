"""The client that waits; `make reference` generates the one that awaits from this module."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self, TypeVar, Unpack, overload

import httpx2

from .bodies import AddMemo, DeleteMemo, EditMemo, MemoOperation
from .calls import TRIES, Answer, Calls
from .choices import State
from .clock import ServerClock
from .credentials import Credentials, Secret
from .entries import HistoryEntry, Option, TicketSummary
from .errors import TransportError
from .kinds import AnyKind, Changes, Incident, NewIncident, NewRequest, Request
from .lists import PAGE_SIZE, Filters, Kind
from .operations import OnConflict, Operations
from .profiles import resolve
from .steps import Arrived, Pause, Send, Steps
from .transport import DEFAULT_TIMEOUT, arrived, explained, headers, sent, time_out, trust, usable

T = TypeVar("T")
OneTicket = TypeVar("OneTicket", bound=Incident | Request)


class Line:
    """Carries steps out over HTTP."""

    def __init__(self, http: httpx2.Client, sleep: Callable[[float], None]) -> None:
        self._http = http
        self._sleep = sleep

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def run(self, steps: Steps[T]) -> T:
        """Carry steps out to their end.

        Raises:
            UnyoError: what the steps raise.
        """
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    self._sleep(step.seconds)
                    step = steps.send(None)
                elif isinstance(found := self._post(step), Arrived):
                    step = steps.send(found)
                else:
                    step = steps.throw(found)
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            steps.close()  # whoever interrupts them leaves nothing half changed

    def _post(self, step: Send) -> Arrived | TransportError:
        try:
            response = self._http.post(step.path, content=step.body, headers=sent(step))
        except httpx2.HTTPError as error:
            return explained(error, str(self._http.base_url))
        return arrived(response)


class Client:
    """Calls an endpoint of the UOM-API, unyo's or the vendor's. Use it in a ``with`` block, or close it.

    ``timeout`` is in seconds, for connecting and for each wait for the server; ``tries`` is how often a call is sent at
    the most, where that can do no harm. ``transport`` is one of httpx2's, for proxies and tests; ``sleep`` waits
    between two tries. Several threads may share a client, each with tickets of its own.

    Raises:
        WrongCredentials: a value is missing, the endpoint is no URL, or a key cannot be one.
    """

    def __init__(  # noqa: PLR0913 - five say who calls and where; the others have defaults
        self,
        endpoint: str,
        access_key: str,
        secret_key: str,
        service_code: str,
        master_id: str,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        tries: int = TRIES,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        secret_key = Secret(secret_key)  # before anything can fail: a traceback may show what is named here
        credentials = Credentials(endpoint, access_key, secret_key, service_code, master_id)
        self._credentials = credentials
        self._operations = Operations(Calls(credentials, ServerClock(), tries=tries))
        waits = time_out(timeout)
        with usable(credentials.endpoint):
            http = httpx2.Client(
                base_url=credentials.endpoint,
                timeout=waits,
                transport=transport,
                headers=headers(),
                verify=trust(credentials.endpoint),
            )
        self._line = Line(http, sleep)
        self.tickets = Tickets(self._line, self._operations)

    @classmethod
    def from_profile(cls, name: str | None = None, *, timeout: float = DEFAULT_TIMEOUT, tries: int = TRIES) -> Self:
        """A client by the environment (UNYO_ENDPOINT, UNYO_ACCESS_KEY, …), and by a profile for what is not there.

        Without a name the profile is the one that UNYO_PROFILE names, or ``default``.

        Raises:
            WrongCredentials: a value is in neither, or the profile does not exist.
        """
        found = resolve({}, name).credentials
        given = (found.endpoint, found.access_key, found.secret_key, found.service_code, found.master_id)
        return cls(*given, timeout=timeout, tries=tries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client {self._credentials.endpoint}>"

    def close(self) -> None:
        """Close every connection."""
        self._line.close()

    def raw(self, action: str, body: Mapping[str, Any]) -> Answer:
        """Call any action with any body; service code and master ID are added where they are not in it.

        Raises:
            UnyoError: as every call does.
        """
        return self._line.run(self._operations.raw(action, body))

    def options(self, kind: Kind | None = None) -> list[Option]:
        """The values that the service offers for the fields that have a list, in their order (an extension of unyo).

        Raises:
            NotOffered: the server is not unyo.
        """
        return self._line.run(self._operations.options(kind))


class Tickets:
    """The tickets of a client's service code."""

    def __init__(self, line: Line, operations: Operations) -> None:
        self._line = line
        self._operations = operations
        self.memo = Memos(self)

    def get(self, ticket_id: str) -> AnyKind:
        """A ticket as it stands.

        Raises:
            NoTicketId: there is none, or it may not be seen.
        """
        return self._line.run(self._operations.get(ticket_id))

    @overload
    def register(
        self,
        kind: Literal["incident"],
        /,
        *,
        memos: Sequence[str] = (),
        call_id: str = "",
        **fields: Unpack[NewIncident],
    ) -> Incident: ...

    @overload
    def register(
        self, kind: Literal["request"], /, *, memos: Sequence[str] = (), call_id: str = "", **fields: Unpack[NewRequest]
    ) -> Request: ...

    def register(
        self, kind: Literal["incident", "request"], /, *, memos: Sequence[str] = (), call_id: str = "", **fields: Any
    ) -> AnyKind:
        """Open a ticket, and read it.

        With ``call_id``, a UUID of the caller's own, unyo registers one ticket however often this is called; the vendor
        knows no call ids.

        Raises:
            Refused: a field is missing or wrong; what can be told from here is told before anything is sent.
        """
        return self._line.run(self._operations.register(kind, fields, memos, call_id))

    @overload
    def update(
        self,
        ticket: OneTicket,
        /,
        *,
        memos: Sequence[MemoOperation] = (),
        on_conflict: OnConflict = "raise",
        call_id: str = "",
        **changes: Unpack[Changes],
    ) -> OneTicket: ...

    @overload
    def update(
        self,
        ticket: str,
        /,
        *,
        memos: Sequence[MemoOperation] = (),
        on_conflict: OnConflict = "raise",
        call_id: str = "",
        **changes: Unpack[Changes],
    ) -> AnyKind: ...

    def update(
        self,
        ticket: AnyKind | str,
        /,
        *,
        memos: Sequence[MemoOperation] = (),
        on_conflict: OnConflict = "raise",
        call_id: str = "",
        **changes: Any,
    ) -> AnyKind:
        """Send what was changed in a ticket, and these changes; it is fresh afterwards. An ID is read first.

        When somebody else was faster, ``raise`` tells what they changed; ``retry`` sends again where only memos are
        added, or changed that nobody else touched; ``merge`` keeps both sides' changes and raises only where both
        changed the same field.

        With ``call_id``, a UUID of the caller's own, unyo carries this out once; `CallIdReused` tells then that it was
        carried out before. The vendor knows no call ids.

        Raises:
            ExclusionFailure: somebody else was faster; its ``changes`` say what they changed.
            Refused: a field is missing or wrong; what can be told from here is told before anything is sent.
            NoAnswer: whether it was carried out is not known.
        """
        return self._line.run(self._operations.update(ticket, changes, memos, on_conflict, call_id))

    def list(self, *, page_size: int = PAGE_SIZE, **filters: Unpack[Filters]) -> Iterator[TicketSummary]:
        """All tickets that the filters let through, page by page as they are asked for (an extension of unyo).

        Raises:
            NotOffered: the server is not unyo.
        """
        cursor, is_last = "", False
        while not is_last:
            page = self._line.run(self._operations.list_page(filters, cursor, page_size))
            for item in page.items:  # noqa: UP028 - the client that awaits cannot yield from
                yield item
            cursor, is_last = page.next_cursor, not page.next_cursor

    def history(self, ticket: AnyKind | str, /) -> Iterator[HistoryEntry]:
        """All changes of a ticket, newest first, page by page as they are asked for (an extension of unyo).

        Raises:
            NotOffered: the server is not unyo.
        """
        cursor, is_last = "", False
        while not is_last:
            page = self._line.run(self._operations.history_page(ticket, cursor))
            for item in page.items:  # noqa: UP028 - the client that awaits cannot yield from
                yield item
            cursor, is_last = page.next_cursor, not page.next_cursor

    @overload
    def request_close(self, ticket: OneTicket, /, approver: str, *, on_conflict: OnConflict = "raise") -> OneTicket: ...

    @overload
    def request_close(self, ticket: str, /, approver: str, *, on_conflict: OnConflict = "raise") -> AnyKind: ...

    def request_close(self, ticket: AnyKind | str, /, approver: str, *, on_conflict: OnConflict = "raise") -> AnyKind:
        """Ask ``approver``, a master ID with approval right, to close a ticket."""
        changes = {"state": State.AWAITING_APPROVAL, "approver": approver}
        return self._line.run(self._operations.update(ticket, changes, (), on_conflict))

    @overload
    def approve(self, ticket: OneTicket, /, *, on_conflict: OnConflict = "raise") -> OneTicket: ...

    @overload
    def approve(self, ticket: str, /, *, on_conflict: OnConflict = "raise") -> AnyKind: ...

    def approve(self, ticket: AnyKind | str, /, *, on_conflict: OnConflict = "raise") -> AnyKind:
        """Close a ticket in the caller's own name, which needs the approval right.

        Raises:
            NoRolesToClose: the caller has no approval right.
        """
        return self._line.run(self._operations.approve(ticket, on_conflict))

    @overload
    def send_back(self, ticket: OneTicket, /, reason: str, *, on_conflict: OnConflict = "raise") -> OneTicket: ...

    @overload
    def send_back(self, ticket: str, /, reason: str, *, on_conflict: OnConflict = "raise") -> AnyKind: ...

    def send_back(self, ticket: AnyKind | str, /, reason: str, *, on_conflict: OnConflict = "raise") -> AnyKind:
        """Send a ticket back that waits for approval; the reason becomes a memo."""
        return self._line.run(
            self._operations.update(ticket, {"state": State.SENT_BACK}, [AddMemo(reason)], on_conflict)
        )


class Memos:
    """The memos of a ticket. Where somebody else was faster, these are sent again: they hinder nobody."""

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets

    @overload
    def add(self, ticket: OneTicket, /, text: str) -> OneTicket: ...

    @overload
    def add(self, ticket: str, /, text: str) -> AnyKind: ...

    def add(self, ticket: AnyKind | str, /, text: str) -> AnyKind:
        """Add a memo."""
        return self._tickets.update(ticket, memos=[AddMemo(text)], on_conflict="retry")

    @overload
    def edit(self, ticket: OneTicket, /, number: int, text: str) -> OneTicket: ...

    @overload
    def edit(self, ticket: str, /, number: int, text: str) -> AnyKind: ...

    def edit(self, ticket: AnyKind | str, /, number: int, text: str) -> AnyKind:
        """Give memo ``number`` another text."""
        return self._tickets.update(ticket, memos=[EditMemo(number, text)], on_conflict="retry")

    @overload
    def delete(self, ticket: OneTicket, /, number: int) -> OneTicket: ...

    @overload
    def delete(self, ticket: str, /, number: int) -> AnyKind: ...

    def delete(self, ticket: AnyKind | str, /, number: int) -> AnyKind:
        """Delete memo ``number``."""
        return self._tickets.update(ticket, memos=[DeleteMemo(number)], on_conflict="retry")
